import { useState } from 'react';
import type { components } from '../../../generated/api/schema.js';
import { useAccess } from '../access.js';
import { taken } from '../api.js';
import { useInbox } from '../InboxContext.js';
import { Ago } from './Ago.js';
import { Look } from './Look.js';
import { PageHead } from './Panel.js';
import { useAsk } from './questions.js';
import { SecretLine } from './SecretLine.js';
import { Table } from './Table.js';
import { useLook } from './useLook.js';

type Person = components['schemas']['Person'];
type Role = Person['role'];

const roles: readonly (readonly [Role, string])[] = [
  ['agent', 'agent: reads and writes messages'],
  ['viewer', 'viewer: reads messages'],
  ['auditor', 'auditor: sees who did what, no messages'],
  ['admin', 'admin: everything but other owners'],
  ['owner', 'owner: everything'],
];

/** Who belongs to the workspace, and as what. */
export function PeopleRoom() {
  const { inbox, workspace } = useInbox();
  const access = useAccess();
  const ask = useAsk();
  const [link, setLink] = useState<{ of: string; url: string } | null>(null);
  const query = useLook(['people'], async (client, signal) => taken<{ data: Person[] }>(await client.GET('/v1/people', { signal })));
  const mayManage = access?.may('people:manage') ?? false;
  const { client } = inbox.api;

  const invite = () =>
    ask({
      title: `Make somebody a member of ${workspace.name}`,
      text: 'They come in by a sign-in link, or by the organisation’s own sign-in.',
      action: 'Make a member',
      takesReason: false,
      fields: [
        { name: 'email', label: 'E-mail', kind: 'email' },
        { name: 'name', label: 'Name' },
        { name: 'role', label: 'Role', kind: 'choice', choices: roles, value: 'agent' },
      ],
      act: async ({ email = '', name = '', role }) => {
        taken(await client.POST('/v1/people', { body: { email, name, role: role as Role } }));
        return `${name} is a member.`;
      },
    });
  const changeRole = ({ id, name, email, role }: Person) =>
    ask({
      title: `Another role for ${name || email}`,
      text: 'It holds at once, also in pages that are open.',
      action: 'Give the role',
      fields: [{ name: 'role', label: 'Role', kind: 'choice', choices: roles, value: role }],
      act: async (answers, reason) => {
        taken(await client.PATCH('/v1/people/{id}', { params: { path: { id } }, body: { role: answers.role as Role, reason } }));
        return `${name || email} is ${answers.role} now.`;
      },
    });
  const remove = ({ id, name, email }: Person) =>
    ask({
      title: `Take ${name || email} out`,
      text: 'They can’t sign in to this workspace any more. Conversations that were theirs are nobody’s.',
      action: 'Take them out',
      isDangerous: true,
      takesReason: false,
      act: async () => {
        taken(await client.DELETE('/v1/people/{id}', { params: { path: { id } } }));
        return `${name || email} is no member any more.`;
      },
    });
  async function makeLink({ id, name, email }: Person): Promise<void> {
    try {
      const { url } = taken(await client.POST('/v1/people/{id}/sign-in-link', { params: { path: { id } } }));
      setLink({ of: name || email, url });
    } catch (error) {
      inbox.say(error instanceof Error ? error.message : String(error));
    }
  }

  return (
    <>
      <PageHead title="People" text="Who belongs to the workspace, and as what.">
        {mayManage && (
          <button type="button" className="button primary" onClick={invite}>
            Add somebody…
          </button>
        )}
      </PageHead>
      {link && <SecretLine words={`A sign-in link for ${link.of}. It is good once.`} secret={link.url} onClose={() => setLink(null)} />}
      <Look query={query}>
        {({ data }) => (
          <Table
            caption="Members of the workspace"
            rows={data}
            keyOf={({ id }) => id}
            empty="Nobody is a member: keys alone come in."
            columns={[
              { label: 'Name', of: ({ name }) => <bdi>{name || '–'}</bdi> },
              { label: 'E-mail', isWide: true, of: ({ email }) => email },
              { label: 'Role', of: ({ role }) => role },
              { label: 'Member', isNumber: true, of: ({ createdAt }) => <Ago at={createdAt} /> },
              ...(mayManage
                ? [
                    {
                      label: 'Change',
                      of: (one: Person) => (
                        <span className="row-actions">
                          <button type="button" className="link" onClick={() => changeRole(one)}>
                            Role…
                          </button>
                          <button type="button" className="link" onClick={() => void makeLink(one)}>
                            Sign-in link
                          </button>
                          <button type="button" className="link danger" onClick={() => remove(one)}>
                            Take out…
                          </button>
                        </span>
                      ),
                    },
                  ]
                : []),
            ]}
          />
        )}
      </Look>
    </>
  );
}

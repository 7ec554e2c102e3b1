import { useState } from 'react';
import type { components } from '../../../generated/api/schema.js';
import { useAccess } from '../access.js';
import { taken } from '../api.js';
import { useInbox } from '../InboxContext.js';
import { Ago } from './Ago.js';
import { Look } from './Look.js';
import { PageHead } from './Panel.js';
import { Pill } from './Pill.js';
import { useAsk } from './questions.js';
import { SecretLine } from './SecretLine.js';
import { Table } from './Table.js';
import { useLook } from './useLook.js';

type ApiKey = components['schemas']['ApiKey'];
type Scopes = ApiKey['scopes'];

const stateTones = { live: 'ok', expired: 'plain', revoked: 'bad' } as const;
/** What a new key may do, as people name it. */
const bundles: Record<string, { words: string; scopes: Scopes }> = {
  send: { words: 'send and read messages', scopes: ['messages:send', 'messages:read'] },
  read: { words: 'read messages', scopes: ['messages:read'] },
  operate: { words: 'look after the queues', scopes: ['messages:read', 'messages:send', 'queues:manage', 'workspace:read'] },
  all: { words: 'everything', scopes: ['*'] },
};

/** Keys for programs: what each may do, and when it was used last. */
export function KeysRoom() {
  const { inbox } = useInbox();
  const access = useAccess();
  const ask = useAsk();
  const [made, setMade] = useState<{ name: string; key: string } | null>(null);
  const query = useLook(['keys'], async (client, signal) => taken<{ data: ApiKey[] }>(await client.GET('/v1/api-keys', { signal })));
  const mayManage = access?.may('keys:manage') ?? false;
  const { client } = inbox.api;

  const make = () =>
    ask({
      title: 'Make an API key',
      text: 'The key itself is shown once, right after.',
      action: 'Make the key',
      takesReason: false,
      fields: [
        { name: 'name', label: 'What it is for' },
        {
          name: 'bundle',
          label: 'It may',
          kind: 'choice',
          value: 'send',
          choices: Object.entries(bundles).map(([name, { words }]) => [name, words]),
        },
      ],
      act: async ({ name = '', bundle = 'send' }) => {
        const { key } = taken(await client.POST('/v1/api-keys', { body: { name, scopes: bundles[bundle]?.scopes ?? [] } }));
        setMade({ name, key });
        return `The key ${name} was made.`;
      },
    });
  const revoke = ({ id, name }: ApiKey) =>
    ask({
      title: `Revoke the key ${name}`,
      text: 'Who uses it is turned away within seconds. That can’t be taken back.',
      action: 'Revoke it',
      isDangerous: true,
      takesReason: false,
      act: async () => {
        taken(await client.DELETE('/v1/api-keys/{id}', { params: { path: { id } } }));
        return `The key ${name} is revoked.`;
      },
    });

  return (
    <>
      <PageHead title="API keys" text="For programs. A key is stored as a hash: nobody can read it again.">
        {mayManage && (
          <button type="button" className="button primary" onClick={make}>
            Make a key…
          </button>
        )}
      </PageHead>
      {made && <SecretLine words={`The key ${made.name}. It is not shown again.`} secret={made.key} onClose={() => setMade(null)} />}
      <Look query={query}>
        {({ data }) => (
          <Table
            caption="API keys"
            rows={data}
            keyOf={({ id }) => id}
            empty="There is no key: only people come in."
            columns={[
              { label: 'Name', of: ({ name }) => <bdi>{name}</bdi> },
              { label: 'Id', of: ({ id }) => <code>{id}</code> },
              { label: 'State', of: ({ state }) => <Pill tone={stateTones[state]}>{state}</Pill> },
              { label: 'May', isWide: true, of: ({ scopes }) => (scopes.includes('*') ? 'everything' : scopes.join(', ')) },
              { label: 'Used', isNumber: true, of: ({ lastUsedAt }) => (lastUsedAt ? <Ago at={lastUsedAt} /> : 'never') },
              { label: 'Ends', isNumber: true, of: ({ expiresAt }) => (expiresAt ? <Ago at={expiresAt} /> : 'never') },
              ...(mayManage
                ? [
                    {
                      label: 'Change',
                      of: (one: ApiKey) =>
                        one.state === 'live' && (
                          <button type="button" className="link danger" onClick={() => revoke(one)}>
                            Revoke…
                          </button>
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

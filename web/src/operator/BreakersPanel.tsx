import type { components } from '../../../generated/api/schema.js';
import { taken } from '../api.js';
import { useInbox } from '../InboxContext.js';
import { Ago } from './Ago.js';
import { Look } from './Look.js';
import { Panel } from './Panel.js';
import { Pill } from './Pill.js';
import { useAsk } from './questions.js';
import { Table } from './Table.js';
import { useLook } from './useLook.js';

type Breaker = components['schemas']['Breaker'];
type Forced = 'open' | 'closed' | 'auto';

const refreshMs = 5_000;
const tones = { closed: 'ok', 'half-open': 'warn', open: 'bad' } as const;
const meanings = { closed: 'lets through', 'half-open': 'tries one', open: 'stopped' } as const;
const words: Record<Forced, { button: string; title: string; text: string; done: string }> = {
  open: { button: 'Stop…', title: 'Let nothing through', text: 'Messages wait; none is lost.', done: 'stopped' },
  closed: {
    button: 'Let through…',
    title: 'Let everything through',
    text: 'Whatever fails meanwhile does not stop it. Say so only where you know that it is well.',
    done: 'let through',
  },
  auto: {
    button: 'Leave to itself…',
    title: 'Leave it to itself',
    text: 'It stops and tries again by what it sees.',
    done: 'left to itself',
  },
};

/** What stops messages to an account, or from a sender, and how somebody can decide that for a time. */
export function BreakersPanel({ mayForce }: { mayForce: boolean }) {
  const { inbox } = useInbox();
  const ask = useAsk();
  const query = useLook(
    ['breakers'],
    async (client, signal) => taken<{ data: Breaker[] }>(await client.GET('/v1/workspace/breakers', { signal })),
    refreshMs,
  );

  const force = ({ scope, subject }: Breaker, state: Forced) => {
    const { title, text, done } = words[state];
    ask({
      title: `${title}: ${subject}`,
      text,
      action: title,
      isDangerous: state === 'open',
      ...(state !== 'auto' && { fields: [{ name: 'minutes', label: 'For how many minutes', kind: 'number' as const, value: '10' }] }),
      act: async ({ minutes }, reason) => {
        const body = { state, reason, ...(state !== 'auto' && { forSeconds: Math.round(Number(minutes) * 60) }) };
        const params = { path: { scope, subject } };
        taken(await inbox.api.client.PUT('/v1/workspace/breakers/{scope}/{subject}', { params, body }));
        return `${subject} is ${done}.`;
      },
    });
  };

  return (
    <Panel title="Breakers" text="They stop what can’t succeed, and try again by themselves.">
      <Look query={query}>
        {({ data }) => (
          <Table
            caption="Breakers of accounts and senders"
            rows={data}
            keyOf={({ scope, subject }) => `${scope} ${subject}`}
            empty="None yet: one appears with the first account or sender."
            columns={[
              { label: 'Of', of: ({ scope, subject }) => `${scope} ${subject}` },
              { label: 'State', of: ({ state }) => <Pill tone={tones[state]}>{meanings[state]}</Pill> },
              { label: 'Since', isNumber: true, of: ({ since }) => (since ? <Ago at={since} /> : '–') },
              { label: 'Failures', isNumber: true, of: ({ failures }) => failures },
              { label: 'Tries again', isNumber: true, of: ({ retryAt }) => (retryAt ? <Ago at={retryAt} /> : '–') },
              {
                label: 'Why',
                isWide: true,
                of: ({ reason, forced }) => (
                  <bdi>
                    {forced ? `by hand, ends ` : ''}
                    {forced && <Ago at={forced.until} />}
                    {forced && reason ? ': ' : ''}
                    {reason ?? (forced ? '' : '–')}
                  </bdi>
                ),
              },
              ...(mayForce
                ? [
                    {
                      label: 'Decide',
                      of: (one: Breaker) => (
                        <span className="row-actions">
                          {(['open', 'closed', 'auto'] as const)
                            .filter((state) => (state === 'auto' ? one.forced : one.forced?.state !== state))
                            .map((state) => (
                              <button key={state} type="button" className="link" onClick={() => force(one, state)}>
                                {words[state].button}
                              </button>
                            ))}
                        </span>
                      ),
                    },
                  ]
                : []),
            ]}
          />
        )}
      </Look>
    </Panel>
  );
}

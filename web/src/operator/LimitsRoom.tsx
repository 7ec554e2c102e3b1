import type { ReactNode } from 'react';
import type { components } from '../../../generated/api/schema.js';
import { useAccess } from '../access.js';
import { taken } from '../api.js';
import { useInbox } from '../InboxContext.js';
import { serverNow } from '../serverClock.js';
import { Ago } from './Ago.js';
import { Look } from './Look.js';
import { Facts, PageHead, Panel } from './Panel.js';
import { Pill } from './Pill.js';
import { useAsk } from './questions.js';
import { Table } from './Table.js';
import { liveMs, useLook } from './useLook.js';

type Limits = components['schemas']['Limits'];

/** How fast the workspace may send, what its limiter has free and booked, and when the queue will have left. */
export function LimitsRoom() {
  const access = useAccess();
  const limits = useLook(['limits'], async (client, signal) => taken<Limits>(await client.GET('/v1/workspace/limits', { signal })));
  const mayChange = access?.may('workspace:manage') ?? false;
  return (
    <>
      <PageHead title="Limits" text="They hold for every send, over all processes." />
      <LimiterPanel />
      <Look query={limits}>
        {(known) => (
          <>
            <LimitsPanel limits={known} mayChange={mayChange} />
            <Panel title="Senders" text="A sender may have a limit of its own, within that of the workspace.">
              <Table
                caption="Senders and their limits"
                rows={known.senders}
                keyOf={({ id }) => id}
                empty="The workspace has no sender: nothing can be sent. Add one under Providers."
                columns={[
                  { label: 'Sender', isWide: true, of: ({ phoneNumber }) => phoneNumber },
                  { label: 'A second', isNumber: true, of: ({ ratePerSecond }) => ratePerSecond ?? 'as the workspace' },
                  { label: 'Burst', isNumber: true, of: ({ burst }) => burst ?? '–' },
                  { label: 'Cools down', isNumber: true, of: ({ cooldownUntil }) => (cooldownUntil ? <Ago at={cooldownUntil} /> : '–') },
                ]}
              />
            </Panel>
          </>
        )}
      </Look>
    </>
  );
}

function LimiterPanel() {
  const query = useLook(['limiter'], async (client, signal) => taken(await client.GET('/v1/workspace/limiter', { signal })), liveMs);
  return (
    <Look query={query}>
      {({ waiting, state, unavailable, workflow }) => (
        <Panel
          title="The limiter now"
          {...(state && { text: state.inWords })}
          actions={
            workflow.url && (
              <a className="button" href={workflow.url} target="_blank" rel="noreferrer">
                Workflow in Temporal
              </a>
            )
          }
        >
          {unavailable && <p className="nothing">{unavailable}</p>}
          {state && (
            <dl className="figures">
              <Figure name="Wait for their turn" value={waiting.toLocaleString()} />
              <Figure name="Free at once" value={state.free.toLocaleString()} />
              <Figure name="About to leave" value={state.held.toLocaleString()} />
              <Figure name="Booked ahead" value={state.booked.toLocaleString()} />
              <Figure name="All have left" value={state.drainedAt ? <Ago at={state.drainedAt} /> : 'now'} />
            </dl>
          )}
        </Panel>
      )}
    </Look>
  );
}

function Figure({ name, value }: { name: string; value: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function LimitsPanel({ limits, mayChange }: { limits: Limits; mayChange: boolean }) {
  const { inbox } = useInbox();
  const ask = useAsk();
  const change = () =>
    ask({
      title: 'Change the limits',
      text: 'They hold for every send from then on, also for what is queued.',
      action: 'Change them',
      fields: [
        { name: 'ratePerSecond', label: 'Messages a second', kind: 'number', value: String(limits.ratePerSecond) },
        { name: 'burst', label: 'Burst', kind: 'number', value: String(limits.burst), hint: 'So many may leave at once after a pause.' },
      ],
      act: async ({ ratePerSecond, burst }, reason) => {
        const body = { ratePerSecond: Number(ratePerSecond), burst: Number(burst), reason };
        taken(await inbox.api.client.PATCH('/v1/workspace/limits', { body }));
        return 'The limits were changed.';
      },
    });
  const isCooling = limits.cooldownUntil !== null && Date.parse(limits.cooldownUntil) > serverNow().getTime();
  return (
    <Panel
      title="Of the workspace"
      actions={
        mayChange && (
          <button type="button" className="button" onClick={change}>
            Change…
          </button>
        )
      }
    >
      <Facts
        facts={[
          ['A second', `${limits.ratePerSecond} ${limits.countBy}s`],
          ['Burst', limits.burst],
          ['Pause after a rate error', `${limits.cooldownMs / 1_000} s`],
          ['Changes', limits.epoch],
          [
            'Now',
            isCooling && limits.cooldownUntil ? (
              <Pill tone="warn">
                cools down, ends <Ago at={limits.cooldownUntil} />
              </Pill>
            ) : (
              <Pill tone="ok">open</Pill>
            ),
          ],
        ]}
      />
    </Panel>
  );
}

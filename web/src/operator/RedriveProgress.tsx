import { taken } from '../api.js';
import { useInbox } from '../InboxContext.js';
import { Look } from './Look.js';
import { Facts } from './Panel.js';
import { Pill } from './Pill.js';
import { useAsk } from './questions.js';
import { liveMs, useLook } from './useLook.js';

/** How far a redrive has come, and the way to end it. */
export function RedriveProgress({ id }: { id: string }) {
  const { inbox } = useInbox();
  const ask = useAsk();
  const params = { path: { id } };
  const query = useLook(
    ['redrive', id],
    async (client, signal) => taken(await client.GET('/v1/queues/failed/redrive/{id}', { params, signal })),
    liveMs,
  );
  const stop = () =>
    ask({
      title: 'End the redrive',
      text: 'What has been sent again stays so. The rest is left in the queue.',
      action: 'End it',
      act: async (_answers, reason) => {
        taken(await inbox.api.client.POST('/v1/queues/failed/redrive/{id}/cancel', { params, body: { reason } }));
        return 'The redrive has ended.';
      },
    });
  return (
    <Look query={query}>
      {({ state, matched, looked, retried, adopted, unconfirmed, left }) => (
        <div className="redrive-progress" data-redrive={state}>
          <p>
            <Pill tone={state === 'done' ? 'ok' : state === 'running' ? 'info' : 'plain'}>{state}</Pill>
            <progress max={Math.max(1, matched)} value={looked} aria-label="How far the redrive has come" />
            {state === 'running' && (
              <button type="button" className="link" onClick={stop}>
                End it…
              </button>
            )}
          </p>
          <Facts
            facts={[
              ['Looked at', `${looked} of ${matched}`],
              ['Sent again', retried],
              ['The provider had them', adopted],
              ['May have been sent: left', unconfirmed],
              ['Left as they are', left],
            ]}
          />
        </div>
      )}
    </Look>
  );
}

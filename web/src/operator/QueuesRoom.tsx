import { Link } from 'wouter';
import type { components } from '../../../generated/api/schema.js';
import { useAccess } from '../access.js';
import { taken } from '../api.js';
import { ageText } from '../sendingState.js';
import { fullTimeText } from '../timeText.js';
import { Ago } from './Ago.js';
import { FindMessage } from './FindMessage.js';
import { Look } from './Look.js';
import { NotificationsPanel } from './NotificationsPanel.js';
import { PageHead } from './Panel.js';
import { StatusPill } from './Pill.js';
import { Sparkline } from './Sparkline.js';
import { liveMs, useLook } from './useLook.js';

type Queues = components['schemas']['Queues'];
type QueueName = keyof Queues['queues'];

/** What each queue holds, and what its number of the last minute counts. */
const about: Record<QueueName, { title: string; holds: string; perMinute: string }> = {
  outbound: { title: 'Outbound', holds: 'accepted, and not left yet', perMinute: 'taken by providers' },
  processing: { title: 'Processing', holds: 'with a provider, until it has a receipt', perMinute: 'ended' },
  failed: { title: 'Failed', holds: 'until somebody has decided', perMinute: 'came in' },
  inbound: { title: 'Inbound', holds: 'came in, and is not taken up yet', perMinute: 'came in' },
};
const order: readonly QueueName[] = ['outbound', 'processing', 'failed', 'inbound'];

/** The four queues, live. */
export function QueuesRoom() {
  const access = useAccess();
  const query = useLook(['queues'], async (client, signal) => taken<Queues>(await client.GET('/v1/queues', { signal })), liveMs);
  return (
    <>
      <PageHead title="Queues" text="Messages by what they wait for. Counted anew every two seconds.">
        <FindMessage />
      </PageHead>
      <Look query={query}>
        {({ at, queues }) => (
          <>
            <div className="cards">
              {order.map((name) => (
                <QueueCard key={name} name={name} queue={queues[name]} at={at} />
              ))}
            </div>
            {access?.may('workspace:read') && <NotificationsPanel />}
          </>
        )}
      </Look>
    </>
  );
}

function QueueCard({ name, queue, at }: { name: QueueName; queue: Queues['queues'][QueueName]; at: string }) {
  const { title, holds, perMinute } = about[name];
  const isTroubled = name === 'failed' ? queue.count > 0 : (queue.oldestAgeS ?? 0) > 300 && name !== 'processing';
  return (
    <article className={isTroubled ? 'queue-card troubled' : 'queue-card'} data-queue={name}>
      <h3>
        <Link href={name === 'failed' ? '/operator/failed' : `/operator/queues/${name}`}>{title}</Link>
      </h3>
      <p className="hint">{holds}</p>
      <p className="big">
        <strong>{queue.count.toLocaleString()}</strong>
        <Sparkline value={queue.count} at={at} />
      </p>
      <dl className="pair">
        <div>
          <dt>Oldest</dt>
          <dd title={queue.oldestAt ? fullTimeText(queue.oldestAt) : undefined}>
            {queue.oldestAgeS === null ? '–' : ageText(queue.oldestAgeS)}
          </dd>
        </div>
        <div>
          <dt>{perMinute}, last minute</dt>
          <dd>{queue.perMinute.toLocaleString()}</dd>
        </div>
      </dl>
      <ul className="shares">
        {queue.states.map(({ lane, status, count, oldestAt }) => (
          <li key={`${lane} ${status}`}>
            <StatusPill status={status} />
            <span>{lane}</span>
            <span className="number">{count.toLocaleString()}</span>
            <Ago at={oldestAt} />
          </li>
        ))}
      </ul>
    </article>
  );
}

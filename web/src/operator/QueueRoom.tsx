import { Link } from 'wouter';
import { Notice } from '../components/Notice.js';
import { paths } from '../paths.js';
import { PageHead } from './Panel.js';
import { QueueList, type QueueName } from './QueueList.js';

const words: Record<QueueName, { title: string; text: string; empty: string }> = {
  outbound: {
    title: 'Outbound',
    text: 'What has not left, the oldest first. What is scheduled waits for its time; the rest for its turn under the limits.',
    empty: 'Nothing waits: what is sent now leaves at once.',
  },
  processing: {
    title: 'Processing',
    text: 'With a provider, or perhaps: until a receipt tells how it ended.',
    empty: 'Nothing is under way.',
  },
  failed: { title: 'Failed', text: '', empty: '' },
  inbound: {
    title: 'Inbound',
    text: 'What came in, and is not in its conversation yet.',
    empty: 'All that came in is in its conversation.',
  },
};

/** One queue as a list. */
export function QueueRoom({ queue }: { queue: string }) {
  const known = Object.hasOwn(words, queue) ? words[queue as QueueName] : undefined;
  if (!known)
    return (
      <Notice title={`There is no queue ${queue}`}>
        <Link className="button" href={paths.operator}>
          To the queues
        </Link>
      </Notice>
    );
  return (
    <>
      <PageHead title={known.title} text={known.text}>
        <Link className="button" href={paths.operator}>
          All queues
        </Link>
      </PageHead>
      <QueueList queue={queue as QueueName} empty={known.empty} />
    </>
  );
}

import type { components } from '../../../generated/api/schema.js';
import { useAccess } from '../access.js';
import { taken } from '../api.js';
import { useInbox } from '../InboxContext.js';
import { newIdempotencyKey } from '../sendMessage.js';
import { type Question, useAsk } from './questions.js';

type Message = components['schemas']['Message'];
type Status = Message['status'];

const waits: readonly Status[] = ['scheduled', 'queued'];
const failed: readonly Status[] = ['failed', 'undelivered', 'expired', 'parked', 'unknown'];
const inDoubt: readonly Status[] = ['parked', 'uncertain', 'unknown'];

/** What the engine can do with a message as it stands. Each asks why, and is in the audit. */
export function MessageButtons({ message }: { message: Message }) {
  const { inbox } = useInbox();
  const access = useAccess();
  const ask = useAsk();
  const { id, status, direction, archived } = message;
  if (direction === 'inbound' || archived || !access) return null;

  // A key for each question that is opened: pressed twice, or sent again after an answer was lost, it is done once.
  const params = () => ({ path: { id }, header: { 'Idempotency-Key': newIdempotencyKey() } });
  const { client } = inbox.api;

  const buttons: { label: string; isShown: boolean; question: () => Question }[] = [
    {
      label: 'Send again…',
      isShown: failed.includes(status) && access.may('queues:manage'),
      question: () => {
        const once = params();
        return {
          title: 'Send it again',
          text: 'Where it may have been sent, the provider is asked first: what it has is not sent twice.',
          action: 'Send it again',
          insist: { code: 'confirmation_required', words: 'It may arrive twice. Send it all the same' },
          act: async (_answers, reason, insists) => {
            const body = { reason, ...(insists && { confirm: 'may-have-been-sent' as const }) };
            const { outcome } = taken(await client.POST('/v1/messages/{id}/retry', { params: once, body }));
            return outcome === 'adopted' ? 'The provider had it: it was not sent again.' : 'It is queued again.';
          },
        };
      },
    },
    {
      label: 'Resolve…',
      isShown: inDoubt.includes(status) && access.may('queues:manage'),
      question: () => {
        const once = params();
        return {
          title: 'Say which message of the provider it is',
          text: 'The provider is asked for that id: it must be to this number, of this time, and of no other message.',
          action: 'Resolve it',
          fields: [{ name: 'providerMessageId', label: 'The provider’s id', hint: 'As its console shows it, e.g. SM0123…' }],
          act: async ({ providerMessageId = '' }, reason) => {
            const body = { providerMessageId: providerMessageId.trim(), reason };
            const { status: now } = taken(await client.POST('/v1/messages/{id}/resolve', { params: once, body }));
            return `Resolved: it is ${now}.`;
          },
        };
      },
    },
    {
      label: 'Dismiss…',
      isShown: failed.includes(status) && access.may('queues:manage'),
      question: () => {
        const once = params();
        return {
          title: 'Take it out of the queue',
          text: 'It stays as it is, and nobody is asked about it any more.',
          action: 'Dismiss it',
          act: async (_answers, reason) => {
            taken(await client.POST('/v1/messages/{id}/dismiss', { params: once, body: { reason } }));
            return 'Out of the queue.';
          },
        };
      },
    },
    {
      label: 'Put aside…',
      isShown: (waits.includes(status) || status === 'uncertain') && access.may('queues:manage'),
      question: () => {
        const once = params();
        return {
          title: 'Put it aside',
          text: 'It is not sent until somebody sends it again.',
          action: 'Put it aside',
          act: async (_answers, reason) => {
            taken(await client.POST('/v1/messages/{id}/park', { params: once, body: { reason } }));
            return 'Put aside.';
          },
        };
      },
    },
    {
      label: 'Cancel…',
      isShown: waits.includes(status) && access.may('messages:send'),
      question: () => {
        const once = params();
        return {
          title: 'Cancel the message',
          text: 'It never leaves. That can’t be taken back.',
          action: 'Cancel the message',
          isDangerous: true,
          act: async (_answers, reason) => {
            taken(await client.POST('/v1/messages/{id}/cancel', { params: once, body: { reason } }));
            return 'Canceled.';
          },
        };
      },
    },
  ];

  const shown = buttons.filter(({ isShown }) => isShown);
  if (shown.length === 0) return null;
  return (
    <div className="act">
      {shown.map(({ label, question }) => (
        <button key={label} type="button" className="button" onClick={() => ask(question())}>
          {label}
        </button>
      ))}
    </div>
  );
}

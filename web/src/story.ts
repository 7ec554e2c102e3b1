import type { Message, MessageTrace } from './api.js';
import { meaningOf } from './statusWords.js';
import { clockText, leavingText } from './timeText.js';

/** One step of a message's story; `next` is what it waits for. */
export interface StoryStep {
  at: string | null;
  title: string;
  tone: 'plain' | 'good' | 'bad' | 'next';
}

export interface Story {
  steps: StoryStep[];
  /** Why it did not arrive, and what to do. */
  trouble: { sentence: string; advice: string } | null;
}

const titles: Partial<Record<Message['status'], string>> = {
  queued: 'Accepted and kept',
  scheduled: 'Accepted for later',
  dispatching: 'Its turn: handed over',
  sent: 'Sent by the carrier',
  delivered: 'Delivered to the phone',
};
const bad = new Set<Message['status']>(['undelivered', 'failed', 'canceled', 'parked', 'unknown', 'expired']);

/** A message's way so far, oldest first, and what comes next; in the words of whoever wrote it. */
export function storyOf({ events, attempts, workflow, message }: MessageTrace): Story {
  const steps = events
    .filter(({ status, attempt }, place) => {
      const before = events[place - 1];
      return !before || before.status !== status || before.attempt !== attempt;
    })
    .map(({ status, attempt, at }): StoryStep => {
      const again = attempt > 1 && status === 'dispatching' ? ` (try ${attempt})` : '';
      const tone = bad.has(status) ? 'bad' : status === 'delivered' ? 'good' : 'plain';
      return { at, title: `${titles[status] ?? meaningOf[status]}${again}`, tone };
    });
  const by = attempts.at(-1)?.provider;
  const named = steps.map((step) =>
    by && step.title.startsWith('Taken by the carrier') ? { ...step, title: `Taken by ${by.charAt(0).toUpperCase()}${by.slice(1)}` } : step,
  );
  const next = waitingText(workflow.state);
  return {
    steps: next ? [...named, { at: null, title: next, tone: 'next' }] : named,
    trouble: bad.has(message.status) ? { sentence: message.error?.message ?? meaningOf[message.status], advice: adviceOf(message) } : null,
  };
}

/** What a message waits for, and until when; null where it waits for nothing that could be named. */
export function waitingText(state: MessageTrace['workflow']['state']): string | null {
  if (!state?.waitingFor) return null;
  const { waitingFor, waitingUntil } = state;
  const at = waitingUntil ? clockText(waitingUntil, 'seconds') : null;
  const from = (words: string, soon: string) => (at ? `${words} ${at}` : soon);
  switch (waitingFor) {
    case 'slot':
    case 'limiter':
      return from('Limit reached: next at', 'Limit reached: leaves in its turn');
    case 'schedule':
      return waitingUntil ? `Leaves ${leavingText(waitingUntil)}` : 'Leaves later';
    case 'quietHours':
      return waitingUntil ? `Quiet hours of the recipient: leaves ${leavingText(waitingUntil)}` : 'Quiet hours of the recipient';
    case 'earlier':
      return 'Waits for the message before it';
    case 'breaker':
      return from('The carrier is paused: tried again at', 'The carrier is paused');
    case 'provider':
    case 'retry':
      return from('Tried again at', 'Tried again in a moment');
    case 'configuration':
      return 'Waits until the account at the carrier is set up';
    case 'database':
      return from('Storage is busy: goes on at', 'Storage is busy: goes on in a moment');
  }
}

const adviceByCode: Record<string, string> = {
  opted_out: 'The contact said STOP. They have to write START before you can write again.',
  '21610': 'The contact said STOP. They have to write START before you can write again.',
  '21211': 'Check the number with the contact: it does not exist.',
  '21614': 'This number takes no text messages. Ask for a mobile number.',
  '30003': 'The phone is off or out of reach. Try again later.',
  '30004': 'The contact or the carrier blocks your messages. Call instead.',
  '30005': 'The number is not in use any more. Ask the contact for the new one.',
  '30006': 'This is a landline. Ask for a mobile number.',
  '30007': 'The carrier took it for spam. Write it in other words, without short links.',
  '30008': 'The carrier gave no reason. Try again later.',
};

/** What somebody can do about a message that did not arrive. */
export function adviceOf({ status, error }: Pick<Message, 'status' | 'error'>): string {
  const known = error && adviceByCode[error.code];
  if (known) return known;
  switch (status) {
    case 'parked':
      return 'It may have been sent. Ask the contact, or whoever runs Postrider, before you send it again.';
    case 'unknown':
      return 'It may have arrived: ask the contact before you send it again.';
    case 'expired':
      return 'Send it again if it is still of use.';
    case 'canceled':
      return 'Somebody took it back. Write it again if it is still wanted.';
    default:
      return 'Send it again, or check the number with the contact.';
  }
}

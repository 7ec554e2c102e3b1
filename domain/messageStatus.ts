/**
 * The life of one send attempt, and of the message, which mirrors its newest attempt.
 *
 *   (scheduled) → queued → dispatching → (uncertain) → accepted → sending → sent → delivered | undelivered | failed | canceled
 *
 * Receipts come late, twice and out of order, so a status is applied only where it moves a life upwards.
 * `received` is the one state of a message that came in. `parked` (a person decides) and `unknown` (no receipt in time) end a workflow without proof and yield to any evidence.
 */
export const messageStatuses = [
  'scheduled',
  'queued',
  'dispatching',
  'uncertain',
  'accepted',
  'sending',
  'sent',
  'delivered',
  'undelivered',
  'failed',
  'canceled',
  'parked',
  'unknown',
  'expired',
  'received',
] as const;
export type MessageStatus = (typeof messageStatuses)[number];

/** What a provider can prove about a message it has taken. */
export type ProviderStatus = Extract<MessageStatus, 'accepted' | 'sending' | 'sent' | 'delivered' | 'undelivered' | 'failed' | 'canceled'>;

/** States of a message that no attempt of it can have. */
const withoutAttempt = ['scheduled', 'queued', 'parked', 'unknown', 'expired', 'received'] as const satisfies MessageStatus[];

/**
 * The states of a row in send_attempt: `dispatching` = the request may be on its way; `notSent` = proved that no byte
 * left; `abandoned` = still in doubt when it was decided to send the message once more.
 */
export type AttemptStatus = Exclude<MessageStatus, (typeof withoutAttempt)[number]> | 'notSent' | 'abandoned';

const rank: Record<MessageStatus, number> = {
  scheduled: -1,
  queued: 0,
  dispatching: 1,
  uncertain: 2,
  accepted: 3,
  sending: 4,
  sent: 5,
  delivered: 6,
  undelivered: 6,
  failed: 6,
  canceled: 6,
  expired: 6,
  received: 6,
  parked: 2.5,
  unknown: 2.5,
};

/** True where nothing more is expected of the provider; the message's workflow records the outcome and closes. */
export function isTerminal(status: MessageStatus): boolean {
  return rank[status] === rank.delivered;
}

/** True for the states in which a message's workflow is closed: the terminal ones, and those that wait for a person or late evidence. */
export function isClosed(status: MessageStatus): boolean {
  return isTerminal(status) || status === 'parked' || status === 'unknown';
}

/** True for the states that only a provider's word can bring: it has the message, or had it. */
export function isProved(status: MessageStatus): boolean {
  return rank[status] >= rank.accepted && status !== 'expired' && status !== 'received';
}

/** The states of an attempt that is sure not to have reached anybody. */
export const attemptsThatReachedNobody = ['notSent', 'failed', 'undelivered', 'canceled'] as const satisfies AttemptStatus[];

/** False for an attempt that is sure not to have reached anybody. */
export function mayHaveArrived(status: AttemptStatus): boolean {
  return !(attemptsThatReachedNobody as readonly string[]).includes(status);
}

/**
 * Whether evidence `next` about an attempt moves it on from `current`. Of two different terminal states the first stays
 * (the receipt is kept and the contradiction logged), except that a late `delivered` corrects `undelivered`.
 */
export function advances(current: MessageStatus, next: MessageStatus): boolean {
  if (current === 'undelivered' && next === 'delivered') return true;
  // A message came in or goes out: no evidence turns the one into the other.
  if (next === 'received') return false;
  return rank[next] > rank[current];
}

/** The states that yield to `next`: the same rule as `advances`, in the form in which one SQL statement can apply it. */
export function statusesThatYieldTo(next: MessageStatus): MessageStatus[] {
  return messageStatuses.filter((current) => advances(current, next));
}

/** The attempt states that yield to `next`. What a provider says of an attempt counts even where we had given it up. */
export function attemptStatusesThatYieldTo(next: AttemptStatus): AttemptStatus[] {
  if (next === 'notSent' || next === 'abandoned') return ['dispatching', 'uncertain'];
  if (next === 'uncertain') return ['dispatching', 'uncertain'];
  const lower = statusesThatYieldTo(next).filter((status) => !(withoutAttempt as readonly string[]).includes(status));
  return [...(lower as AttemptStatus[]), 'notSent', 'abandoned'];
}

/** The states from which a message can be called back: nothing of it is on its way. */
export const cancelableStatuses = ['scheduled', 'queued'] as const satisfies MessageStatus[];

/** Applies receipts to a life in the order in which they came. */
export function statusAfter(start: MessageStatus, receipts: readonly MessageStatus[]): MessageStatus {
  return receipts.reduce((current, next) => (advances(current, next) ? next : current), start);
}

/**
 * Every class of error a message can meet, decided once: whether it is tried again, how, how often, and who is told.
 * The codes of each class are in domain/errorCodes.ts; docs/reference/errors.md is generated from both.
 */
import { configurationRetryMs, quietRefusalPauseMs, unreachableRetryMs } from './limits.js';

/** Grows with each change of a decision or a code's class, so that a report can say by which table it was made. */
export const errorCatalogueVersion = 3;

export const errorClasses = [
  'INVALID_NUMBER',
  'CONSENT',
  'QUIET_HOURS',
  'CONTENT',
  'CONFIGURATION',
  'RATE_LIMIT',
  'NETWORK',
  'CONGESTION',
  'UNREACHABLE',
  'AMBIGUOUS',
  'UNKNOWN',
  'EXPIRED',
  'DATABASE_CONSTRAINT',
  'DATABASE_TIMEOUT',
  'INTERNAL',
] as const;
export type ErrorClass = (typeof errorClasses)[number];

/** Who is told, by a notification: nobody, whoever answers for the workspace (logged as a warning), or whoever runs the system (as an error). */
export const audiences = ['nobody', 'workspace', 'operator'] as const;
export type Audience = (typeof audiences)[number];

/** Waits before a retry: drawn between 0 and a cap that grows from `initialMs` by `coefficient` up to `maxMs`. */
export interface Backoff {
  initialMs: number;
  coefficient: number;
  maxMs: number;
  jitter: 'full';
}

/** How many tries there are in all, the first included. */
export type AttemptsMax = number | 'until validity ends' | 'without end';

export interface ErrorPolicy {
  retry: boolean;
  backoff: Backoff;
  /** 1 where nothing is tried again. */
  attemptsMax: AttemptsMax;
  /** True where a message whose tries are used up is kept: its workflow waits on a timer and begins again. */
  keepsMessage: boolean;
  notify: Audience;
  /** False where another decision would send twice, send against the law, or lose a message: then only `notify` may be overridden. */
  mayOverrideRetry: boolean;
  /** What a user may read. */
  sentence: string;
  /** What to do about it. */
  cure: string;
}

const backoff = (initialMs: number, coefficient: number, maxMs: number): Backoff => ({ initialMs, coefficient, maxMs, jitter: 'full' });
const second = 1_000;
const minute = 60 * second;

const never = { retry: false, attemptsMax: 1, keepsMessage: false, backoff: backoff(minute, 2, 10 * minute) } as const;

export const errorCatalogue = {
  INVALID_NUMBER: {
    ...never,
    notify: 'workspace',
    mayOverrideRetry: true,
    sentence: 'The number can not receive text messages.',
    cure: 'Correct or remove the number of the contact.',
  },
  CONSENT: {
    ...never,
    notify: 'workspace',
    mayOverrideRetry: false,
    sentence: 'The recipient has opted out.',
    cure: 'Do not write to this number again until its owner opts in (START).',
  },
  QUIET_HOURS: {
    retry: true,
    attemptsMax: 3,
    // The least; it waits until the hours of its recipient open (domain/afterError.ts).
    backoff: backoff(quietRefusalPauseMs, 1, quietRefusalPauseMs),
    keepsMessage: true,
    notify: 'nobody',
    mayOverrideRetry: false,
    sentence: 'The message came in the quiet hours of its recipient; it is put off until they end.',
    cure: 'Nothing. Marketing is best marked as such (`category`): it is then not sent in these hours at all.',
  },
  CONTENT: {
    ...never,
    notify: 'workspace',
    mayOverrideRetry: true,
    sentence: 'The content was refused or filtered.',
    cure: 'Change the text or the media; if it happens to one template or sender often, have it reviewed by the provider.',
  },
  CONFIGURATION: {
    retry: true,
    attemptsMax: 'until validity ends',
    backoff: backoff(configurationRetryMs, 1, configurationRetryMs),
    keepsMessage: true,
    notify: 'operator',
    mayOverrideRetry: true,
    sentence: 'The account or the sender is not set up to send this; the message is kept.',
    cure: 'Correct the account at the provider: messages that wait are sent without further ado.',
  },
  RATE_LIMIT: {
    retry: true,
    attemptsMax: 'until validity ends',
    backoff: backoff(second, 2, minute),
    keepsMessage: true,
    notify: 'nobody',
    mayOverrideRetry: false,
    sentence: 'The provider refused for its rate; the message is tried again.',
    cure: "Nothing. If it lasts, lower the workspace's rate or ask the provider for more.",
  },
  NETWORK: {
    retry: true,
    attemptsMax: 3,
    // Three tries span about a minute: 10 s and 50 s on average.
    backoff: backoff(20 * second, 5, 100 * second),
    keepsMessage: false,
    notify: 'operator',
    mayOverrideRetry: true,
    sentence: 'The provider could not be reached, and the message was surely not sent.',
    cure: 'See whether the provider answers from this machine; then send the message again.',
  },
  CONGESTION: {
    retry: true,
    attemptsMax: 3,
    backoff: backoff(minute, 3, 10 * minute),
    keepsMessage: false,
    notify: 'workspace',
    mayOverrideRetry: true,
    sentence: 'The provider took the message and could not pass it on for now.',
    cure: 'Nothing; if it happens often, spread the messages over more time or more senders.',
  },
  UNREACHABLE: {
    retry: true,
    attemptsMax: 2,
    backoff: backoff(unreachableRetryMs, 1, unreachableRetryMs),
    keepsMessage: false,
    notify: 'nobody',
    mayOverrideRetry: true,
    sentence: 'The handset could not be reached.',
    cure: 'Try again later: it may be switched off or out of range.',
  },
  AMBIGUOUS: {
    ...never,
    notify: 'operator',
    mayOverrideRetry: false,
    sentence: 'Whether the message was sent or delivered is not known.',
    cure: 'Proof is looked for; without any, a person decides. Never send it again blindly.',
  },
  UNKNOWN: {
    ...never,
    notify: 'operator',
    mayOverrideRetry: false,
    sentence: 'The message failed with a code that the catalogue does not know.',
    cure: 'Look the code up at the provider and give it a class in domain, among the codes of that provider.',
  },
  EXPIRED: {
    ...never,
    notify: 'workspace',
    mayOverrideRetry: false,
    sentence: 'The message was of no use any more before it could be sent.',
    cure: 'See what it waited for, in its trace; then send it again.',
  },
  DATABASE_CONSTRAINT: {
    ...never,
    notify: 'operator',
    mayOverrideRetry: false,
    sentence: 'The message could not be stored as it is.',
    cure: 'The message is at fault, not the database: look at its failure, change the request and send it anew.',
  },
  DATABASE_TIMEOUT: {
    retry: true,
    // Within one run of an activity; then the workflow waits on a timer and runs it again, without end.
    attemptsMax: 2,
    backoff: backoff(200, 2, 5 * second),
    keepsMessage: true,
    notify: 'operator',
    mayOverrideRetry: false,
    sentence: 'The database does not answer; the message waits for it.',
    cure: 'See that Postgres runs and answers. Nothing is lost.',
  },
  INTERNAL: {
    retry: true,
    attemptsMax: 'without end',
    backoff: backoff(second, 2, minute),
    keepsMessage: true,
    notify: 'operator',
    mayOverrideRetry: false,
    sentence: 'Something went wrong on our side; the message waits.',
    cure: 'A fault of Postrider: read the failure in the Temporal Web UI.',
  },
} as const satisfies Record<ErrorClass, ErrorPolicy>;

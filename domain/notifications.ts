/** What people are told of. A storm of the same is one notification with a count. */
import { type Audience, type ErrorClass, errorCatalogue } from './errorCatalogue.js';
import { countedCodeOf, errorClassOf, errorSentenceOf } from './errorCodes.js';
import type { MessageError } from './message.js';
import type { MessageStatus } from './messageStatus.js';

export type Severity = 'info' | 'warning' | 'error';

/** Every kind of notification, with how bad it is and who is told where no class of errors decides that. */
export const notificationKinds = {
  'message.failed': { severity: 'error', audience: 'workspace' },
  'message.kept': { severity: 'error', audience: 'operator' },
  'message.uncertain': { severity: 'warning', audience: 'operator' },
  'message.parked': { severity: 'error', audience: 'operator' },
  'message.unknown': { severity: 'warning', audience: 'operator' },
  'consent.review': { severity: 'warning', audience: 'workspace' },
  'cooldown.started': { severity: 'warning', audience: 'workspace' },
  'breaker.opened': { severity: 'error', audience: 'operator' },
  'error_rate.high': { severity: 'error', audience: 'workspace' },
  'error_rate.high_of_workspace': { severity: 'error', audience: 'operator' },
  'error_rate.over': { severity: 'info', audience: 'workspace' },
  'redrive.incomplete': { severity: 'warning', audience: 'operator' },
  'archive.held': { severity: 'warning', audience: 'operator' },
  'webhook.given_up': { severity: 'warning', audience: 'workspace' },
  'webhook.disabled': { severity: 'error', audience: 'workspace' },
} as const satisfies Record<string, { severity: Severity; audience: Exclude<Audience, 'nobody'> }>;
export type NotificationKind = keyof typeof notificationKinds;

/** Something that people are to be told of. */
export interface Notice {
  workspaceId: string;
  kind: NotificationKind;
  /** What it is about within its kind: what is the same is counted together. No number, no text of a message. */
  subject: string;
  /** A sentence for people. */
  summary: string;
  /** The class of errors whose policy says who is told; without one its kind says so. */
  errorClass?: ErrorClass;
  /** Ids and codes, to look further. */
  details?: Record<string, unknown>;
  /** How often it happened; once by default. */
  count?: number;
}

/** Who is told of a notice, unless the workspace has decided otherwise. */
export function audienceOf({ kind, errorClass }: Notice): Audience {
  return errorClass ? errorCatalogue[errorClass].notify : notificationKinds[kind].audience;
}

const kindOfStatus: Partial<Record<MessageStatus, NotificationKind>> = {
  failed: 'message.failed',
  undelivered: 'message.failed',
  expired: 'message.failed',
  uncertain: 'message.uncertain',
  parked: 'message.parked',
  unknown: 'message.unknown',
};

/** What people are to be told of a message's new state; undefined where that is nothing. */
export function noticeOfMessage(
  { workspaceId, messageId }: { workspaceId: string; messageId: string },
  status: MessageStatus,
  error: MessageError | null,
): Notice | undefined {
  // A doubt has no error of its own.
  const code = countedCodeOf(error?.code ?? 'outcome_unknown');
  const errorClass = errorClassOf(error?.code ?? 'outcome_unknown');
  const isKept = status === 'queued' && error !== null && errorCatalogue[errorClass].keepsMessage;
  const kind = isKept ? 'message.kept' : kindOfStatus[status];
  if (!kind) return undefined;
  const { cure } = errorCatalogue[errorClass];
  return {
    workspaceId,
    kind,
    subject: code,
    summary: errorSentenceOf(code),
    errorClass,
    details: { code, class: errorClass, cure, messageId },
  };
}

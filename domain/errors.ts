import type { MessageStatus } from './messageStatus.js';
import type { Scope } from './scopes.js';

/**
 * Every error a client can meet, decided once: its HTTP status and its title. The detail says what was wrong with this
 * request and what to do. Codes are stable; a code without a decision does not compile.
 */
export const problems = {
  invalid_request: { status: 422, title: 'The request does not fit the schema' },
  invalid_cursor: { status: 400, title: 'The cursor is not one of this list' },
  word_search_off: { status: 422, title: 'The workspace can not be searched by words' },
  export_too_long: { status: 422, title: 'An export goes over a year at most' },
  export_gone: { status: 404, title: 'The export is not there any more' },
  export_link_refused: { status: 403, title: 'The link to the export is not valid' },
  exports_not_available: { status: 503, title: 'There is no place for exports' },
  malformed_json: { status: 400, title: 'The body is not valid JSON' },
  unsupported_media_type: { status: 415, title: 'The body must be application/json' },
  body_too_large: { status: 413, title: 'The body is too large' },
  unauthorized: { status: 401, title: 'A valid token is required' },
  sign_in_refused: { status: 401, title: 'The sign-in was refused' },
  workspace_required: { status: 422, title: 'The request has to name a workspace' },
  forbidden: { status: 403, title: 'Not allowed' },
  callback_rejected: { status: 403, title: 'The callback could not be verified' },
  api_key_ended: { status: 409, title: 'The API key has ended' },
  not_found: { status: 404, title: 'Not found' },
  method_not_allowed: { status: 405, title: 'Method not allowed' },
  idempotency_key_reused: { status: 422, title: 'This idempotency key belongs to another message' },
  too_late_to_cancel: { status: 409, title: 'The message can not be canceled any more' },
  not_possible_now: { status: 409, title: 'This can not be done to the message in its state' },
  confirmation_required: { status: 409, title: 'This has to be confirmed' },
  provider_message_unknown: { status: 422, title: 'The provider has no such message' },
  provider_unavailable: { status: 503, title: 'The provider could not be asked right now' },
  templates_not_available: { status: 422, title: 'Templates are not available yet' },
  opted_out: { status: 422, title: 'The recipient has opted out' },
  credentials_missing: { status: 422, title: 'An account needs its credentials' },
  unknown_sender: { status: 422, title: 'The sender does not belong to this workspace' },
  webhook_url_refused: { status: 422, title: 'Webhooks can not be sent to this URL' },
  assigned_meanwhile: { status: 409, title: 'The conversation is somebody else’s by now' },
  unknown_assignee: { status: 422, title: 'The person can not be given conversations of this workspace' },
  already_a_member: { status: 409, title: 'The person belongs to the workspace' },
  last_owner: { status: 409, title: 'A workspace keeps one owner' },
  too_many_people: { status: 422, title: 'The workspace has as many people as it may have' },
  too_many_api_keys: { status: 422, title: 'The workspace has as many API keys as it may have' },
  too_many_webhook_endpoints: { status: 422, title: 'The workspace has as many webhook endpoints as it may have' },
  status_callbacks_endpoint: { status: 409, title: 'The endpoint stands for the StatusCallback of messages' },
  webhook_endpoint_disabled: { status: 409, title: 'The webhook endpoint is disabled' },
  unknown_event: { status: 404, title: 'There is no such event' },
  too_many_requests: { status: 429, title: 'Too many requests' },
  too_many_connections: { status: 429, title: 'The workspace has as many connections as it may have' },
  retention_impossible: { status: 422, title: 'Messages can not be kept for so long, or so short' },
  message_archived: { status: 409, title: 'The message is archived and can not be changed any more' },
  archive_unavailable: { status: 503, title: 'The archive can not be read right now' },
  archive_damaged: { status: 500, title: 'The archive is not what was put there' },
  overloaded: { status: 503, title: 'The system is too busy to accept messages' },
  unavailable: { status: 503, title: 'The message could not be accepted right now' },
  internal: { status: 500, title: 'Something went wrong on our side' },
} as const satisfies Record<string, { status: number; title: string }>;
export type ProblemCode = keyof typeof problems;

export interface FieldError {
  field: string;
  message: string;
}

/** An error meant for the client: becomes problem+json over HTTP and a refusing acknowledgement over a socket. */
export class Problem extends Error {
  constructor(
    readonly code: ProblemCode,
    detail: string,
    readonly extra: {
      errors?: FieldError[];
      retryAfterSeconds?: number;
      idempotencyKey?: string;
      allow?: string;
      messageStatus?: MessageStatus;
      /** What the caller lacks. */
      scope?: Scope;
    } = {},
  ) {
    super(detail);
    this.name = 'Problem';
  }

  get status(): number {
    return problems[this.code].status;
  }

  get title(): string {
    return problems[this.code].title;
  }
}

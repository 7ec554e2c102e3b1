import type { FieldError } from '../../domain/errors.js';
import type { MessageError } from '../../domain/message.js';
import type { MessageStatus } from '../../domain/messageStatus.js';
import type { Credential } from './credential.js';

export interface Workspace {
  id: string;
  name: string;
  senders: { id: string; phoneNumber: string }[];
}

export type Direction = 'outbound' | 'inbound';

export interface Conversation {
  id: string;
  /** The number is null where the contact was erased. */
  contact: { id: string; phoneNumber: string | null; name: string | null };
  lastMessageAt: string;
  lastMessage: { id: string; body: string | null; direction: Direction; status: MessageStatus } | null;
}

/** What the page shows of a message. The server sends more. */
export interface Message {
  id: string;
  conversationId: string;
  direction: Direction;
  /** Null where it is the contact's, and the contact was erased; the text too, where its time is over. */
  to: string | null;
  from: string | null;
  body: string | null;
  status: MessageStatus;
  createdAt: string;
  error: MessageError | null;
}

export interface Page<T> {
  data: T[];
  nextCursor: string | null;
}

export interface MessageToSend {
  to: string;
  body: string;
  /** Without it the server chooses. */
  from?: string;
}

/** The server understood and said no; `message` is its sentence, fit to be shown. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly errors: FieldError[] = [],
    readonly retryAfterMs: number | null = null,
  ) {
    super(detail);
    this.name = 'Refusal';
  }
}

/** No answer came: the request may or may not have been taken. */
export class Unreachable extends Error {
  constructor() {
    super('Postrider can’t be reached right now. Check your connection; the page keeps trying.');
    this.name = 'Unreachable';
  }
}

const answerTimeoutMs = 15_000;
const pageSize = 50;

export type Api = ReturnType<typeof createApi>;

/**
 * @param credential what is shown with each request; null for the requests by which people sign in
 * @param onReachable told after each request whether the server answered at all, whatever it said.
 */
export function createApi(credential: Credential | null, onReachable: (reachable: boolean) => void = () => {}) {
  async function request<T>(path: string, init: Omit<RequestInit, 'headers'> & { headers?: Record<string, string> } = {}): Promise<T> {
    const shown = credential && (await credential.token());
    const timeout = AbortSignal.timeout(answerTimeoutMs);
    let response: Response;
    let text: string;
    try {
      response = await fetch(path, {
        ...init,
        headers: {
          accept: 'application/json',
          ...(shown && { authorization: `Bearer ${shown}` }),
          ...(credential?.workspaceId && { 'postrider-workspace': credential.workspaceId }),
          ...init.headers,
        },
        signal: init.signal ? AbortSignal.any([init.signal, timeout]) : timeout,
      });
      text = await response.text();
    } catch (error) {
      // Given up by the caller, for example because the person moved on: says nothing about the connection.
      if (init.signal?.aborted) throw error;
      onReachable(false);
      throw new Unreachable();
    }
    onReachable(true);
    if (!response.ok) throw refusalOf(response, text);
    return (text === '' ? null : JSON.parse(text)) as T;
  }

  const page = (cursor: string | null) => `limit=${pageSize}${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`;

  return {
    get: <T>(path: string, token?: string) =>
      request<T>(path, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),

    post: <T>(path: string, body: object = {}) =>
      request<T>(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),

    workspace: (signal?: AbortSignal) => request<Workspace>('/v1/workspace', { signal: signal ?? null }),

    conversations: (cursor: string | null, signal?: AbortSignal) =>
      request<Page<Conversation>>(`/v1/conversations?${page(cursor)}`, { signal: signal ?? null }),

    messages: (conversationId: string, cursor: string | null, signal?: AbortSignal) =>
      request<Page<Message>>(`/v1/conversations/${encodeURIComponent(conversationId)}/messages?${page(cursor)}`, {
        signal: signal ?? null,
      }),

    send: (message: MessageToSend, idempotencyKey: string) =>
      request<Message>('/v1/messages', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': idempotencyKey },
        body: JSON.stringify(message),
      }),
  };
}

function refusalOf(response: Response, text: string): Refusal {
  const problem = problemIn(text);
  const retryAfter = Number(response.headers.get('retry-after'));
  return new Refusal(
    response.status,
    problem.code ?? 'unknown',
    problem.detail ?? problem.title ?? `The server answered ${response.status} and did not say why. Please try again in a moment.`,
    problem.errors ?? [],
    retryAfter > 0 ? retryAfter * 1_000 : null,
  );
}

/** A proxy in between may answer with a page of HTML instead of problem+json. */
function problemIn(text: string): { code?: string; title?: string; detail?: string; errors?: FieldError[] } {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch {
    return {};
  }
}

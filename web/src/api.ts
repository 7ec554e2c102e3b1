import createClient from 'openapi-fetch';
import type { FieldError } from '../../domain/errors.js';
import type { components, paths } from '../../generated/api/schema.js';
import { type ConversationFilter, queryOf } from './conversationFilter.js';
import type { Credential } from './credential.js';
import { noteServerTime } from './serverClock.js';

type Schemas = components['schemas'];

export type Workspace = Pick<Schemas['Workspace'], 'id' | 'name' | 'coolingDownUntil'> & {
  breakers: Pick<Schemas['Workspace']['breakers'][number], 'scope' | 'subject' | 'state' | 'retryAt' | 'reason'>[];
  senders: Pick<Schemas['Workspace']['senders'][number], 'id' | 'phoneNumber'>[];
};
/** What the page shows of a conversation. The server sends more. */
export type Conversation = Pick<
  Schemas['Conversation'],
  'id' | 'contact' | 'status' | 'closedAt' | 'assignee' | 'unread' | 'optedOut' | 'lastMessageAt' | 'lastSeq' | 'lastMessage'
>;
export type Assignee = Schemas['Assignee'];
export type MessageTrace = Schemas['MessageTrace'];
/** What is to be changed of a conversation. */
export interface ConversationChange {
  status?: Conversation['status'];
  assigneeId?: string | null;
  ifAssigneeId?: string | null;
}
/** What the page shows of a message. The server sends more. */
export type Message = Pick<
  Schemas['Message'],
  | 'id'
  | 'conversationId'
  | 'direction'
  | 'to'
  | 'from'
  | 'body'
  | 'contentKeptDays'
  | 'status'
  | 'createdAt'
  | 'error'
  | 'sendAt'
  | 'archived'
>;

export type Metrics = Schemas['Metrics'];

export interface Page<T> {
  data: T[];
  nextCursor: string | null;
}

export interface MessageToSend {
  to: string;
  body: string;
  /** Without it the server chooses. */
  from?: string;
  /** ISO 8601; without it at once. */
  sendAt?: string;
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
  /** The whole answer, within its time. */
  async function fetchWhole(request: Request): Promise<Response> {
    if (credential) request.headers.set('authorization', `Bearer ${await credential.token()}`);
    if (credential?.workspaceId) request.headers.set('postrider-workspace', credential.workspaceId);
    const timeout = AbortSignal.timeout(answerTimeoutMs);
    const sentAtMs = Date.now();
    let response: Response;
    let text: string;
    try {
      response = await fetch(request, { signal: AbortSignal.any([request.signal, timeout]) });
      text = await response.text();
    } catch (error) {
      // Given up by the caller, for example because the person moved on: says nothing about the connection.
      if (request.signal.aborted) throw error;
      onReachable(false);
      throw new Unreachable();
    }
    onReachable(true);
    noteServerTime(response.headers.get('date'), sentAtMs, Date.now());
    return new Response(text === '' ? null : text, response);
  }

  const client = createClient<paths>({ fetch: fetchWhole });
  const page = (cursor: string | null) => ({ limit: pageSize, ...(cursor !== null && { cursor }) });
  const given = (signal: AbortSignal | undefined) => (signal ? { signal } : {});

  return {
    client,

    workspace: async (signal?: AbortSignal): Promise<Workspace> => taken(await client.GET('/v1/workspace', given(signal))),

    conversations: async (filter: ConversationFilter, cursor: string | null, signal?: AbortSignal): Promise<Page<Conversation>> =>
      taken(await client.GET('/v1/conversations', { params: { query: { ...queryOf(filter), ...page(cursor) } }, ...given(signal) })),

    conversation: async (id: string, signal?: AbortSignal): Promise<Conversation> =>
      taken(await client.GET('/v1/conversations/{id}', { params: { path: { id } }, ...given(signal) })),

    changeConversation: async (id: string, change: ConversationChange): Promise<Conversation> =>
      taken(await client.PATCH('/v1/conversations/{id}', { params: { path: { id } }, body: change })),

    markRead: async (id: string, upToSeq: number): Promise<Conversation> =>
      taken(await client.POST('/v1/conversations/{id}/read', { params: { path: { id } }, body: { upToSeq } })),

    markUnread: async (id: string): Promise<Conversation> =>
      taken(await client.POST('/v1/conversations/{id}/unread', { params: { path: { id } } })),

    assignees: async (signal?: AbortSignal): Promise<Assignee[]> => taken(await client.GET('/v1/assignees', given(signal))).data,

    metrics: async ({ minutes, stepS }: { minutes: number; stepS: number }, signal?: AbortSignal): Promise<Metrics> => {
      const query = { from: new Date(Date.now() - minutes * 60_000).toISOString(), step: stepS };
      return taken(await client.GET('/v1/metrics', { params: { query }, ...given(signal) }));
    },

    messages: async (conversationId: string, cursor: string | null, signal?: AbortSignal): Promise<Page<Message>> => {
      const params = { path: { id: conversationId }, query: page(cursor) };
      return taken(await client.GET('/v1/conversations/{id}/messages', { params, ...given(signal) }));
    },

    scheduled: async (conversationId: string, signal?: AbortSignal): Promise<Message[]> => {
      const params = { path: { id: conversationId }, query: { status: 'scheduled', limit: pageSize } };
      return taken(await client.GET('/v1/conversations/{id}/messages', { params, ...given(signal) })).data;
    },

    trace: async (id: string, signal?: AbortSignal): Promise<MessageTrace> =>
      taken(await client.GET('/v1/messages/{id}/trace', { params: { path: { id } }, ...given(signal) })),

    cancel: async (id: string): Promise<Message> =>
      taken(await client.POST('/v1/messages/{id}/cancel', { params: { path: { id } }, body: {} })),

    /** @param mayHaveBeenSent somebody has been told that it may arrive twice, and wants it sent all the same. */
    retry: async (id: string, mayHaveBeenSent: boolean): Promise<Message> => {
      const body = mayHaveBeenSent ? ({ confirm: 'may-have-been-sent' } as const) : {};
      return taken(await client.POST('/v1/messages/{id}/retry', { params: { path: { id } }, body }));
    },

    queues: async (signal?: AbortSignal): Promise<Schemas['Queues']> => taken(await client.GET('/v1/queues', given(signal))),

    send: async (message: MessageToSend, idempotencyKey: string): Promise<Message> =>
      taken(await client.POST('/v1/messages', { params: { header: { 'Idempotency-Key': idempotencyKey } }, body: message })),
  };
}

/** What was asked for; undefined where the answer has no body. Throws Refusal. */
export function taken<T>({ data, error, response }: { data?: T; error?: unknown; response: Response }): T {
  if (!response.ok) throw refusalOf(response, error);
  return data as T;
}

function refusalOf(response: Response, error: unknown): Refusal {
  // A proxy in between may answer with a page of HTML instead of problem+json.
  const problem: Partial<Schemas['Problem']> = typeof error === 'object' && error !== null ? error : {};
  const retryAfter = Number(response.headers.get('retry-after'));
  return new Refusal(
    response.status,
    problem.code ?? 'unknown',
    problem.detail ?? problem.title ?? `The server answered ${response.status} and did not say why. Please try again in a moment.`,
    problem.errors ?? [],
    retryAfter > 0 ? retryAfter * 1_000 : null,
  );
}

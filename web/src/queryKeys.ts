import type { ConversationFilter } from './conversationFilter.js';

/** Threads are not filed under the list: refreshing the list must not fetch every thread that was ever looked at. */
export const queryKeys = {
  workspace: ['workspace'] as const,
  me: ['me'] as const,
  queues: ['queues'] as const,
  conversations: ['conversations'] as const,
  list: (filter: ConversationFilter) => ['conversations', filter] as const,
  conversation: (conversationId: string) => ['conversation', conversationId] as const,
  assignees: ['assignees'] as const,
  scheduled: (conversationId: string) => ['scheduled', conversationId] as const,
  trace: (messageId: string) => ['trace', messageId] as const,
  metrics: (range: string) => ['metrics', range] as const,
  thread: (conversationId: string) => ['thread', conversationId] as const,
};

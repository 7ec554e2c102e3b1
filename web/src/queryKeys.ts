/** Threads are not filed under the list: refreshing the list must not fetch every thread that was ever looked at. */
export const queryKeys = {
  workspace: ['workspace'] as const,
  conversations: ['conversations'] as const,
  thread: (conversationId: string) => ['thread', conversationId] as const,
};

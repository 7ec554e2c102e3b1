/** The room of one conversation in its workspace's namespace; joined by the server only. */
export const roomOf = (conversationId: string) => `contact:${conversationId}`;

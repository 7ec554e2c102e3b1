/** The room of one conversation in its workspace's namespace; joined by the server only. */
export const roomOf = (conversationId: string) => `contact:${conversationId}`;
/** The room of those who watch the queues of a workspace. */
export const queuesRoom = 'queues';
/** The room of those who watch the notifications of a workspace. */
export const notificationsRoom = 'notifications';
/** The room of those who look at the list of conversations of a workspace. */
export const conversationsRoom = 'conversations';

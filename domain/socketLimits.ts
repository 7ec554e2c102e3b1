/** Limits of sockets and of what they hear. */

export const socketHeartbeatMs = 30_000;
/** Who has not answered a heartbeat within this time is gone: its connection ends within a minute. */
export const socketPongTimeoutMs = 20_000;
export const socketEventBytesMax = 64 * 1024;
/** Connections of one workspace, in all processes together. */
export const socketsPerWorkspaceMax = 1_000;
/** A process says this often which connections it still has; one that was not named for the second time span is forgotten. */
export const socketLeaseRenewMs = 10_000;
export const socketLeaseMs = 30_000;
/** Events that one socket may send in the long run, and at once. Who goes on all the same, so often in vain, is disconnected. */
export const socketEventsPerSecond = 20;
export const socketEventsBurst = 60;
export const socketRefusalsMax = 200;
/** Connections are looked at this often: whether their key still opens, and whether they take what they are sent. */
export const socketsLookedAtEveryMs = 2_000;
/** What waits to be taken by one slow connection. Who has more waiting is disconnected, and reads what it missed when it comes back. */
export const socketBacklogBytesMax = 1024 * 1024;
export const socketBacklogPacketsMax = 1_000;
/** Rooms that one socket may be in. */
export const socketConversationsMax = 500;
/** Somebody who looks at a conversation, or types in it, is said to so long; it is said anew before that is over. */
export const presenceMs = 20_000;
export const presenceToldEveryMs = 8_000;
export const typingMs = 6_000;
export const agentNameCharactersMax = 60;
/** Sockets hear of changed queues, and of changed notifications, no more often than this. */
export const changesToldEveryMs = 1_000;

/** Names of the task queues. `messages` carries the workflow tasks of messages and their send activities, `maintenance` those of the scheduled workflows, `webhooks` those of deliveries to customers. */
export const taskQueues = {
  messages: 'messages',
  limiter: 'limiter',
  maintenance: 'maintenance',
  webhooks: 'webhooks',
} as const;

/** Search attributes that are set at start; MessageStatus only for what is unusual, so that the usual message pays nothing. */
export const searchAttributeNames = {
  workspaceId: 'WorkspaceId',
  lane: 'Lane',
  messageStatus: 'MessageStatus',
} as const;

/** Values of MessageStatus. A saved view `MessageStatus IN (…)` lists what is stuck. */
export type UnusualStatus = 'waiting' | 'configuration' | 'uncertain' | 'parked' | 'unknown';

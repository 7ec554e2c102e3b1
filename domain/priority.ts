/** The lanes of a workspace's outbound traffic, most urgent first. */
export const priorities = ['high', 'normal', 'bulk'] as const;
export type Priority = (typeof priorities)[number];

/** Temporal's own priority keys (1 is the most urgent of 5), so that a queue under load serves urgent work first. */
export const temporalPriorityKey: Record<Priority, number> = { high: 1, normal: 3, bulk: 5 };

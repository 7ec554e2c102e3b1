/** Limits of the watch over load, unit last in the name; as in limits.ts. */

/** Load is measured this often; a question to Temporal may take so long. */
export const loadLookEveryMs = 1_000;
export const queueAgeEveryMs = 2_000;
export const queueAgeTimeoutMs = 1_000;
/** Where level 1 begins, unless the environment says otherwise. */
export const loadQueueAgeDefaultMs = 2_000;
export const loadLagDefaultMs = 100;
/**
 * A bulk message that may not leave for the load looks again after this, or later where others of its process do: they come so
 * far apart, but none later than the longest time.
 */
export const bulkPauseMs = 20_000;
export const bulkReturnEveryMs = 250;
export const bulkPauseMaxMs = 5 * 60_000;
/** An export that waits looks again after this. */
export const exportPauseMs = 15_000;
/** Live updates come this often while load is shed. */
export const liveSlowEveryMs = 1_000;
/** Who is refused may come back after this, seconds. */
export const shedRetryAfterS = 5;
export const bulkShedRetryAfterS = 15;

/** What is around the processes is looked at this often, and the weeks of the archive so often. */
export const systemLookEveryMs = 15_000;
export const archiveLookEveryMs = 10 * 60_000;
/** A week that is due for longer than this is late: the archive looks every six hours. */
export const archiveLateAfterMs = 24 * 60 * 60_000;

/** The canary is sent this often; it is looked at this often until it has arrived, for so long. */
export const canaryEveryMs = 30_000;
export const canaryLookEveryMs = 500;
export const canaryPatienceMs = 20_000;
export const canaryTimeoutMs = 28_000;
/** One that has not left by then need not leave any more. */
export const canaryValidityS = 60;

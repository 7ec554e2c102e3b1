/** Limits and timeouts of the archive, unit last in the name; as in limits.ts. */

/** A store of objects has to take a connection within this time, and no silence of a request lasts longer. */
export const objectStoreConnectMs = 3_000;
export const objectStoreIdleMs = 30_000;
/** Tries of one request to it. Whoever asks tries again later anyway. */
export const objectStoreTriesMax = 3;

/** A week is archived so long after its end, in days, unless the environment says otherwise; and no sooner than this. */
export const archiveAfterDefaultDays = 90;
export const archiveAfterMinDays = 7;
/** Messages of a workspace are kept for so many days at most, where it says how many. */
export const messageDaysMax = 3_650;
/** Texts are kept for so many days at most, where a workspace says how many; and how often is looked for those that are not kept any more. */
export const contentDaysMax = 365;
export const contentRemovalEveryMs = 60 * 60_000;
/** How often is looked for weeks that are due. */
export const archiveEveryMs = 6 * 60 * 60_000;
/** A parked message about which nobody decided for so long has failed. */
export const abandonedAfterMs = 30 * 24 * 60 * 60_000;
/** Rows of one group of an archived file: what is read at once, and in memory at once. */
export const archiveGroupRows = 20_000;
/** One statement of the archive reads a week; one step of it reads and writes a file. */
export const archiveStatementTimeoutMs = 30 * 60_000;
export const archiveStepTimeoutMs = 2 * 60 * 60_000;
/** Tries of a step before the week is left until the next look. */
export const archiveStepTriesMax = 5;
/** Manifests and footers that a process remembers: each takes up to a megabyte of memory. */
export const archiveWeeksRememberedMax = 60;
/** Messages whose time is over are removed by so many in one transaction. */
export const removalBatchMax = 500;
/** A week that was restored is released by itself after this time: what is to be removed from it can not wait for ever. */
export const restoredKeptMs = 7 * 24 * 60 * 60_000;
/** So many weeks are shown to whoever looks at the archive: two years. */
export const weeksShownMax = 104;

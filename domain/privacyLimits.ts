/** Limits of what seals and erases texts and numbers, units last. */

/** A process keeps the key of a contact for so long after it read it, and so many of them. */
export const contactKeyKeptMaxMs = 5 * 60_000;
export const contactKeysCachedMax = 50_000;
/** Messages whose texts are removed by one statement when a contact is erased. */
export const eraseBatchMax = 500;
/** Erasures that one run goes on with, and how often it does. */
export const erasuresPerRunMax = 50;
export const erasuresEveryMs = 60_000;
/** Entries of the journal of erasures that are read together after a restore. */
export const replayPageSize = 1_000;
/** Histories are looked for of messages that changed within this time: longer than any namespace keeps those that have closed. */
export const historiesKeptMaxMs = 45 * 24 * 60 * 60_000;
/** What Temporal lists of workflows may be so late. */
export const historiesListedLateMs = 10_000;
/** Workflow ids in one visibility query. */
export const idsPerQueryMax = 50;
/** Workspaces whose keys are wrapped anew by one statement. */
export const rewrapBatchMax = 200;
/** What the Temporal Web UI may send to be opened at once: a page of a history. */
export const codecBodyBytesMax = 8 * 1024 * 1024;
/** How often a process that could not look whether its keys fit looks again. */
export const keysCheckEveryMs = 2_000;
/** Rows of before contacts had keys that are sealed together, and how long one run of the activity does so. */
export const sealRowsPageSize = 200;
export const sealBatchMs = 20_000;

/** Limits of the history, its words and its exports, unit last in the name. */

/** Of the HMAC that signs a cursor. */
export const cursorMacBytes = 16;
/** One statement over the history goes back so far at most, and looks at so many rows where it has to look for what fits. */
export const historySpanMs = 35 * 24 * 60 * 60_000;
export const historyScanMax = 1_000;
/** So many of them serve one request; a page that is not full by then says where the next goes on. */
export const historyStepsMax = 5;
export const campaignCharactersMax = 100;

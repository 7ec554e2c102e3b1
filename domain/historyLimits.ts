/** Limits of the history, its words and its exports, unit last in the name. */

/** Of the HMAC that signs a cursor. */
export const cursorMacBytes = 16;
/** One statement over the history goes back so far at most, and looks at so many rows where it has to look for what fits. */
export const historySpanMs = 35 * 24 * 60 * 60_000;
export const historyScanMax = 1_000;
/** So many of them serve one request; a page that is not full by then says where the next goes on. */
export const historyStepsMax = 5;
export const campaignCharactersMax = 100;
/** Messages of one page for programs written for Twilio, as they know it. */
export const messagePageDefault = 50;
export const messagePageMax = 1_000;

/** An export goes over so much time at most, is kept so long after its end, since it has texts of people who may want to be forgotten, and each link to it is good for so long. */
export const exportSpanMaxMs = 366 * 24 * 60 * 60_000;
export const exportKeptMs = 24 * 60 * 60_000;
export const exportLinkLifeMs = 60 * 60_000;
/** A part of an export is as large as this, or what was found in so much time; messages are read in pages of so many. */
export const exportPartBytesMax = 4 * 1024 * 1024;
export const exportPartMs = 20_000;
export const exportPageSize = 1_000;
export const exportPartTimeoutMs = 5 * 60_000;
export const exportHeartbeatMs = 10_000;
/** An export that was asked for so long after a contact was erased may still hold it: clocks differ, and keys are remembered. */
export const exportErasureMarginMs = 10_000;
/** Words of one search, and the letters of a word that count. */
export const searchWordsMax = 8;
export const searchCharactersMax = 200;
export const searchWordCharactersMax = 64;
/** How often is looked for messages whose words are to be gathered, of how many workspaces, and how many events of each. */
export const wordLookEveryMs = 1_000;
export const wordIndexesPerLookMax = 20;
export const wordEventsPerLookMax = 500;
/** Words that are removed at once where a workspace does not want them any more; and how often those of old weeks are dropped. */
export const wordsPerRemovalMax = 5_000;
export const wordsDroppedEveryMs = 60 * 60_000;

/** Contacts are found by so many digits and letters at least; of a name count so many words, and so many letters of each. */
export const prefixDigitsMin = 3;
export const prefixLettersMin = 2;
export const suffixDigits = 4;
export const nameWordsMax = 6;
export const contactWordLettersMax = 12;
export const contactQueryWordsMax = 4;
export const contactQueryCharactersMax = 100;
/** How often is looked for contacts that can't be found yet, and how many are gathered at once. */
export const contactsLookEveryMs = 1_000;
export const contactsPerLookMax = 200;

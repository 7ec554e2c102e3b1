import type { Allowance } from './faults.js';

const open = 'a message may be open, or failed, since weeks: one index in each, which holds only such';
const byNumber = 'events are asked for by their number, not their time: one look into each week';
const paged = 'a page of so many messages, each with its contact and sender';
const older = 'the next older message may be of any week: one look into each, until there is one';
const walk = 'a walk over one index, of 35 days and of 1,000 rows at most, each of which may be a page of its own';
const counted = 'the failed queue is counted, once a second at most: of 15,000 where there are 5 million messages';
const ofErased = 'all that there is of one contact, once';
const everyOpen = { everyWeek: true, inVainMax: 4_000, buffersMax: 500 } as const;

const conversations = 'a page of so many conversations, each with its newest message, whose it is and whether it has opted out';

/** By the name of a statement, or by that of the case where it has none. */
export const allowances: Readonly<Record<string, Allowance>> = {
  ...Object.fromEntries(
    ['', '_open', '_closed', '_open_of_nobody', '_of_somebody', '_open_unread'].map((kind) => [
      `conversations${kind}`,
      { buffersMax: 1_000, why: conversations },
    ]),
  ),
  ...Object.fromEntries(
    ['conversations_by_1_terms', 'conversations_open_by_2_terms'].map((kind) => [
      kind,
      { buffersMax: 4_000, why: `${conversations}; before that all 500 contacts that are found, to put them in order` },
    ]),
  ),
  'contactTerms.gatherTerms': { buffersMax: 60_000, why: 'it stores some twenty terms of each of 200 contacts' },
  open_shares: { ...everyOpen, why: open },
  failed_shares: { ...everyOpen, buffersMax: 6_000, why: counted },
  open_of_queue: { ...everyOpen, why: `${open}; ${paged}` },
  failed_of_queue: { ...everyOpen, why: `${open}; ${paged}` },
  count_failed: { ...everyOpen, buffersMax: 6_000, why: counted },
  failed_page: { ...everyOpen, why: open },
  count_cancelable: { ...everyOpen, why: open },
  waiting_messages: { ...everyOpen, why: open },
  waiting_tokens: { ...everyOpen, why: open },
  cancel_matching: { ...everyOpen, buffersMax: 1_000, why: `${open}; it changes a page of them` },
  change_consent: { ...everyOpen, buffersMax: 3_000, why: `${open}; it ends those to one contact` },
  receive_message: { ...everyOpen, buffersMax: 3_000, why: `${open}; it ends those to one contact` },
  begin_erasure: { ...everyOpen, buffersMax: 3_000, why: `${open}; it ends those to one contact` },
  'erasures.removeContents': { everyWeek: true, inVainMax: 3_000, buffersMax: 10_000, why: ofErased },
  'erasures.messagesErased': { everyWeek: true, inVainMax: 3_000, buffersMax: 3_000, why: ofErased },
  'erasures.isKnownAgain': { everyWeek: true, inVainMax: 3_000, buffersMax: 3_000, why: ofErased },
  'sealRows.sealRows': {
    everyWeek: true,
    inVainMax: 200_000,
    buffersMax: 40_000,
    why: 'once after an update: it walks over all that was there before',
  },
  messages_stopped: {
    everyWeek: true,
    why: 'what failed since a moment, whenever it was stored: one index in each week, which holds only such',
  },
  doubts: { everyWeek: true, why: 'a doubt does not end by itself: one look into the index of doubts of each week' },
  events_after: { everyWeek: true, buffersMax: 600, why: `${byNumber}; 500 of them` },
  conversation_events_after: { everyWeek: true, buffersMax: 600, why: `${byNumber}; 500 of them` },
  events_of_message: { everyWeek: true, why: `${byNumber}, and a message may be retried weeks later` },
  receipts_of_message: { everyWeek: true, why: 'by the primary key, and a provider may tell of a message weeks later' },
  receipts_of_message_cold: { everyWeek: true, why: 'as of the hot tables' },
  throughput: { inVainMax: 50_000, buffersMax: 1_500, why: 'the newest 50,000 events, by their numbers, and of those the last minute' },
  ...Object.fromEntries(
    ['conversation', 'workspace', 'inbound', 'campaign', 'words'].flatMap((way) => [
      [`history_${way}`, { everyWeek: true, inVainMax: 1_000, buffersMax: 3_000, why: walk }],
      [`history_${way}_end`, { everyWeek: true, inVainMax: 1_000, buffersMax: 3_000, why: walk }],
      [`history_${way}_older`, { everyWeek: true, why: older }],
    ]),
  ),
  history_words: { everyWeek: true, inVainMax: 1_000, buffersMax: 7_000, why: `${walk}, and its message looked up by that` },
  'archive/archiveWeeks.hotWeeks': { buffersMax: 3_000, why: 'the catalogue of partitions' },
  conversation_messages_cold: { everyWeek: true, why: 'as of the hot tables' },
  events_of_message_cold: { everyWeek: true, why: `${byNumber}, and a message may be retried weeks later` },
  abandon_parked: { buffersMax: 30_000, why: 'it ends 500 of them at once, each with its attempts and an event' },
  'retention.removeOldest': {
    everyWeek: true,
    buffersMax: 3_000,
    why: 'the oldest of a workspace, wherever they lie: one look into each week',
  },
  'wordIndex.gatherWords': { everyWeek: true, buffersMax: 6_000, why: 'a page of 500 events, each with its message' },
  'wordIndex.forgetWordsOf': { everyWeek: true, why: 'the words of one contact, in whichever week: one look into each' },
  'contentRemoval.removeNextContents': { buffersMax: 4_000, everyWeek: true, why: 'a page of 500, with their receipts and words' },
  'contentRemoval.removeContentsOfWeek': { buffersMax: 4_000, why: 'as that, page by page; of one week' },
  'contentRemoval.removeKeptContents': { everyWeek: true, why: 'as that; usually there are none' },
  'wordIndex.dropOldWords': { buffersMax: 1_000, why: 'it compares the weeks of words and of messages, in the catalogue of Postgres' },
  'wordIndex.removeUnwantedWords': { everyWeek: true, buffersMax: 6_000, why: 'a part of all words of one workspace' },
  audit_chain: { buffersMax: 4_000, why: 'a page of 1,000 places, each with its entry' },
  audit_unlinked: { buffersMax: 4_000, why: 'a page of 1,000 entries, each with its place' },
  'inboundMessages.untakenMessages': { everyWeek: true, buffersMax: 4_000, why: `${paged}; usually there are none` },
  'openMessages.quietOpenMessages': { ...everyOpen, buffersMax: 1_500, why: `${open}; a page of the walk over all` },
  'restoredMessages.unsentMessages': { ...everyOpen, buffersMax: 1_500, why: `${open}; a page of the walk over all` },
  'openMessages.unheardMessages': { ...everyOpen, inVainMax: 10_000, buffersMax: 10_000, why: `${open}, and their newest attempts` },
  'metricRollups.rollUpEvents': {
    everyWeek: true,
    buffersMax: 200_000,
    why: 'events of two weeks, once after an update; 200 of each workspace, each with the one before it',
  },
  'metricRollups.pruneRollups': { buffersMax: 2_000, why: 'it removes a part of them' },
  'outbox.claimFromOutbox': { buffersMax: 1_500, why: 'it takes a page of them' },
};

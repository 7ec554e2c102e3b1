/**
 * What an event says of its message besides its state: SQL expressions for the column `facts` of statements that end in
 * appendEvents. The first event of a message has all that its row was born with, but for what was written in it; a later one
 * has what it changed, null where it took something away. Together they make the row again (storage/rebuildMessages.ts).
 */

/** Of a message that is new; `m` names its row. What a column has by default is left out. */
export const factsAtBirth = (m: string): string => `jsonb_strip_nulls(jsonb_build_object(
      'createdAt', ${m}.created_at, 'senderId', ${m}.sender_id, 'unknownSender', ${m}.unknown_sender,
      'priority', nullif(${m}.priority, 'normal'), 'category', nullif(${m}.category, 'transactional'), 'encoding', ${m}.encoding,
      'segments', ${m}.segments, 'generation', nullif(${m}.generation, 1), 'validUntil', ${m}.valid_until,
      'acceptedAt', ${m}.accepted_at, 'sendAt', ${m}.send_at, 'routed', nullif(${m}.routed, false),
      'campaign', ${m}.campaign))`;

/** Of a message about which there is news: the sender that its attempt left from, where that may be another than before. */
export const factsOfAttempt = (m: string): string => `case when ${m}.routed then jsonb_build_object('senderId', ${m}.sender_id) end`;

/** Of a message whose times were changed, and its generation. */
export const factsOfTimes = (m: string): string =>
  `jsonb_build_object('sendAt', ${m}.send_at, 'validUntil', ${m}.valid_until, 'generation', ${m}.generation)`;

/** Of a change of state alone. */
export const noFacts = 'null::jsonb';

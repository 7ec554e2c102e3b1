import { z } from 'zod';
import { messagePageDefault, messagePageMax } from '../../domain/historyLimits.js';
import { toE164 } from '../../domain/phoneNumber.js';
import { contactIdOf, type Workspace } from '../../storage/workspaces.js';
import type { HistoryRequest } from '../historyReader.js';
import { validate } from '../validate.js';

const dayMs = 24 * 60 * 60_000;
const day = /^\d{4}-\d{2}-\d{2}$/;

const text = z.string({ error: 'is given twice' });
/** A day, or a moment. */
const when = text.refine(
  (given) => /^\d{4}-/.test(given) && !Number.isNaN(Date.parse(given)),
  'must be a day, as 2026-01-31, or a time of ISO 8601',
);
const whole = text.regex(/^\d{1,9}$/, 'must be a whole number');
const query = z.strictObject({
  To: text.optional(),
  From: text.optional(),
  DateSent: when.optional(),
  'DateSent<': when.optional(),
  'DateSent>': when.optional(),
  PageSize: whole.optional(),
  Page: whole.optional(),
  PageToken: text.optional(),
});

/** A page of the list as Twilio's clients ask for it. */
export interface MessageList {
  /** What of the history it is; undefined where nothing can be. */
  asked: HistoryRequest | undefined;
  pageSize: number;
  page: number;
  /** What was asked besides where the page begins: the next is asked for by the same. */
  conditions: Record<string, string>;
}

/**
 * Reads the query of Twilio's list of messages. To and From are a number of the workspace's own or another's; DateSent is a whole day
 * or its bounds, each a part of what is meant, by the time at which we stored a message. Throws Problem `invalid_request`.
 */
export function readListQuery(workspace: Workspace, given: Record<string, unknown>): MessageList {
  const { To, From, PageSize, Page, PageToken, ...dates } = validate(query, given);
  const limit = Math.min(messagePageMax, Math.max(1, Number(PageSize ?? messagePageDefault)));
  const parties = partiesOf(workspace, To, From);
  const { DateSent: on, 'DateSent>': after, 'DateSent<': before } = dates;
  const since = [on, after].filter((one) => one !== undefined).map(beginOf);
  const until = [on, before].filter((one) => one !== undefined).map(endOf);
  const asked = parties && {
    ...parties,
    ...(since.length > 0 && { since: new Date(Math.max(...since)) }),
    ...(until.length > 0 && { until: new Date(Math.min(...until)) }),
    limit,
    cursor: PageToken,
  };
  const conditions = Object.fromEntries(
    Object.entries({ To, From, ...dates, PageSize: String(limit) }).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  return { asked, pageSize: limit, page: Number(Page ?? 0), conditions };
}

const beginOf = (text: string) => Date.parse(text);
/** Of what is meant the last moment is a part. */
const endOf = (text: string) => Date.parse(text) + (day.test(text) ? dayMs : 1);

/** Whose messages: each number is a sender of the workspace or else a contact. Undefined where no message can be between the two. */
function partiesOf(workspace: Workspace, to: string | undefined, from: string | undefined): Partial<HistoryRequest> | undefined {
  const [recipient, author] = [to, from].map((address) => (address ? partyOf(workspace, address) : undefined));
  if (!recipient && !author) return {};
  const parties = { ...recipient, ...author };
  // Of two of one kind one would be lost: neither sends to its like.
  if (recipient && author && Object.keys(parties).length < 2) return undefined;
  return { ...parties, direction: recipient?.sender || author?.conversationId ? 'inbound' : 'outbound' };
}

function partyOf({ senders, keys }: Workspace, address: string): Pick<HistoryRequest, 'sender' | 'conversationId'> {
  const sender = senders.find(({ phoneNumber }) => phoneNumber === address);
  if (sender) return { sender: { id: sender.id, address } };
  return { conversationId: contactIdOf(keys.contactId, toE164(address) ?? address) };
}

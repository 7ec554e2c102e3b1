import type { Ledger } from './ledger.js';
import type { StoredMessage } from './ledgerEntries.js';
import { messageJson, visibleAtMs } from './messageJson.js';
import type { Form } from './sendRequest.js';

const pageSizeDefault = 50;
const pageSizeMax = 1_000;
const filterNames = ['To', 'From', 'DateSent', 'DateSent<', 'DateSent>'] as const;

/**
 * One page of an account's messages, newest first, in Twilio's envelope. A page token names the message it starts after,
 * so that messages accepted between two pages neither repeat nor hide others.
 *
 * @param query as parsed from the URL; `DateSent<` and `DateSent>` include their day, as Twilio's do
 * @param nowMs epoch milliseconds; younger messages than their list lag are left out
 */
export function listMessages(ledger: Ledger, accountSid: string, query: Form, nowMs: number): Record<string, unknown> {
  const filters = Object.fromEntries(filterNames.map((name) => [name, one(query[name])]));
  const pageSize = clamp(Number(one(query['PageSize']) ?? pageSizeDefault), 1, pageSizeMax);
  const page = clamp(Number(one(query['Page']) ?? 0), 0, Number.MAX_SAFE_INTEGER);
  const token = one(query['PageToken']);

  const matching = ledger
    .messagesOf(accountSid, filters['To'])
    .filter((message) => visibleAtMs(message) <= nowMs && matches(message, filters))
    .reverse();
  const start = clamp(startOf(matching, token, page, pageSize, ledger), 0, matching.length);
  const messages = matching.slice(start, start + pageSize);

  const path = `/2010-04-01/Accounts/${accountSid}/Messages.json`;
  const uri = (toPage: number, pageToken?: string): string => {
    const parameters = new URLSearchParams({ PageSize: String(pageSize), Page: String(toPage) });
    for (const name of filterNames) if (filters[name] !== undefined) parameters.set(name, filters[name]);
    if (pageToken) parameters.set('PageToken', pageToken);
    return `${path}?${parameters}`;
  };
  const first = messages[0]?.entry.sid;
  const last = messages.at(-1)?.entry.sid;
  return {
    first_page_uri: uri(0),
    uri: uri(page, token),
    next_page_uri: last && start + pageSize < matching.length ? uri(page + 1, `PA${last}`) : null,
    previous_page_uri: first && start > 0 ? uri(Math.max(0, page - 1), `PB${first}`) : null,
    page,
    page_size: pageSize,
    start: page * pageSize,
    end: page * pageSize + Math.max(0, messages.length - 1),
    messages: messages.map(messageJson),
  };
}

function startOf(matching: StoredMessage[], token: string | undefined, page: number, pageSize: number, ledger: Ledger): number {
  const named = token === undefined ? undefined : ledger.find(token.slice(2))?.entry.n;
  if (named === undefined) return page * pageSize;
  const older = matching.findIndex((message) => message.entry.n < named);
  if (token?.startsWith('PB')) return matching.findIndex((message) => message.entry.n <= named) - pageSize;
  return older < 0 ? matching.length : older;
}

function matches(message: StoredMessage, filters: Partial<Record<string, string>>): boolean {
  if (filters['From'] !== undefined && filters['From'] !== message.entry.from) return false;
  const { DateSent: on, 'DateSent<': until, 'DateSent>': since } = filters;
  if (on === undefined && until === undefined && since === undefined) return true;
  // A message that has not been sent has no date, so no date filter finds it.
  if (message.dateSentMs === null) return false;
  const sentOn = day(new Date(message.dateSentMs).toISOString());
  return (
    (on === undefined || sentOn === day(on)) &&
    (until === undefined || sentOn <= day(until)) &&
    (since === undefined || sentOn >= day(since))
  );
}

/** Filters have the grain of a day, even where a client sends a time. */
function day(date: string): string {
  return date.slice(0, 10);
}

function one(value: string | string[] | undefined): string | undefined {
  const text = Array.isArray(value) ? value[0] : value;
  return text === '' ? undefined : text;
}

function clamp(value: number, min: number, max: number): number {
  return Number.isFinite(value) ? Math.min(max, Math.max(min, Math.trunc(value))) : min;
}

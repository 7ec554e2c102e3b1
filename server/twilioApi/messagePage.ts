import type { MessageView } from '../messageView.js';
import type { MessageList } from './listQuery.js';
import { messagesUri, resourceOf } from './messageResource.js';

/** A page of the list of messages as Twilio shows one. There is no way back, and `next_page_uri` is null on the last. */
export function pageOf(
  accountSid: string,
  { pageSize, page, conditions }: MessageList,
  { data, nextCursor }: { data: MessageView[]; nextCursor: string | null },
): Record<string, unknown> {
  const uriOf = (place: Record<string, string>) => `${messagesUri(accountSid)}.json?${new URLSearchParams({ ...conditions, ...place })}`;
  const start = page * pageSize;
  return {
    end: Math.max(start, start + data.length - 1),
    first_page_uri: uriOf({ Page: '0' }),
    messages: data.map((message) => resourceOf(accountSid, message)),
    next_page_uri: nextCursor === null ? null : uriOf({ Page: String(page + 1), PageToken: nextCursor }),
    page,
    page_size: pageSize,
    previous_page_uri: null,
    start,
    uri: uriOf({ Page: String(page) }),
  };
}

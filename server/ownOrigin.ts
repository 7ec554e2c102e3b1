import type { IncomingMessage } from 'node:http';

/**
 * Whether a page of ours sent this request. A browser names in `Origin` where its page is from, or says in `Sec-Fetch-Site` how
 * far that is, and a page can change neither; programs send none of them.
 *
 * @returns undefined where the request says nothing of it
 */
export function isFromOwnPage({ headers }: Pick<IncomingMessage, 'headers'>, publicBaseUrl: string): boolean | undefined {
  const { origin, host } = headers;
  const distance = headers['sec-fetch-site'];
  // Where a page's referrer policy is strict, its browser hides the origin also from ourselves.
  if ((origin === undefined || origin === 'null') && distance !== undefined) return distance === 'same-origin';
  if (origin === undefined) return undefined;
  return URL.canParse(origin) && (origin === new URL(publicBaseUrl).origin || new URL(origin).host === host);
}

/**
 * The names that workspaces and messages have for programs written for Twilio: a SID is a prefix and the 32 hex digits of our UUID,
 * so nothing has to be kept to go from one to the other.
 */

import { uuidFromHex } from './ids.js';

const hexDigits = /^[0-9a-f]{32}$/i;

const sidOf = (prefix: 'AC' | 'SM', id: string) => prefix + id.replaceAll('-', '');

/** The account SID of a workspace, `AC…`. */
export const accountSidOf = (workspaceId: string): string => sidOf('AC', workspaceId);

/** The SID of a message, `SM…`. */
export const messageSidOf = (messageId: string): string => sidOf('SM', messageId);

/** The UUID behind a SID of this kind; undefined where it is none. */
export function idOfSid(prefix: 'AC' | 'SM', sid: string): string | undefined {
  const hex = sid.slice(prefix.length);
  if (!sid.startsWith(prefix) || !hexDigits.test(hex)) return undefined;
  return uuidFromHex(hex.toLowerCase());
}

import { keyOfFragment } from './keyOfFragment.js';

/** What a link says in its fragment, which a browser never sends to a server. */
export type FragmentWord =
  | { kind: 'key'; key: string }
  /** A sign-in link: its token is to be shown to the server, once. */
  | { kind: 'link'; token: string }
  /** Back from the organisation's own sign-in: with a cookie, or without. */
  | { kind: 'signed-in' }
  | { kind: 'failed'; code: string };

/** The word in a fragment, or null where there is none of ours. */
export function fragmentWord(fragment: string): FragmentWord | null {
  const key = keyOfFragment(fragment);
  if (key) return { kind: 'key', key };
  if (fragment === '#signed-in') return { kind: 'signed-in' };
  const [, name, value] = /^#(sign-in|sign-in-failed)=([\w-]{1,200})$/.exec(fragment) ?? [];
  if (value === undefined) return null;
  return name === 'sign-in' ? { kind: 'link', token: value } : { kind: 'failed', code: value };
}

import { keyOfFragment } from './keyOfFragment.js';
import { createStore } from './store.js';

/**
 * Who is signed in. The key comes in the URL's fragment, which a browser never sends to a server and so never lands in a
 * log, or from the form. It lives in sessionStorage: it ends with the tab and no other tab can read it.
 */
export interface Session {
  key: string | null;
  /** Why the last key was not taken, in the server's words. */
  refusal: string | null;
}

const storedKey = 'postrider.key';
export const session = createStore<Session>({ key: null, refusal: null });

export function signIn(key: string): void {
  sessionStorage.setItem(storedKey, key);
  session.set({ key, refusal: null });
}

export function signOut(refusal: string | null = null): void {
  sessionStorage.removeItem(storedKey);
  session.set({ key: null, refusal });
}

function takeKeyFromFragment(): boolean {
  const key = keyOfFragment(location.hash);
  if (!key) return false;
  // Before anything else can read, copy or bookmark the address.
  history.replaceState(history.state, '', location.pathname + location.search);
  signIn(key);
  return true;
}

/** Reads the key once at start, and again when a link with another key is pasted into the open page. */
export function startSession(): void {
  addEventListener('hashchange', takeKeyFromFragment);
  if (!takeKeyFromFragment()) session.set({ key: sessionStorage.getItem(storedKey), refusal: null });
}

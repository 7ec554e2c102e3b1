import { authApi, failureSentence, type Me, sentenceOf } from './authApi.js';
import { type AccessToken, type Credential, keyCredential, personCredential } from './credential.js';
import { fragmentWord } from './fragment.js';
import { createStore } from './store.js';

/**
 * Who is signed in. An API key comes in the URL's fragment, which a browser never sends to a server and so never lands in a
 * log, or from the form; it lives in sessionStorage: it ends with the tab and no other tab can read it. A person has a cookie
 * that no script can read; that there is one is noted, so that nobody is asked in vain.
 */
export interface Session {
  credential: Credential | null;
  /** Why the last sign-in was not taken, in words. */
  refusal: string | null;
  /** The server is being asked. */
  pending: boolean;
  /** A person with several workspaces says which one to open. */
  choices: Pick<Me['workspaces'][number], 'id' | 'name'>[];
}

const storedKey = 'postrider.key';
const storedPerson = 'postrider.person';
const storedWorkspace = 'postrider.workspace';
const nobody: Session = { credential: null, refusal: null, pending: false, choices: [] };
export const session = createStore<Session>(nobody);
let token: AccessToken | undefined;

export function signIn(key: string): void {
  sessionStorage.setItem(storedKey, key);
  session.set({ ...nobody, credential: keyCredential(key) });
}

export function signOut(refusal: string | null = null): void {
  const isPerson = session.get().credential?.workspaceId != null;
  sessionStorage.removeItem(storedKey);
  sessionStorage.removeItem(storedWorkspace);
  localStorage.removeItem(storedPerson);
  session.set({ ...nobody, refusal });
  // Nobody waits for it: without an answer the sign-in ends by itself.
  if (isPerson) authApi.signOut().catch(() => undefined);
}

/** Opens one of a person's workspaces. */
export function chooseWorkspace(workspaceId: string): void {
  if (!token) return;
  sessionStorage.setItem(storedWorkspace, workspaceId);
  session.set({ ...nobody, credential: personCredential(token, workspaceId, authApi.refresh) });
}

async function enter(ask: () => Promise<AccessToken>, isQuiet = false): Promise<void> {
  session.set({ ...nobody, pending: true });
  try {
    token = await ask();
    const { workspaces: own, operator } = await authApi.me(token.accessToken);
    // Who looks after the installation may open every workspace.
    const workspaces = operator ? (await authApi.workspaces(token.accessToken)).data : own;
    localStorage.setItem(storedPerson, 'yes');
    sessionStorage.removeItem(storedKey);
    const last = sessionStorage.getItem(storedWorkspace);
    const known = workspaces.find(({ id }) => id === last) ?? (workspaces.length === 1 ? workspaces[0] : undefined);
    // Of many workspaces an operator's last one may not be among the first.
    const chosen = known ?? (operator && last ? { id: last } : own.length === 1 ? own[0] : undefined);
    if (chosen) chooseWorkspace(chosen.id);
    else if (workspaces.length > 0) session.set({ ...nobody, choices: workspaces });
    else session.set({ ...nobody, refusal: 'You belong to no workspace. Ask who manages yours.' });
  } catch (error) {
    localStorage.removeItem(storedPerson);
    session.set({ ...nobody, refusal: isQuiet ? null : sentenceOf(error) });
  }
}

function takeWordFromFragment(): boolean {
  const word = fragmentWord(location.hash);
  if (!word) return false;
  // Before anything else can read, copy or bookmark the address.
  history.replaceState(history.state, '', location.pathname + location.search);
  if (word.kind === 'key') signIn(word.key);
  else if (word.kind === 'link') void enter(() => authApi.byLink(word.token));
  else if (word.kind === 'signed-in') void enter(authApi.refresh);
  else session.set({ ...nobody, refusal: failureSentence(word.code) });
  return true;
}

/** Reads who is signed in once at start, and again when a link is pasted into the open page. */
export function startSession(): void {
  addEventListener('hashchange', takeWordFromFragment);
  if (takeWordFromFragment()) return;
  const key = sessionStorage.getItem(storedKey);
  if (key) session.set({ ...nobody, credential: keyCredential(key) });
  else if (localStorage.getItem(storedPerson)) void enter(authApi.refresh, true);
}

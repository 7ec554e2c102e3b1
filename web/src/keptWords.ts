import { draftsPrefix } from './drafts.js';

/** Whether somebody was writing when the session ended. */
export const hasKeptWords = (): boolean =>
  Object.entries(sessionStorage).some(([name, value]) => name.startsWith(draftsPrefix) && value !== '{}');

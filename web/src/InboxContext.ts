import { createContext, useContext } from 'react';
import type { Workspace } from './api.js';
import type { Inbox } from './inbox.js';

export const InboxContext = createContext<{ inbox: Inbox; workspace: Workspace } | null>(null);

export function useInbox(): { inbox: Inbox; workspace: Workspace } {
  const value = useContext(InboxContext);
  if (!value) throw new Error('useInbox belongs inside the signed-in part of the page');
  return value;
}

import { useInbox } from '../InboxContext.js';
import { signOut } from '../session.js';
import { useStore } from '../useStore.js';
import { ConnectionState } from './ConnectionState.js';
import { Logo } from './Logo.js';

export function TopBar() {
  const { inbox, workspace } = useInbox();
  const unsent = useStore(inbox.outbox.entries).length;

  function leave(): void {
    const what = unsent === 1 ? '1 message has' : `${unsent} messages have`;
    if (unsent > 0 && !confirm(`${what} not been sent yet. Signing out discards what is unsent. Sign out?`)) return;
    // Whoever uses this browser next must not find what was written.
    inbox.outbox.discardAll();
    inbox.drafts.clearAll();
    signOut();
  }

  return (
    <header className="top-bar">
      <Logo />
      <h1>{workspace.name}</h1>
      <ConnectionState />
      <button type="button" className="button quiet" onClick={leave}>
        Sign out
      </button>
    </header>
  );
}

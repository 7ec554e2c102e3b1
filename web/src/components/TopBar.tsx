import { Link, useLocation } from 'wouter';
import { useInbox } from '../InboxContext.js';
import { paths } from '../paths.js';
import { signOut } from '../session.js';
import { useStore } from '../useStore.js';
import { ConnectionState } from './ConnectionState.js';
import { Logo } from './Logo.js';

export function TopBar() {
  const { inbox, workspace } = useInbox();
  const [location] = useLocation();
  const place = location.startsWith(paths.operator) ? 'operator' : location === paths.dashboard ? 'figures' : 'inbox';
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
      <nav className="places" aria-label="Places">
        <Link className="button quiet" href={paths.inbox} aria-current={place === 'inbox' ? 'page' : undefined}>
          Inbox
        </Link>
        <Link className="button quiet" href={paths.operator} aria-current={place === 'operator' ? 'page' : undefined}>
          Operator
        </Link>
        <Link className="button quiet" href={paths.dashboard} aria-current={place === 'figures' ? 'page' : undefined}>
          Figures
        </Link>
      </nav>
      <button type="button" className="button quiet" onClick={leave}>
        Sign out
      </button>
    </header>
  );
}

import { useEffect } from 'react';
import { useInbox } from '../InboxContext.js';
import { useStore } from '../useStore.js';

const shownMs = 6_000;

/** What came of something, for a few seconds; and the way back. */
export function ToastLine() {
  const { inbox } = useInbox();
  const toast = useStore(inbox.toast);
  useEffect(() => {
    if (!toast) return undefined;
    const timer = setTimeout(() => inbox.toast.set(null), shownMs);
    return () => clearTimeout(timer);
  }, [toast, inbox]);
  return (
    <div className="toasts" role="status">
      {toast && (
        <p className="toast" key={toast.text}>
          {toast.text}
          {toast.undo && (
            <button
              type="button"
              className="link"
              onClick={() => {
                inbox.toast.set(null);
                toast.undo?.();
              }}
            >
              Undo
            </button>
          )}
        </p>
      )}
    </div>
  );
}

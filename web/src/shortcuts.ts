import { useEffect, useRef } from 'react';

export const shortcutWords: readonly [string[], string][] = [
  [['j', 'k'], 'Next and previous conversation'],
  [['/'], 'Find a conversation'],
  [['r'], 'Write a reply'],
  [['a'], 'Give it to somebody'],
  [['e'], 'Close it, or open it again'],
  [['u'], 'Mark it unread'],
  [['n'], 'New message'],
  [['Esc'], 'Leave what you are in'],
  [['?'], 'These keys'],
];

/** Whether keys belong to what somebody is in: a field, a dialog, a menu. */
function isTakenBy(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea, select, [contenteditable], dialog, [role=menu]') !== null;
}

/** Single keys that do something wherever nothing is being written. */
export function useShortcuts(actions: Readonly<Record<string, () => void>>): void {
  const latest = useRef(actions);
  latest.current = actions;
  useEffect(() => {
    function onKeyDown(event: KeyboardEvent): void {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTakenBy(event.target)) return;
      const act = latest.current[event.key];
      if (!act) return;
      event.preventDefault();
      act();
    }
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, []);
}

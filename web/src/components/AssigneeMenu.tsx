import { type KeyboardEvent, type RefObject, useEffect, useId, useRef, useState } from 'react';
import { useAccess } from '../access.js';
import type { Conversation } from '../api.js';
import { useInbox } from '../InboxContext.js';
import { useAssignees } from '../queries.js';
import { initialsOf } from './Avatar.js';

interface AssigneeMenuProps {
  conversation: Conversation;
  /** The button that opens it, for the key that does so too. */
  button: RefObject<HTMLButtonElement | null>;
}

/** Whose conversation it is, and to whom it may be given. */
export function AssigneeMenu({ conversation, button }: AssigneeMenuProps) {
  const { inbox } = useInbox();
  const access = useAccess();
  const [isOpen, setOpen] = useState(false);
  const assignees = useAssignees(isOpen);
  const menu = useRef<HTMLDivElement>(null);
  const id = useId();
  const mayAssign = access?.may('messages:send') ?? false;
  const { assignee } = conversation;
  const myId = access?.me.kind === 'person' ? access.me.id : null;

  const items = () => [...(menu.current?.querySelectorAll<HTMLButtonElement>('[role=menuitemradio]') ?? [])];
  const loaded = assignees.data !== undefined;
  useEffect(() => {
    if (isOpen && loaded) items()[0]?.focus();
  }, [isOpen, loaded]);

  function close(): void {
    setOpen(false);
    button.current?.focus();
  }

  function give(to: Conversation['assignee']): void {
    close();
    if (to?.id !== assignee?.id) void inbox.conversations.assign(conversation, to);
  }

  function onKeyDown(event: KeyboardEvent): void {
    const all = items();
    const at = all.indexOf(document.activeElement as HTMLButtonElement);
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (event.key === 'Escape') close();
    else if (step !== 0) all[(at + step + all.length) % all.length]?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  const others = (assignees.data ?? []).filter((one) => one.id !== myId);
  const me = assignees.data?.find((one) => one.id === myId);
  const choices = [...(me ? [{ ...me, label: `${me.name} (you)` }] : []), ...others.map((one) => ({ ...one, label: one.name }))];
  return (
    <div
      className="menu-place"
      onKeyDown={isOpen ? onKeyDown : undefined}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) setOpen(false);
      }}
    >
      <button
        ref={button}
        type="button"
        className="button quiet assign"
        disabled={!mayAssign}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onClick={() => setOpen(!isOpen)}
        title={mayAssign ? 'Give it to somebody (a)' : 'You may read here and give nothing away'}
      >
        <span className="assignee" aria-hidden="true">
          {assignee ? initialsOf(assignee.name) : '+'}
        </span>
        <span className="assign-name">{assignee ? assignee.id === myId ? 'You' : <bdi>{assignee.name}</bdi> : 'Nobody’s'}</span>
      </button>
      {isOpen && (
        <div className="menu" role="menu" id={id} ref={menu} aria-label="Give the conversation to">
          {!loaded && <p className="hint">{assignees.isError ? assignees.error.message : 'Loading…'}</p>}
          {choices.map((one) => (
            <button
              key={one.id}
              type="button"
              role="menuitemradio"
              aria-checked={assignee?.id === one.id}
              onClick={() => give({ id: one.id, name: one.name })}
            >
              <span className="assignee" aria-hidden="true">
                {initialsOf(one.name)}
              </span>
              <bdi>{one.label}</bdi>
            </button>
          ))}
          {loaded && (
            <button type="button" role="menuitemradio" aria-checked={assignee === null} onClick={() => give(null)}>
              <span className="assignee" aria-hidden="true">
                –
              </span>
              Nobody
            </button>
          )}
        </div>
      )}
    </div>
  );
}

import { type FormEvent, type KeyboardEvent, type Ref, useId, useState } from 'react';
import { useAccess } from '../access.js';
import { useInbox } from '../InboxContext.js';
import { newIdempotencyKey } from '../sendMessage.js';
import { serverNow } from '../serverClock.js';
import { useStore } from '../useStore.js';
import { useTyping } from '../useTyping.js';
import { RefusalText } from './RefusalText.js';
import { ScheduleField } from './ScheduleField.js';
import { WritingHints } from './WritingHints.js';

interface ComposerProps {
  ref: Ref<HTMLTextAreaElement>;
  conversationId: string;
  /** Unknown until the thread or the list has loaded. */
  to: string | undefined;
  from: string | undefined;
  title: string;
  /** The contact must not be written to. */
  optedOut: boolean;
}

export function Composer({ ref, conversationId, to, from, title, optedOut }: ComposerProps) {
  const { inbox } = useInbox();
  const access = useAccess();
  useStore(inbox.drafts.store);
  const draft = inbox.drafts.get(conversationId);
  const [isScheduling, setScheduling] = useState(draft.sendAt !== undefined);
  const id = useId();
  const typing = useTyping((now) => inbox.live.type(conversationId, now));
  const mayWrite = access?.may('messages:send') ?? true;
  const barred = optedOut || !mayWrite;
  const canSend = to !== undefined && draft.body.trim() !== '' && !barred;

  function send(): void {
    if (!canSend) return;
    // Sent again as it was, words in doubt keep their key, their sender and their time, and so can't go out twice.
    const again = draft.inDoubt === true;
    const sender = again ? draft.from : from;
    void inbox.outbox.add({
      idempotencyKey: draft.key ?? newIdempotencyKey(),
      conversationId,
      to: (again ? draft.to : undefined) ?? to,
      body: draft.body,
      ...(sender ? { from: sender } : {}),
      ...(draft.sendAt ? { sendAt: draft.sendAt } : {}),
      createdAt: serverNow().toISOString(),
    });
    inbox.drafts.clear(conversationId);
    setScheduling(false);
    typing.stop();
  }

  function submit(event: FormEvent): void {
    event.preventDefault();
    send();
  }

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>): void {
    if (event.key === 'Escape') event.currentTarget.blur();
    // Enter also ends the composition of a character in East Asian input, and on a touch keyboard it is the only way to a new line.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing || matchMedia('(pointer: coarse)').matches) return;
    event.preventDefault();
    send();
  }

  const edit = (body: string) => inbox.drafts.edit(conversationId, { body });
  return (
    <form className="composer" onSubmit={submit} aria-label={`Write to ${title}`}>
      {draft.refusal && <RefusalText id={`${id}-refusal`} refusal={draft.refusal} />}
      {optedOut && (
        <p className="barred" id={`${id}-barred`}>
          <strong>This contact has opted out.</strong> Nothing can be sent until they write START, or somebody who manages opt-outs takes
          them from the list.
        </p>
      )}
      {!mayWrite && (
        <p className="barred" id={`${id}-barred`}>
          <strong>You may read here, and not write.</strong>{' '}
          {draft.body ? 'What you have written is kept. Ask who manages the workspace.' : 'Ask who manages the workspace if you should.'}
        </p>
      )}
      {isScheduling && !barred && (
        <ScheduleField sendAt={draft.sendAt} onChange={(sendAt) => inbox.drafts.edit(conversationId, { sendAt })} />
      )}
      <div className="composer-row">
        <label className="visually-hidden" htmlFor={id}>
          Message
        </label>
        <textarea
          ref={ref}
          id={id}
          rows={1}
          dir="auto"
          // What was written stays to be read and copied.
          readOnly={barred}
          placeholder={barred ? 'You can’t write here now' : 'Write a message'}
          value={draft.body}
          onChange={(event) => {
            edit(event.target.value);
            typing.press();
          }}
          onBlur={typing.stop}
          onKeyDown={onKeyDown}
          aria-invalid={draft.refusal !== undefined}
          aria-describedby={[draft.refusal && `${id}-refusal`, barred && `${id}-barred`, `${id}-count`].filter(Boolean).join(' ')}
        />
        <button
          type="button"
          className="button quiet icon"
          aria-label="Send later"
          aria-pressed={isScheduling}
          title={isScheduling ? 'Send at once' : 'Send later'}
          disabled={barred}
          onClick={() => {
            if (draft.sendAt) inbox.drafts.edit(conversationId, { sendAt: undefined });
            setScheduling(!isScheduling);
          }}
        >
          <svg viewBox="0 0 20 20" aria-hidden="true">
            <path d="M10 3.2a6.800 6.800 0 1 0 0 13.600 6.800 6.800 0 0 0 0-13.600ZM10 6.400V10l2.400 1.500" />
          </svg>
        </button>
        <button type="submit" className="button primary" disabled={!canSend}>
          {draft.sendAt ? 'Schedule' : 'Send'}
        </button>
      </div>
      <WritingHints id={`${id}-count`} body={draft.body} onChange={edit} emptyHint="Enter sends, Shift + Enter starts a new line" />
    </form>
  );
}

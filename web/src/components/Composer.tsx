import { type FormEvent, type KeyboardEvent, type Ref, useId } from 'react';
import { useInbox } from '../InboxContext.js';
import { segmentText } from '../segments.js';
import { newIdempotencyKey } from '../sendMessage.js';
import { useStore } from '../useStore.js';
import { useTyping } from '../useTyping.js';
import { RefusalText } from './RefusalText.js';

interface ComposerProps {
  ref: Ref<HTMLTextAreaElement>;
  conversationId: string;
  /** Unknown until the thread or the list has loaded. */
  to: string | undefined;
  from: string | undefined;
  title: string;
}

export function Composer({ ref, conversationId, to, from, title }: ComposerProps) {
  const { inbox } = useInbox();
  useStore(inbox.drafts.store);
  const draft = inbox.drafts.get(conversationId);
  const id = useId();
  const typing = useTyping((now) => inbox.live.type(conversationId, now));
  const canSend = to !== undefined && draft.body.trim() !== '';

  function send(): void {
    if (!canSend) return;
    // Sent again as it was, words in doubt keep their key and so can't go out twice.
    const again = draft.idempotencyKey !== undefined;
    const sender = again ? draft.from : from;
    void inbox.outbox.add({
      idempotencyKey: draft.idempotencyKey ?? newIdempotencyKey(),
      conversationId,
      to: (again ? draft.to : undefined) ?? to,
      body: draft.body,
      ...(sender ? { from: sender } : {}),
      createdAt: new Date().toISOString(),
    });
    inbox.drafts.clear(conversationId);
    typing.stop();
  }

  function submit(event: FormEvent): void {
    event.preventDefault();
    send();
  }

  function onKeyDown(event: KeyboardEvent): void {
    // Enter also ends the composition of a character in East Asian input, and on a touch keyboard it is the only way to a new line.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing || matchMedia('(pointer: coarse)').matches) return;
    event.preventDefault();
    send();
  }

  return (
    <form className="composer" onSubmit={submit} aria-label={`Write to ${title}`}>
      {draft.refusal && <RefusalText id={`${id}-refusal`} refusal={draft.refusal} />}
      <div className="composer-row">
        <label className="visually-hidden" htmlFor={id}>
          Message
        </label>
        <textarea
          ref={ref}
          id={id}
          rows={1}
          placeholder="Write a message"
          value={draft.body}
          onChange={(event) => {
            inbox.drafts.edit(conversationId, { body: event.target.value });
            typing.press();
          }}
          onBlur={typing.stop}
          onKeyDown={onKeyDown}
          aria-invalid={draft.refusal !== undefined}
          aria-describedby={draft.refusal ? `${id}-refusal ${id}-count` : `${id}-count`}
        />
        <button type="submit" className="button primary" disabled={!canSend}>
          Send
        </button>
      </div>
      <p className="count" id={`${id}-count`}>
        {draft.body === '' ? <span className="keys">Enter sends, Shift + Enter starts a new line</span> : segmentText(draft.body)}
      </p>
    </form>
  );
}

import { type FormEvent, type KeyboardEvent, useEffect, useId, useRef } from 'react';
import { Link, useLocation } from 'wouter';
import { newMessageDraft } from '../drafts.js';
import { useInbox } from '../InboxContext.js';
import { paths } from '../paths.js';
import { newIdempotencyKey } from '../sendMessage.js';
import { serverNow } from '../serverClock.js';
import { useStore } from '../useStore.js';
import { PendingBubble } from './MessageBubble.js';
import { RefusalText } from './RefusalText.js';
import { WritingHints } from './WritingHints.js';

const fields = ['to', 'from', 'body'] as const;

/** Begins a conversation; the server finds the one there is if the number has written before. */
export function NewMessage() {
  const { inbox, workspace } = useInbox();
  const [, navigate] = useLocation();
  useStore(inbox.drafts.store);
  const draft = inbox.drafts.get(newMessageDraft);
  const pending = useStore(inbox.outbox.entries).filter((entry) => entry.conversationId === null);
  const isSending = pending.some((entry) => entry.state === 'sending');
  const id = useId();

  const here = useRef(true);
  useEffect(() => {
    here.current = true;
    return () => {
      here.current = false;
    };
  }, []);

  const from = draft.from ?? workspace.senders[0]?.phoneNumber;
  const errorOf = (field: (typeof fields)[number]) => draft.refusal?.errors.find((error) => error.field === field)?.message;

  async function send(): Promise<void> {
    const message = {
      idempotencyKey: draft.key ?? newIdempotencyKey(),
      conversationId: null,
      to: (draft.to ?? '').trim(),
      body: draft.body,
      ...(from ? { from } : {}),
      createdAt: serverNow().toISOString(),
    };
    inbox.drafts.clear(newMessageDraft);
    const outcome = await inbox.outbox.add(message);
    // Whoever has gone elsewhere meanwhile is not pulled back.
    if (outcome.kind === 'accepted' && here.current) navigate(paths.conversation(outcome.conversationId));
  }

  function submit(event: FormEvent): void {
    event.preventDefault();
    void send();
  }

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>): void {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) event.currentTarget.form?.requestSubmit();
  }

  const describe = (field: (typeof fields)[number], hint?: string) =>
    [errorOf(field) && `${id}-${field}-error`, hint && `${id}-${hint}`].filter(Boolean).join(' ') || undefined;

  return (
    <section className="new-message" aria-labelledby={`${id}-title`}>
      <header className="pane-head">
        <Link href={paths.inbox} className="button quiet back" aria-label="Back to conversations">
          <span aria-hidden="true">‹</span>
        </Link>
        <h2 id={`${id}-title`}>New message</h2>
      </header>
      <div className="pane-body">
        {pending.map((entry) => (
          <div key={entry.idempotencyKey} className="waiting-new">
            <p className="hint">To {entry.to}</p>
            <PendingBubble entry={entry} />
          </div>
        ))}
        {!isSending && (
          <form className="fields" onSubmit={submit} aria-labelledby={`${id}-title`}>
            {draft.refusal && <RefusalText id={`${id}-refusal`} refusal={draft.refusal} except={fields} />}
            <div className="field">
              <label htmlFor={`${id}-to`}>To</label>
              <input
                id={`${id}-to`}
                name="to"
                type="tel"
                autoComplete="off"
                required
                autoFocus
                placeholder="+44 20 7946 0123"
                value={draft.to ?? ''}
                onChange={(event) => inbox.drafts.edit(newMessageDraft, { to: event.target.value })}
                aria-invalid={errorOf('to') !== undefined}
                aria-describedby={describe('to', errorOf('to') ? undefined : 'to-hint')}
              />
              {errorOf('to') ? (
                <FieldError id={`${id}-to-error`} text={errorOf('to')} />
              ) : (
                <p className="hint" id={`${id}-to-hint`}>
                  With the country code, for example +44.
                </p>
              )}
            </div>
            {workspace.senders.length > 0 ? (
              <div className="field">
                <label htmlFor={`${id}-from`}>From</label>
                <select
                  id={`${id}-from`}
                  name="from"
                  value={from}
                  onChange={(event) => inbox.drafts.edit(newMessageDraft, { from: event.target.value })}
                  aria-invalid={errorOf('from') !== undefined}
                  aria-describedby={describe('from')}
                >
                  {workspace.senders.map((sender) => (
                    <option key={sender.id}>{sender.phoneNumber}</option>
                  ))}
                </select>
                <FieldError id={`${id}-from-error`} text={errorOf('from')} />
              </div>
            ) : (
              <p className="hint">This workspace has no number to send from yet. Ask whoever runs it to add one.</p>
            )}
            <div className="field">
              <label htmlFor={`${id}-body`}>Message</label>
              <textarea
                id={`${id}-body`}
                name="body"
                rows={4}
                required
                value={draft.body}
                onChange={(event) => inbox.drafts.edit(newMessageDraft, { body: event.target.value })}
                onKeyDown={onKeyDown}
                aria-invalid={errorOf('body') !== undefined}
                aria-describedby={describe('body', 'count')}
              />
              <FieldError id={`${id}-body-error`} text={errorOf('body')} />
              <WritingHints
                id={`${id}-count`}
                body={draft.body}
                onChange={(body) => inbox.drafts.edit(newMessageDraft, { body })}
                emptyHint="Ctrl + Enter sends"
              />
            </div>
            <button type="submit" className="button primary">
              Send
            </button>
          </form>
        )}
      </div>
    </section>
  );
}

function FieldError({ id, text }: { id: string; text: string | undefined }) {
  return text ? (
    <p className="field-error" id={id}>
      {text}
    </p>
  ) : null;
}

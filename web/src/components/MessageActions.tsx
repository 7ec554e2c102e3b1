import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useAccess } from '../access.js';
import { type Message, Refusal } from '../api.js';
import { useInbox } from '../InboxContext.js';
import { queryKeys } from '../queryKeys.js';

const cancelable = new Set<Message['status']>(['scheduled', 'queued']);
const retryable = new Set<Message['status']>(['failed', 'undelivered', 'expired', 'parked', 'unknown']);

/** What can be done about one message, where it stands: take it back, send it again, or write it anew. */
export function MessageActions({ message }: { message: Message }) {
  const { inbox } = useInbox();
  const access = useAccess();
  const queryClient = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<{ sentence: string; mayHaveBeenSent: boolean } | null>(null);
  const { id, status, body, direction, archived, conversationId } = message;
  if (direction === 'inbound' || archived || !access) return null;

  async function act(work: () => Promise<unknown>): Promise<void> {
    setBusy(true);
    setRefusal(null);
    try {
      await work();
      inbox.refreshThread(conversationId);
    } catch (error) {
      const code = error instanceof Refusal ? error.code : '';
      if (code === 'forbidden') void queryClient.invalidateQueries({ queryKey: queryKeys.me });
      setRefusal({ sentence: error instanceof Error ? error.message : String(error), mayHaveBeenSent: code === 'confirmation_required' });
    } finally {
      setBusy(false);
    }
  }

  const canCancel = cancelable.has(status) && access.may('messages:send');
  const canRetry = retryable.has(status) && access.may('queues:manage');
  const canRewrite = (retryable.has(status) || status === 'canceled') && !canRetry && access.may('messages:send') && body !== null;
  if (!canCancel && !canRetry && !canRewrite && !refusal) return null;

  return (
    <div className="bubble-actions">
      {refusal && (
        <p className="trouble" role="alert">
          {refusal.mayHaveBeenSent ? 'It may have arrived already; sent again, it may arrive twice.' : refusal.sentence}
        </p>
      )}
      {canCancel && (
        <button type="button" className="link" disabled={busy} onClick={() => void act(() => inbox.api.cancel(id))}>
          {busy ? 'Taking it back…' : 'Take back'}
        </button>
      )}
      {canRetry && (
        <button
          type="button"
          className="link"
          disabled={busy}
          onClick={() => void act(() => inbox.api.retry(id, refusal?.mayHaveBeenSent ?? false))}
        >
          {busy ? 'Sending…' : refusal?.mayHaveBeenSent ? 'Send it all the same' : 'Send again'}
        </button>
      )}
      {canRewrite && (
        <button type="button" className="link" onClick={() => inbox.drafts.edit(conversationId, { body: body ?? '' })}>
          Write it again
        </button>
      )}
    </div>
  );
}

import { useState } from 'react';
import { useAccess } from '../access.js';
import { useInbox } from '../InboxContext.js';
import { useScheduled } from '../queries.js';
import { goneText } from '../thread.js';
import { leavingText } from '../timeText.js';

/** What of this conversation leaves later: seen before something is written that says the same. */
export function ScheduledStrip({ conversationId }: { conversationId: string }) {
  const { inbox } = useInbox();
  const access = useAccess();
  const { data = [], refetch } = useScheduled(conversationId);
  const [canceling, setCanceling] = useState<string | null>(null);
  if (data.length === 0) return null;
  const ordered = data.toSorted((a, b) => (a.sendAt ?? '').localeCompare(b.sendAt ?? ''));
  const next = ordered[0]?.sendAt;

  async function cancel(id: string): Promise<void> {
    setCanceling(id);
    try {
      await inbox.api.cancel(id);
      inbox.refreshThread(conversationId);
    } catch (error) {
      inbox.say(error instanceof Error ? error.message : String(error));
    } finally {
      setCanceling(null);
      void refetch();
    }
  }

  return (
    <details className="scheduled">
      <summary>
        {data.length === 1 ? '1 message leaves later' : `${data.length} messages leave later`}
        {next && `: ${data.length > 1 ? 'the first ' : ''}${leavingText(next)}`}
      </summary>
      <ul>
        {ordered.map(({ id, body, sendAt, contentKeptDays }) => (
          <li key={id}>
            <span className="when">{sendAt && leavingText(sendAt)}</span>
            <span className="what" dir="auto">
              {body ?? goneText({ contentKeptDays })}
            </span>
            {access?.may('messages:send') && (
              <button type="button" className="link" disabled={canceling === id} onClick={() => void cancel(id)}>
                {canceling === id ? 'Taking it back…' : 'Take back'}
              </button>
            )}
          </li>
        ))}
      </ul>
    </details>
  );
}

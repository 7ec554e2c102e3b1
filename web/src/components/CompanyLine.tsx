import { useEffect } from 'react';
import { companyWords } from '../company.js';
import { useInbox } from '../InboxContext.js';
import { useStore } from '../useStore.js';

/** Who else looks at the conversation or replies in it, and the word to them that we do. */
export function CompanyLine({ conversationId }: { conversationId: string }) {
  const { inbox } = useInbox();
  const words = companyWords(useStore(inbox.company.store).get(conversationId));
  useEffect(() => {
    inbox.live.view(conversationId);
    return () => inbox.live.view(null);
  }, [inbox, conversationId]);
  return (
    <p className="company" role="status">
      {words}
    </p>
  );
}

import { connectionStateOf, connectionWords } from '../connection.js';
import { useInbox } from '../InboxContext.js';
import { useStore } from '../useStore.js';

export function ConnectionState() {
  const { inbox } = useInbox();
  const facts = useStore(inbox.connection);
  const state = connectionStateOf(facts);
  const waiting = useStore(inbox.outbox.entries).filter((entry) => entry.state === 'waiting').length;
  const { word, sentence } = connectionWords(state, waiting, facts.busy);
  return (
    <p className="connection" role="status" data-connection={state} data-wordy={sentence !== null}>
      <span className="dot" aria-hidden="true" />
      <span>
        {word}
        {sentence && ` — ${sentence}`}
      </span>
    </p>
  );
}

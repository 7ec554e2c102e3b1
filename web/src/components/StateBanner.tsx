import { useInbox } from '../InboxContext.js';
import { useSendingHealth } from '../queries.js';
import { ageText, sendingState } from '../sendingState.js';
import { clockOffToldMs, serverNow, serverOffset } from '../serverClock.js';
import { useStore } from '../useStore.js';

/** What holds the sending up, while anything does; its room is taken only then. */
export function StateBanner() {
  const { inbox } = useInbox();
  const { reachable } = useStore(inbox.connection);
  const { queues, workspace } = useSendingHealth();
  const offsetMs = useStore(serverOffset);
  // What was true when we last heard may not be any more; that we hear nothing is said in the bar on top.
  const state = reachable ? sendingState({ outbound: queues?.queues.outbound, workspace }, serverNow()) : null;
  const isClockOff = Math.abs(offsetMs) >= clockOffToldMs;
  return (
    <div className="banners" role="status">
      {state && (
        <p className={state.isTrouble ? 'banner trouble' : 'banner'}>
          <strong>{state.title}.</strong> {state.text}
        </p>
      )}
      {isClockOff && (
        <p className="banner">
          <strong>
            This computer’s clock is {ageText(Math.abs(offsetMs) / 1_000)} {offsetMs > 0 ? 'slow' : 'fast'}.
          </strong>{' '}
          Times here are the server’s.
        </p>
      )}
    </div>
  );
}

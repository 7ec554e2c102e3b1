import type { Workspace } from './api.js';
import { clockText } from './timeText.js';

/** A message that has waited so long for its turn is late enough to say so. */
export const delayToldS = 30;

export interface SendingFacts {
  outbound: { count: number; oldestAgeS: number | null } | undefined;
  workspace: Pick<Workspace, 'breakers' | 'coolingDownUntil'> | undefined;
}

/** What holds the sending up, in words and with what comes of it; null where it goes as it should. */
export function sendingState({ outbound, workspace }: SendingFacts, now: Date): { title: string; text: string; isTrouble: boolean } | null {
  const waiting = outbound?.count ?? 0;
  const held =
    waiting === 0 ? 'Nothing is lost: what you send is kept and leaves by itself.' : `${messages(waiting)} kept, and leave by themselves.`;
  const stopped = workspace?.breakers.find(({ state }) => state === 'open');
  if (stopped) {
    const who =
      stopped.scope === 'account' ? `${capital(stopped.subject)} takes no messages right now` : `${stopped.subject} can’t send right now`;
    const next = stopped.retryAt ? ` It is tried again at ${clockText(stopped.retryAt, 'seconds')}.` : '';
    return { title: who, text: `${held}${next}`, isTrouble: true };
  }
  const until = workspace?.coolingDownUntil;
  if (until && Date.parse(until) > now.getTime())
    return {
      title: `Limit reached: next at ${clockText(until, 'seconds')}`,
      text: `The carrier asked for a pause. ${held}`,
      isTrouble: false,
    };
  if (outbound?.oldestAgeS != null && outbound.oldestAgeS >= delayToldS)
    return {
      title: `Sending is delayed by ${ageText(outbound.oldestAgeS)}`,
      text: `${messages(waiting)} before what you send now.`,
      isTrouble: false,
    };
  return null;
}

const messages = (count: number) => (count === 1 ? '1 message waits' : `${count.toLocaleString()} messages wait`);
const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

/** For example `45 s`, `3 min`, `2 h`. */
export function ageText(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3_600)} h`;
}

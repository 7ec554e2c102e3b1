import { groupBy } from '../groupBy.js';
import type { Finding } from '../history.js';
import { isLost, isParkedWithoutCause } from './counts.js';
import type { Joined, Life } from './joined.js';

/** What only a receipt proves. */
const proofs = ['delivered', 'undelivered'];
/** Nobody cancels in a run, and no recipient is one that a provider refuses: only a STOP ends a message so, or a provider that is dead for long. */
const withoutSend = ['failed', 'canceled'];
/** How long a message may be sent, by the clock of the clients, milliseconds. */
const validForMs = 4 * 3_600_000;
const provedSent = ['accepted', 'sending', 'sent', 'delivered', 'undelivered'];

/** I1 to I4 and I9: nothing is lost, doubled or made up, and what is shown is what the provider saw. */
export function checkDelivery(joined: Joined): Finding[] {
  const { history } = joined;
  const finals = new Map(history.finals.map(({ sid, status }) => [sid, status]));
  const name = ({ submission, acknowledged }: Life) => `message ${submission.n}${acknowledged ? ` (${acknowledged.id})` : ''}`;
  const findings: Finding[] = [];
  const find = (invariant: Finding['invariant'], what: string) => findings.push({ invariant, what });

  for (const life of joined.lives) {
    const { shown, ledger, refused, submission } = life;
    if (isLost(life))
      find('I1', `${name(life)} was acknowledged and is lost: the provider never got it, and it is ${shown?.status ?? 'not shown'}`);
    if (isParkedWithoutCause(joined, life))
      find('I1', `${name(life)} is parked, and nothing has happened that could have left it in doubt`);
    if (shown?.status === 'expired' && history.gatheredAtMs < submission.submittedAtMs + validForMs)
      find('I1', `${name(life)} has expired before its time`);
    const hasCause = joined.wasStopped(life) || joined.wasUnreachable(life);
    if (shown && withoutSend.includes(shown.status) && ledger.length === 0 && !hasCause)
      find('I1', `${name(life)} is ${shown.status} (${shown.errorCode}) and never came to the provider, though nobody had refused it`);
    if (ledger.length > 1 && !joined.isFlagged(life))
      find('I2', `${name(life)} is ${ledger.length} times at the provider: ${ledger.map(({ sid }) => sid).join(', ')}`);
    if (ledger.length > 0 && refused !== undefined && refused !== 'given up')
      find('I3', `${name(life)} was refused (${refused}) and sent all the same`);
    if (!shown) continue;
    const ends = ledger.map(({ sid }) => finals.get(sid));
    if (ledger.length === 0 && provedSent.includes(shown.status))
      find('I4', `${name(life)} is ${shown.status}, and the provider never got it`);
    const end = ends.length === 1 ? ends[0] : undefined;
    const isWrong = end !== undefined && (proofs.includes(end) || proofs.includes(shown.status)) && end !== shown.status;
    if (isWrong) find('I4', `${name(life)} is ${shown.status}, and ended as ${end} at the provider`);
    if (submission.night && ledger.length > 0) find('I5', `${name(life)}, marketing, was sent at night`);
  }
  for (const { sid, body } of joined.strangers) find('I3', `${sid} is at the provider and was submitted by nobody: ${body.slice(0, 80)}`);

  const shownDelivered = joined.lives.filter(({ shown, ledger }) => shown?.status === 'delivered' && ledger.length === 1).length;
  const ledgerDelivered = joined.lives.filter(
    ({ shown, ledger: [line, ...more] }) => shown && line && more.length === 0 && finals.get(line.sid) === 'delivered',
  ).length;
  if (shownDelivered !== ledgerDelivered) find('I4', `${shownDelivered} messages are delivered, and ${ledgerDelivered} at the provider`);

  const ids = new Map(joined.lives.map(({ submission, acknowledged }) => [submission.n, acknowledged?.id]));
  for (const { n, otherText, status, id } of joined.of('repeated')) {
    if (otherText && status < 300) find('I9', `another text was taken under the key of message ${n}`);
    if (!otherText && id !== null && ids.get(n) !== undefined && id !== ids.get(n))
      find('I9', `message ${n} became another message (${id}) when its request was repeated`);
  }
  for (const [id, [first, ...others]] of groupBy(joined.lives, ({ acknowledged }) => acknowledged?.id))
    if (id !== undefined && others.length > 0) find('I9', `message ${id} was acknowledged for ${first?.submission.n} and others`);
  return findings;
}

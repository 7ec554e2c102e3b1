import { groupBy } from '../groupBy.js';
import type { Finding, StoredEvent } from '../history.js';
import type { Joined } from './joined.js';

/** After these nothing may follow, but a late `delivered` corrects `undelivered`. */
const last = ['delivered', 'undelivered', 'failed', 'canceled', 'expired', 'received'];
/** How far a message is; what is not here may come at any time before its end. */
const rank: Record<string, number> = { queued: 0, accepted: 3, sending: 4, sent: 5 };

/** I8: numbers without gaps, states that only rise, and sockets that miss nothing. */
export function checkEvents({ history }: Joined): Finding[] {
  const findings: Finding[] = [];
  const find = (what: string) => findings.push({ invariant: 'I8', what });
  for (const [workspace, events] of groupBy(history.events, (event) => event.workspace)) {
    const seqs = events.map(({ seq }) => seq).sort((a, b) => a - b);
    const gap = seqs.findIndex((seq, place) => seq !== place + 1);
    if (gap >= 0) find(`events of workspace ${workspace} have a gap or a double at ${gap + 1}: ${seqs[gap]}`);
  }
  for (const [conversationId, events] of groupBy(history.events, (event) => event.conversationId)) {
    const broken = brokenChain(events.toSorted((a, b) => a.seq - b.seq));
    if (broken)
      find(`event ${broken.seq} of conversation ${conversationId} names ${broken.prev} before it, which is not the one before it`);
  }
  for (const [messageId, events] of groupBy(history.events, (event) => event.messageId)) {
    const fault = fallIn(events.toSorted((a, b) => a.seq - b.seq));
    if (fault) find(`message ${messageId} went from ${fault}`);
  }
  for (const { workspace, conversationId, heard, isComplete } of history.heard) {
    const broken = brokenChain(heard);
    if (broken) find(`a socket of workspace ${workspace} heard event ${broken.seq} after another than ${broken.prev}`);
    const newest = history.events
      .filter((event) => event.conversationId === conversationId)
      .reduce((seq, event) => Math.max(seq, event.seq), 0);
    if (isComplete && newest > (heard.at(-1)?.seq ?? 0))
      find(`a socket of workspace ${workspace} never heard of event ${newest}, its last one is ${heard.at(-1)?.seq ?? 'none'}`);
  }
  return findings;
}

/** The first event of a conversation that does not follow the one before it. */
function brokenChain<Event extends { seq: number; prev: number }>(events: readonly Event[]): Event | undefined {
  return events.find(({ prev }, place) => prev !== (events[place - 1]?.seq ?? 0));
}

function fallIn(events: readonly StoredEvent[]): string | undefined {
  for (const [place, { status }] of events.entries()) {
    const before = events[place - 1]?.status;
    if (before === undefined) continue;
    const isCorrection = before === 'undelivered' && status === 'delivered';
    if (last.includes(before) && !isCorrection) return `${before} to ${status}`;
    if ((rank[status] ?? 9) < (rank[before] ?? -1)) return `${before} to ${status}`;
  }
  return undefined;
}

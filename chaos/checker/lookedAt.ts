import type { Invariant } from '../history.js';
import type { Joined } from './joined.js';
import { highBesideBulk } from './lanes.js';

/** What is counted for each invariant, in the plural. */
export const looks: Record<Invariant, string> = {
  I1: 'messages acknowledged',
  I2: 'messages at the provider',
  I3: 'entries of its ledger',
  I4: 'states compared with how the provider ended',
  I5: 'texts of STOP taken',
  I6: 'looks for what is another’s, and forged callbacks',
  I7: 'high messages beside bulk, while nothing was disturbed',
  I8: 'events, in the database and at sockets',
  I9: 'requests repeated under their key',
  I10: 'places of the audit',
  I11: 'looks at what is open after the last heal',
  I12: 'bytes of logs, Redis, and Temporal’s file',
};

export function lookedAt(joined: Joined): Record<Invariant, number> {
  const { history, lives } = joined;
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  const ended = new Set(history.finals.map(({ sid }) => sid));
  return {
    I1: lives.filter(({ acknowledged }) => acknowledged).length,
    I2: lives.filter(({ ledger }) => ledger.length > 0).length,
    I3: history.ledger.length,
    I4: lives.filter(({ shown, ledger }) => shown && ledger.some(({ sid }) => ended.has(sid))).length,
    I5: joined.stops.length,
    I6: joined.of('probe').length + joined.of('forged').length,
    I7: highBesideBulk(joined).length,
    I8: history.events.length + sum(history.heard.map(({ heard }) => heard.length)),
    I9: joined.of('repeated').length,
    I10: sum(history.audits.map(({ entries }) => entries)),
    I11: history.open.length,
    I12: history.searchedBytes,
  };
}

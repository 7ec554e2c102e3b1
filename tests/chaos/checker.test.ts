import { describe, expect, it, test } from '@jest/globals';
import { check } from '../../chaos/checker/index.js';
import type { History, JournalEntry } from '../../chaos/history.js';
import { Canaries } from '../../load/canaries.js';

const run = '0123456789';
const canaries = new Canaries(run);
const startMs = 1_000_000;
const people = ['+14152000001', '+14152010001'];

/** Two workspaces with a message each that arrived, and all that there is to know of them. */
function good(): History {
  const journal: JournalEntry[] = [];
  const history: History = {
    journal,
    workspaces: [0, 1].map((place) => ({
      id: `workspace ${place}`,
      accountSid: `AC${place}`,
      senders: [`+1415555010${place}`],
      ratePerSecond: 10,
      burst: 5,
      policy: 'prefer-no-duplicate',
    })),
    ledger: [],
    finals: [],
    requests: [],
    sends: [],
    killedThemselves: [],
    shown: [],
    attempts: [],
    events: [],
    heard: [],
    audits: [{ workspace: 0, intact: true, entries: 3 }],
    leaks: [],
    searchedBytes: 1_000,
    open: [{ atMs: startMs + 61_000, count: 0, oldestAgeMs: 0 }],
    healedAtMs: startMs,
    gatheredAtMs: startMs + 90_000,
  };
  for (const n of [1, 2]) addMessage(history, n, n - 1);
  journal.push({ kind: 'probe', as: 0, of: 1, id: 'message 2', status: 404 });
  journal.push({ kind: 'repeated', n: 1, otherText: false, status: 202, id: 'message 1' });
  journal.push({ kind: 'repeated', n: 1, otherText: true, status: 422, id: null });
  history.heard.push({
    workspace: 0,
    conversationId: 'conversation 1',
    isComplete: true,
    heard: history.events
      .filter(({ workspace }) => workspace === 0)
      .map(({ seq, prev, messageId, status }) => ({ seq, prev, messageId, status })),
  });
  return history;
}

function addMessage(
  history: History,
  n: number,
  workspace: number,
  atMs = startMs + n * 1_000,
  lane: 'high' | 'normal' | 'bulk' = 'normal',
) {
  const to = people[workspace] as string;
  const text = canaries.bodyOf(n);
  const id = `message ${n}`;
  history.journal.push({ kind: 'submitted', n, workspace, to, lane, text, submittedAtMs: atMs });
  history.journal.push({ kind: 'acknowledged', n, id, conversationId: `conversation ${workspace + 1}`, atMs: atMs + 20 });
  const { accountSid, senders } = history.workspaces[workspace] as History['workspaces'][number];
  history.ledger.push({ n, sid: `SM${n}`, accountSid, to, from: senders[0] as string, body: text, requestReceivedAtMs: atMs + 50 });
  history.finals.push({ sid: `SM${n}`, status: 'delivered' });
  history.shown.push({ id, workspace, status: 'delivered', errorCode: null });
  history.sends.push({ process: 'back-1', text, begunAtMs: atMs + 30, endedAtMs: atMs + 70 });
  history.attempts.push({ messageId: id, attempt: 1, status: 'delivered', startedAtMs: atMs + 40 });
  const own = history.events.filter((event) => event.workspace === workspace);
  for (const [place, status] of ['queued', 'accepted', 'sent', 'delivered'].entries()) {
    const seq = own.length + place + 1;
    history.events.push({ workspace, seq, prev: seq - 1, messageId: id, conversationId: `conversation ${workspace + 1}`, status });
  }
}

const shown = (history: History, n: number) => history.shown[n - 1] as History['shown'][number];
const never = (history: History, n: number) => {
  history.ledger = history.ledger.filter((line) => line.n !== n);
};

/** What is wrong in a history, by the invariant that must go red. */
const wrongs: [string, string, (history: History) => void][] = [
  ['I1', 'an acknowledged message that nobody knows', (h) => (never(h, 1), (shown(h, 1).status = 'missing'))],
  ['I1', 'an acknowledged message that failed without a reason', (h) => (never(h, 1), (shown(h, 1).status = 'failed'))],
  ['I1', 'a message that was parked for nothing', (h) => (shown(h, 1).status = 'parked')],
  [
    'I1',
    'a message that expired before its time',
    (h) => (never(h, 1), Object.assign(shown(h, 1), { status: 'expired', errorCode: 'expired' })),
  ],
  [
    'I1',
    'a message that failed by a reason that nobody gave',
    (h) => (never(h, 1), Object.assign(shown(h, 1), { status: 'failed', errorCode: 'internal_error' })),
  ],
  ['I2', 'a message that came twice', (h) => h.ledger.push({ ...(h.ledger[0] as History['ledger'][number]), n: 3, sid: 'SM3' })],
  ['I3', 'a message that nobody submitted', (h) => (h.ledger[0] = { ...(h.ledger[0] as History['ledger'][number]), body: 'from nowhere' })],
  ['I3', 'a message that was refused and sent', (h) => h.journal.push({ kind: 'refused', n: 1, code: 'opted_out', atMs: startMs })],
  ['I4', 'a message that is delivered and never was sent', (h) => never(h, 1)],
  ['I4', 'a message that is delivered and did not arrive', (h) => (h.finals[0] = { sid: 'SM1', status: 'undelivered' })],
  [
    'I5',
    'a message after STOP',
    (h) => h.journal.push({ kind: 'wrote in', workspace: 0, from: people[0] as string, body: 'STOP', atMs: startMs - 5_000 }),
  ],
  [
    'I5',
    'more messages than the limits allow',
    (h) => {
      for (let n = 3; n < 40; n++) addMessage(h, n, 1, startMs + 10_000);
    },
  ],
  ['I6', 'a message by the account of another', (h) => ((h.ledger[0] as History['ledger'][number]).accountSid = 'AC1')],
  ['I6', 'a message from the sender of another', (h) => ((h.ledger[0] as History['ledger'][number]).from = '+14155550101')],
  ['I6', 'somebody else’s message that can be read', (h) => h.journal.push({ kind: 'probe', as: 0, of: 1, id: 'message 2', status: 200 })],
  [
    'I6',
    'an event of another workspace at a socket',
    (h) => h.heard[0]?.heard.splice(0, 4, { seq: 1, prev: 0, messageId: 'message 2', status: 'queued' }),
  ],
  ['I6', 'a forged callback that was taken', (h) => h.journal.push({ kind: 'forged', what: 'a signature of nobody', status: 204 })],
  [
    'I7',
    'a high message behind bulk',
    (h) => {
      h.workspaces[0] = { ...(h.workspaces[0] as History['workspaces'][number]), ratePerSecond: 1, burst: 100 };
      addMessage(h, 3, 0, startMs + 10_000, 'high');
      (h.ledger.at(-1) as History['ledger'][number]).requestReceivedAtMs = startMs + 14_000;
      for (let n = 4; n < 24; n++) addMessage(h, n, 0, startMs + 12_000 + n, 'bulk');
    },
  ],
  ['I8', 'a number that is missing', (h) => h.events.splice(2, 1)],
  ['I8', 'a state that falls', (h) => ((h.events[3] as History['events'][number]).status = 'queued')],
  ['I8', 'a state after the last one', (h) => ((h.events[2] as History['events'][number]).status = 'failed')],
  ['I8', 'a socket that missed an event', (h) => h.heard[0]?.heard.splice(1, 1)],
  ['I8', 'a socket that never heard the end', (h) => h.heard[0]?.heard.splice(3, 1)],
  [
    'I9',
    'a repeat that became another message',
    (h) => h.journal.push({ kind: 'repeated', n: 1, otherText: false, status: 202, id: 'message 9' }),
  ],
  [
    'I9',
    'another text under the same key',
    (h) => h.journal.push({ kind: 'repeated', n: 1, otherText: true, status: 202, id: 'message 1' }),
  ],
  ['I10', 'an audit that does not verify', (h) => h.audits.push({ workspace: 1, intact: false, entries: 1 })],
  ['I11', 'a message that is still open', (h) => (shown(h, 1).status = 'queued')],
  [
    'I11',
    'work that piles up after the heal',
    (h) => (h.open = [61_000, 80_000].map((afterMs) => ({ atMs: startMs + afterMs, count: 3, oldestAgeMs: afterMs }))),
  ],
  ['I12', 'a text in a log', (h) => h.leaks.push('front-1.log')],
];

describe('the checker', () => {
  it('finds nothing wrong with a run in which all went well', () => {
    const { findings, counts } = check(good(), run);
    expect(findings).toEqual([]);
    expect(counts).toMatchObject({ acknowledged: 2, sent: 2, delivered: 2, lost: 0, duplicates: 0, parkedWithoutCause: 0 });
  });

  test.each(wrongs)('%s: finds %s', (invariant, _what, spoil) => {
    const history = good();
    spoil(history);
    expect(check(history, run).findings.map((finding) => finding.invariant)).toContain(invariant);
  });

  it('counts what is lost and doubled once', () => {
    const history = good();
    never(history, 1);
    shown(history, 1).status = 'missing';
    history.ledger.push({ ...(history.ledger[0] as History['ledger'][number]), sid: 'SM3' });
    expect(check(history, run).counts).toMatchObject({ lost: 1, duplicates: 1, duplicatesFlagged: 0 });
  });

  const twice = (history: History) => history.ledger.push({ ...(history.ledger[0] as History['ledger'][number]), sid: 'SM3' });
  const leaveOpen = (history: History, n: number) =>
    history.requests.push({ atMs: startMs, outcome: 'http500:before', body: canaries.bodyOf(n) });
  const abandon = (history: History) =>
    history.attempts.push({ messageId: 'message 1', attempt: 0, status: 'abandoned', startedAtMs: startMs });
  const preferDelivery = (history: History) => ((history.workspaces[0] as History['workspaces'][number]).policy = 'prefer-delivery');

  it('lets be a second one that the policy decided for a doubt, and that says so', () => {
    const history = good();
    twice(history);
    leaveOpen(history, 1);
    abandon(history);
    preferDelivery(history);
    const { findings, counts } = check(history, run);
    expect(findings).toEqual([]);
    expect(counts).toMatchObject({ duplicates: 0, duplicatesFlagged: 1 });
  });

  test.each([
    ['of another policy', [twice, (h: History) => leaveOpen(h, 1), abandon]],
    ['without a doubt', [twice, abandon, preferDelivery]],
    ['more often than it says', [twice, twice, (h: History) => leaveOpen(h, 1), abandon, preferDelivery]],
  ])('does not let be one %s', (_what, spoils) => {
    const history = good();
    for (const spoil of spoils) spoil(history);
    expect(check(history, run).counts).toMatchObject({ duplicates: 1, duplicatesFlagged: 0 });
  });

  it('lets be what is parked because a request of its own was left open, and not because another’s was', () => {
    for (const n of [1, 2]) {
      const history = good();
      never(history, 1);
      shown(history, 1).status = 'parked';
      leaveOpen(history, n);
      expect(check(history, run).counts.parkedWithoutCause).toBe(n === 1 ? 0 : 1);
    }
  });

  const seen = (history: History) => history.sends[0] as History['sends'][number];
  const struck = (process: string | null, afterMs: number) => (history: History) =>
    history.journal.push({ kind: 'struck', process, what: 'killed', atMs: startMs + 1_000 + afterMs });
  test.each([
    ['its process was killed while it sent it', [struck('back-1', 50)], 0],
    ['the way to the provider was broken meanwhile', [struck(null, 50)], 0],
    [
      'its process came to a point at which it killed itself',
      [(h: History) => h.killedThemselves.push({ process: 'back-1', what: 'killed itself', atMs: startMs + 1_050 })],
      0,
    ],
    ['another process was killed meanwhile', [struck('back-2', 50)], 1],
    ['its process was killed long afterwards', [struck('back-1', 20_000)], 1],
    ['its process was killed before', [struck('back-1', -1_000)], 1],
    ['it never came back from it, and its process was not killed', [(h: History) => (seen(h).endedAtMs = null)], 1],
  ])('judges what is parked where %s', (_what, spoils, expected) => {
    const history = good();
    never(history, 1);
    shown(history, 1).status = 'parked';
    for (const spoil of spoils) spoil(history);
    expect(check(history, run).counts.parkedWithoutCause).toBe(expected);
  });

  it('lets be a message that its recipient’s STOP has ended', () => {
    const history = good();
    never(history, 1);
    Object.assign(shown(history, 1), { status: 'failed', errorCode: 'opted_out' });
    history.finals.splice(0, 1);
    history.journal.push({ kind: 'wrote in', workspace: 0, from: people[0] as string, body: ' Stop ', atMs: startMs });
    expect(check(history, run).findings).toEqual([]);
  });

  it('lets be a message that failed because there was no provider to reach, and not one for which there was', () => {
    const history = good();
    never(history, 1);
    Object.assign(shown(history, 1), { status: 'failed', errorCode: 'provider_unreachable' });
    history.finals.splice(0, 1);
    const findings = () => check(history, run).findings;
    expect(findings()).toMatchObject([{ invariant: 'I1' }]);
    const dead = { kind: 'round', round: 1, fault: 28, hits: 1, keepsOrder: false } as const;
    history.journal.push({ ...dead, injectedAtMs: startMs - 60_000, healedAtMs: startMs - 30_000 });
    expect(findings()).toMatchObject([{ invariant: 'I1' }]);
    history.journal.push({ ...dead, injectedAtMs: startMs - 10_000, healedAtMs: startMs + 30_000 });
    expect(findings()).toEqual([]);
  });

  it('says how much each invariant had to look at', () => {
    expect(check(good(), run).lookedAt).toMatchObject({ I1: 2, I4: 2, I5: 0, I6: 1, I8: 12, I9: 2, I10: 3, I12: 1_000 });
  });
});

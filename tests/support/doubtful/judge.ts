import type { DoubtfulCase } from './drawCases.js';
import { caseNumberIn, ruleNamesOf } from './rulesOf.js';
import type { SeenLedger, SeenMessage, SeenRun } from './seen.js';
import { timing } from './timing.js';

const ended = new Set(['delivered', 'undelivered', 'failed', 'canceled', 'parked', 'unknown', 'expired']);
/** Of all messages: on a busy machine one that was refused for the rate, or stands behind others, may not leave in its time. */
const expiredShareMax = 0.1;
const secondSendsMax = 1;

/** Which message and attempt of the product a request was for, by the callback URL that the provider got with it. */
function subjectOf(entry: SeenLedger['entries'][number]): { id: string; attempt: number } {
  const { searchParams } = new URL(entry.statusCallback);
  return { id: searchParams.get('message') ?? '', attempt: Number(searchParams.get('attempt')) };
}

/** Whether a person who reads the trace sees that the message was sent once more without proof. */
export function isFlagged({ trace }: SeenMessage): boolean {
  const abandoned = trace?.attempts.some(({ status }) => status === 'abandoned');
  return abandoned || (trace?.events.some(({ status, error }) => status === 'queued' && error?.code === 'outcome_unknown') ?? false);
}

/** Whether an attempt says why its message is left to a person: it was parked, or given up and not sent once more in time. */
function isEvident({ status, evidence }: NonNullable<SeenMessage['trace']>['attempts'][number]): boolean {
  if (status === 'uncertain') return /parked after/.test(evidence ?? '');
  return status === 'abandoned' && /no proof after/.test(evidence ?? '');
}

/** Whether a request of the case met something after which nobody knows what became of it. */
function hasCause(one: DoubtfulCase, { requests }: SeenLedger): boolean {
  const { first, again } = ruleNamesOf(one);
  return requests.some(({ ruleName, outcome }) => {
    if (ruleName !== first && ruleName !== again) return false;
    return /:(before|after)$/.test(outcome) || (ruleName === first ? one.fault : one.again).startsWith('late');
  });
}

/**
 * Compares what the product says of its messages with what the provider wrote down. Answers one sentence for each broken
 * promise; none where all were kept.
 */
export function judge({ run, cases, messages, ledger }: SeenRun): string[] {
  const broken: string[] = [];
  const caseOf = new Map(cases.map((one) => [one.n, one]));
  const messageOf = new Map(messages.map((message) => [message.id, message]));
  const entryOf = new Map(ledger.entries.map((entry) => [entry.sid, entry]));
  const finalOf = new Map(ledger.finals.map(({ sid, status }) => [sid, status]));
  const owners = new Map<string, string>();

  for (const entry of ledger.entries) {
    const message = messageOf.get(subjectOf(entry).id);
    if (!message || caseNumberIn(run, entry.body) !== message.n)
      broken.push(`the provider has ${entry.sid}, which nobody sent: ${JSON.stringify(entry.body)}`);
  }
  for (const message of messages) {
    const one = caseOf.get(message.n);
    if (!one) throw new Error(`message ${message.id} is of case ${message.n}, which was not drawn`);
    const story = message.trace ? `; its trace: ${JSON.stringify(message.trace)}` : '';
    const say = (what: string) => broken.push(`message ${message.id} (${message.status}) ${what}; of case ${JSON.stringify(one)}${story}`);
    const own = ledger.entries.filter((entry) => subjectOf(entry).id === message.id);
    if (!ended.has(message.status)) say('is lost: it has neither ended nor been parked');

    // Never twice, or flagged.
    if (own.length > 1 && one.policy === 'prefer-no-duplicate') say(`was sent ${own.length} times`);
    if (own.length > 1 && !isFlagged(message)) say(`was sent ${own.length} times, and nothing says so`);
    if (own.length > 1 + secondSendsMax) say(`was sent ${own.length} times, which is more than once more`);

    // What it claims is what the provider has.
    const { providerMessageId: sid, status } = message;
    if (sid === null && !['parked', 'failed', 'expired'].includes(status)) say('names no id of the provider');
    if (sid !== null) {
      const entry = entryOf.get(sid);
      if (!entry || caseNumberIn(run, entry.body) !== message.n) say(`names ${sid}, which is not its text at the provider`);
      else if (one.twins === 1 && subjectOf(entry).id !== message.id) say(`names ${sid}, which is another message`);
      const owner = owners.get(sid);
      if (owner) say(`names ${sid}, as message ${owner} does`);
      owners.set(sid, message.id);
      const final = finalOf.get(sid);
      if (['delivered', 'undelivered'].includes(status) && final !== status) say(`ended otherwise at the provider: ${final}`);
    }
    // That it was never sent, which is to be true, and not before its time was over.
    if (status === 'expired') {
      if (own.length > 0) say('is called expired, though the provider has it');
      const [events, since] = [message.trace?.events ?? [], Date.parse(message.createdAt)];
      const endedAt = events.find((event) => event.status === 'expired')?.at ?? '';
      if (!(Date.parse(endedAt) - since >= timing.validityMs)) say(`expired at ${endedAt}, before its time`);
    }
    if (status === 'failed') say(`failed, though the provider refused nothing: ${message.error?.code}`);

    // Nothing is left to a person that the provider's word has settled.
    const newest = own.find((entry) => subjectOf(entry).attempt === message.attempt);
    if (newest) {
      const { sid: taken, rule, listLagMs = 0, listedBody } = newest;
      const fate = rule === ruleNamesOf(one).first ? one.callbacks : 'told';
      // A word that nobody knows proves the send, and not how it ended.
      const isSettled = status === 'delivered' || (fate === 'unknown word' && status === 'unknown');
      if (fate !== 'lost' && !isSettled) say(`was told of by the callbacks of ${taken}`);
      const isListed = listLagMs < (timing.looksMs.at(-1) ?? 0) && listedBody === undefined;
      if (status === 'parked' && isListed && one.twins === 1) say(`is parked, though the list shows ${taken}`);
      if (status === 'unknown' && listLagMs < timing.validityMs) say(`is unknown, though the provider can be asked about ${taken}`);
    }

    if (status !== 'parked') continue;
    if (!hasCause(one, ledger)) say('is parked without a cause: its requests met nothing that leaves a doubt');
    if (message.error?.code !== 'outcome_unknown' || !message.error.message) say('is parked without an error that says why');
    if (!message.trace?.attempts.some(isEvident)) say('is parked without evidence');
  }
  const expired = messages.filter(({ status }) => status === 'expired').length;
  if (expired > expiredShareMax * messages.length) broken.push(`${expired} of ${messages.length} messages expired`);
  const expected = cases.reduce((sum, { twins }) => sum + twins, 0);
  if (messages.length !== expected) broken.push(`${messages.length} messages were accepted, not ${expected}`);
  return broken;
}

import { setTimeout as delay } from 'node:timers/promises';
import { type AmbiguousPolicy, ambiguousPolicies } from '../../../domain/message.js';
import type { DemoWorkspace } from '../../../main/seedDemo.js';
import { sql } from '../database.js';
import { patience } from '../eventually.js';
import type { System } from '../system.js';
import type { DoubtfulCase } from './drawCases.js';
import { judge } from './judge.js';
import { bodyOf, caseNumberIn, rulesOf } from './rulesOf.js';
import type { SeenLedger, SeenMessage, SeenRun } from './seen.js';
import { timing } from './timing.js';

const sendersAtOnce = 6;
/** Beyond the time at which the last message's workflow closes: for the machine, and for callbacks that come late. */
const settleWithinMs = 30_000 * patience;
const closed = ['delivered', 'undelivered', 'failed', 'canceled', 'parked', 'unknown', 'expired'];

interface Sent {
  n: number;
  id: string;
  as: DemoWorkspace;
}

/** The workspaces of one policy: every second one prefers delivery. */
export function workspacesOf(system: System, policy: AmbiguousPolicy): DemoWorkspace[] {
  return system.workspaces.filter((_, index) => (index % 2 === 1) === (policy === 'prefer-delivery'));
}

/** Sends all cases through the system at once, waits until each has ended, and answers what was seen from outside. */
export async function playCases(system: System, run: string, cases: DoubtfulCase[]): Promise<SeenRun> {
  // A refusal for the rate sets its whole workspace back: by a second. For a minute after it, which is not scaled down as the
  // validity is, a quarter of the rate must be enough: with the usual rate several refusals in a row, and the order of what
  // is behind them, held texts up until they had expired.
  const prepare = `update workspace set cooldown_ms = 1000, rate_per_second = 100, limits_epoch = limits_epoch + 1, ambiguous_policy = $1
    where id = any($2::uuid[])`;
  for (const policy of ambiguousPolicies)
    await sql(system.databaseUrl, prepare, [policy, workspacesOf(system, policy).map(({ id }) => id)]);
  for (const one of cases) for (const rule of rulesOf(run, one)) await system.control('POST', '/rules', rule);

  const sent: Sent[] = [];
  const left = [...cases];
  const sender = async () => {
    for (let one = left.shift(); one; one = left.shift()) sent.push(...(await sendCase(system, run, one)));
  };
  await Promise.all(Array.from({ length: sendersAtOnce }, sender));
  const lastAt = Date.now();

  await eachClosed(system, sent, lastAt + timing.validityMs + timing.graceMs + settleWithinMs);
  // Late callbacks still correct what is parked: what is broken must stay broken.
  for (;;) {
    const seen = { run, cases, messages: await look(system, sent), ledger: await readLedger(system, run) };
    if (judge(seen).length === 0 || Date.now() > lastAt + timing.validityMs + timing.graceMs + settleWithinMs) return seen;
    await delay(1_000);
  }
}

async function sendCase(system: System, run: string, one: DoubtfulCase): Promise<Sent[]> {
  const as = workspacesOf(system, one.policy)[one.workspace] as DemoWorkspace;
  const to = `+1212555${String(1_000 + one.recipient)}`;
  return Promise.all(
    Array.from({ length: one.twins }, async (_, twin) => {
      const { status, body } = await system.send({ to, body: bodyOf(run, one) }, `${run}-${one.n}-${twin}`, as);
      if (status !== 202) throw new Error(`case ${one.n} was not accepted: ${status} ${JSON.stringify(body)}`);
      return { n: one.n, id: body.id as string, as };
    }),
  );
}

async function eachClosed(system: System, sent: Sent[], untilMs: number): Promise<void> {
  for (let open = sent; open.length > 0 && Date.now() < untilMs; ) {
    await delay(1_500);
    const still: Sent[] = [];
    for (const one of open) {
      const { status, body } = await system.request('GET', `/v1/messages/${one.id}`, { as: one.as });
      if (status !== 200 || !closed.includes(body.status)) still.push(one);
    }
    open = still;
  }
}

async function look(system: System, sent: Sent[]): Promise<SeenMessage[]> {
  const doubtful = new Set(
    (await sql<{ id: string }>(system.databaseUrl, `select distinct message_id as id from message_event where status = 'uncertain'`)).map(
      ({ id }) => id,
    ),
  );
  const seen: SeenMessage[] = [];
  for (const { n, id, as } of sent) {
    const { body } = await system.request('GET', `/v1/messages/${id}`, { as });
    const { status, attempt, createdAt, providerMessageId, error } = body;
    const isTold = status !== 'delivered' || attempt > 1;
    const { attempts, events } = isTold ? (await system.request('GET', `/v1/messages/${id}/trace`, { as })).body : {};
    seen.push({
      n,
      id,
      status,
      attempt,
      createdAt,
      providerMessageId,
      error,
      wasInDoubt: doubtful.has(id),
      ...(attempts && { trace: { attempts, events } }),
    });
  }
  return seen;
}

async function readLedger(system: System, run: string): Promise<SeenLedger> {
  const [{ entries }, { finals }, { requests }] = await Promise.all([
    system.control('GET', '/ledger'),
    system.control('GET', '/finals'),
    system.control('GET', '/requests'),
  ]);
  const own = (entries as SeenLedger['entries']).filter(({ body }) => caseNumberIn(run, body) !== undefined);
  return { entries: own, finals, requests };
}

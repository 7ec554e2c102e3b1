import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type AmbiguousPolicy, ambiguousPolicies } from '../../domain/message.js';
import type { DemoWorkspace } from '../../main/seedDemo.js';
import { thatLeft } from './attempts.js';
import { sql, testDirectory } from './database.js';
import { eventually } from './eventually.js';
import { type LedgerEntry, type System, startSystem } from './system.js';

const file = path.join(__dirname, 'workerHeldAtSend.cjs');
const withinMs = 120_000;

/** The two ways in which a first attempt can be made. */
export const firstSends = ['local', 'activity'] as const;
export type FirstSend = (typeof firstSends)[number];

/** One text, sent under each policy: where it is held, if it is, and what the provider does to the first request. */
export interface HeldCase {
  /** Between the attempt's row and the request, between the answer and the stored result, or where it is in doubt and looked for. */
  at?: 'before the request' | 'after the answer' | 'before the list';
  action?: object;
}

/**
 * A text as its workspace knows it now, with the rows of all its attempts, those that were not too late to leave, and what the
 * provider wrote down of it.
 */
export interface Seen {
  message: any;
  rows: any[];
  attempts: any[];
  entries: LedgerEntry[];
}

export interface HeldSystem<Name extends string> extends System {
  /** The process in which all sends are held. */
  held: number;
  /** Lets the other process work. */
  othersJoin(): void;
  /** Lets the held sends go on, where their process still can. */
  goOn(): void;
  /** The text of a case once its message has one of these states. */
  see(name: Name, policy: AmbiguousPolicy, statuses: string[]): Promise<Seen>;
}

/** A system in which the sends of all cases, under both policies, are on their way in one process, each at its point. */
export async function startWithSendsHeld<Name extends string>(
  firstSend: FirstSend,
  cases: Record<Name, HeldCase>,
): Promise<HeldSystem<Name>> {
  const directory = path.join(testDirectory(), `held-${firstSend}-${Date.now()}`);
  mkdirSync(directory);
  const say = (word: string) => writeFileSync(path.join(directory, word), '');
  const texts = (Object.entries(cases) as [Name, HeldCase][]).flatMap(([name, one]) =>
    ambiguousPolicies.map((policy) => ({ ...one, policy, body: bodyOf(name, policy, one) })),
  );
  const system = await startSystem({
    workspaces: ambiguousPolicies.length,
    processes: processesFor(firstSend, directory, texts.length),
    env: { FIRST_SEND: firstSend, RECONCILE_DELAYS_S: '1,2,3', PROVIDER_HOLD_S: '2' },
  });
  const workspaceOf = (policy: AmbiguousPolicy) => system.workspaces[ambiguousPolicies.indexOf(policy)] as DemoWorkspace;
  const ids = new Map<string, string>();

  async function sendAll(): Promise<void> {
    const settings = 'update workspace set ambiguous_policy = $1 where id = $2';
    for (const policy of ambiguousPolicies) await sql(system.databaseUrl, settings, [policy, workspaceOf(policy).id]);
    for (const { body, action } of texts)
      if (action) await system.control('POST', '/rules', { match: { bodyIncludes: body }, action, times: 1 });
    const sending = texts.map(async ({ policy, body }, index) => {
      const answer = await system.send({ to: `+1212555${1_300 + index}`, body }, undefined, workspaceOf(policy));
      ids.set(body, answer.body.id);
    });
    await Promise.all(sending);
    // Each at its point; one that is held nowhere waits for its answer.
    await eventually(() => readdirSync(directory).length === texts.filter(({ at }) => at).length, withinMs);
    const taken = texts.filter(({ at }) => at !== 'before the request').length;
    await eventually(async () => (await system.ledger()).length === taken, withinMs);
  }
  await sendAll().catch(async (error: unknown) => {
    await system.stop();
    throw error;
  });

  return {
    ...system,
    held: system.processes.get('held')?.pid() as number,
    othersJoin: () => say('join'),
    goOn: () => say('go on'),
    see: async (name, policy, statuses) => {
      const body = bodyOf(name, policy, cases[name]);
      const id = ids.get(body) as string;
      const as = workspaceOf(policy);
      const message = await system.message(id, statuses, { withinMs, as });
      const { body: trace } = await system.request('GET', `/v1/messages/${id}/trace`, { as });
      return { message, rows: trace.attempts, attempts: thatLeft<any>(trace.attempts), entries: await system.ledger(body) };
    },
  };
}

const bodyOf = (name: string, policy: AmbiguousPolicy, { at }: HeldCase) => `${name}, ${policy}${at ? ` [hold ${at}]` : ''}`;

function processesFor(firstSend: FirstSend, directory: string, sendsCount: number) {
  // Little room beyond the sends that are held: each task that a frozen process takes besides is lost until its time-out.
  const room = { SENDS_CONCURRENT_MAX: String(sendsCount), ...(firstSend === 'activity' && { WORKFLOW_TASKS_CONCURRENT_MAX: '2' }) };
  const worker = { roles: 'messages,sends', file };
  return [
    { name: 'front', roles: 'server,limiter,maintenance' },
    { ...worker, name: 'held', env: { HELD_DIRECTORY: directory, ...room } },
    { ...worker, name: 'other', env: { HELD_DIRECTORY: directory, JOINS_LATE: '1' } },
  ];
}

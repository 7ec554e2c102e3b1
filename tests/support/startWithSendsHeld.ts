import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type AmbiguousPolicy, ambiguousPolicies } from '../../domain/message.js';
import type { DemoWorkspace } from '../../main/seedDemo.js';
import { sql, testDirectory } from './database.js';
import { eventually } from './eventually.js';
import { type LedgerEntry, type System, startSystem } from './system.js';

const file = path.join(__dirname, 'workerHeldAtSend.cjs');

/** Where a send is held: between the attempt's row and the request, or between the answer and the stored result. */
type Point = 'before the request' | 'after the answer';

/** One text, sent under each policy: where its send is held, if it is, and what the provider does to the first request. */
export interface HeldCase {
  at?: Point;
  action?: object;
}

/** A text as its workspace knows it now, with its attempts, and what the provider wrote down of it. */
export interface Seen {
  message: any;
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

const withinMs = 90_000;

/** A system in which the sends of all cases, under both policies, are on their way in one process, each at its point. */
export async function startWithSendsHeld<Name extends string>(
  firstSend: 'local' | 'activity',
  cases: Record<Name, HeldCase>,
): Promise<HeldSystem<Name>> {
  const directory = path.join(testDirectory(), `held-${firstSend}-${process.pid}-${Date.now()}`);
  mkdirSync(directory);
  const say = (word: string) => writeFileSync(path.join(directory, word), '');
  const worker = (name: string, env?: Record<string, string>) => ({
    name,
    roles: 'messages,sends',
    file,
    env: { HELD_DIRECTORY: directory, ...env },
  });
  const system = await startSystem({
    workspaces: 2,
    processes: [{ name: 'front', roles: 'server,limiter,maintenance' }, worker('held'), worker('other', { JOINS_LATE: '1' })],
    env: { FIRST_SEND: firstSend, RECONCILE_DELAYS_S: '1,2,3', PROVIDER_HOLD_S: '2' },
  });
  const workspaceOf = (policy: AmbiguousPolicy) => system.workspaces[ambiguousPolicies.indexOf(policy)] as DemoWorkspace;
  const ids = new Map<string, string>();
  const all = (Object.entries(cases) as [Name, HeldCase][]).flatMap(([name, one]) =>
    ambiguousPolicies.map((policy) => ({ policy, body: bodyOf(name, policy, one), ...one })),
  );
  for (const policy of ambiguousPolicies)
    await sql(system.databaseUrl, 'update workspace set ambiguous_policy = $1 where id = $2', [policy, workspaceOf(policy).id]);
  for (const { body, action } of all)
    if (action) await system.control('POST', '/rules', { match: { bodyIncludes: body }, action, times: 1 });
  await Promise.all(
    all.map(async ({ policy, body }, index) => {
      const answer = await system.send({ to: `+1212555${1_300 + index}`, body }, undefined, workspaceOf(policy));
      ids.set(body, answer.body.id);
    }),
  );
  // Each at its point; one that is held nowhere waits for its answer.
  const points = all.filter(({ at }) => at).length;
  await eventually(() => readdirSync(directory).length === points, withinMs);
  const taken = all.filter(({ at }) => at !== 'before the request').length;
  await eventually(async () => (await system.ledger()).length === taken, withinMs);
  const held = system.processes.get('held')?.pid();
  if (held === undefined || existsSync(path.join(directory, 'go on'))) throw new Error('the process that holds the sends is gone');

  return {
    ...system,
    held,
    othersJoin: () => say('join'),
    goOn: () => say('go on'),
    see: async (name, policy, statuses) => {
      const body = bodyOf(name, policy, cases[name]);
      const id = ids.get(body) as string;
      const as = workspaceOf(policy);
      const message = await system.message(id, statuses, { withinMs, as });
      const { body: trace } = await system.request('GET', `/v1/messages/${id}/trace`, { as });
      return { message, attempts: trace.attempts, entries: await system.ledger(body) };
    },
  };
}

const bodyOf = (name: string, policy: AmbiguousPolicy, { at }: HeldCase) => `${name}, ${policy}${at ? ` [hold ${at}]` : ''}`;

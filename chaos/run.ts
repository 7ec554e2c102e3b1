import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Canaries } from '../load/canaries.js';
import { Journal } from '../load/journal.js';
import { randomOf } from '../load/random.js';
import type { Steps } from '../local/steps.js';
import type { ChaosArguments } from './arguments.js';
import { check, type Verdict } from './checker/index.js';
import { type Fault, faultNumbered } from './faults/catalogue.js';
import { gather, openNow, storedCount, workspacesOf } from './gather.js';
import type { History, JournalEntry } from './history.js';
import { type Round, schedule } from './schedule.js';
import { type Site, withSite } from './site.js';
import { Workload } from './workload.js';

export interface Result extends Verdict {
  run: string;
  rounds: Round[];
  /** Faults that this machine can't have, and why. */
  impossible: { number: number; why: string }[];
  history: History;
  /** From the last heal until nothing was open, seconds; null where that did not come. */
  settledS: number | null;
  seconds: number;
}

const workspaces = 4;
/** After the last heal everything must be done within this, milliseconds (I11). */
const livenessMs = 600_000;
const lookEveryMs = 2_000;
/** Once nothing is open the ledger is watched this long for what would be a duplicate, milliseconds. */
const watchForDuplicatesMs = 3_000;
const healWithinMs = 60_000;
/** A tenth of the usual one, as all that is quickened (site.ts): else nothing would leave for minutes after fault 23. */
const cooldownMs = 6_000;

/** Starts the product, works with it while faults are injected, heals, waits until all is done, and checks. */
export function runChaos(words: ChaosArguments, steps: Steps): Promise<Result> {
  const { seed, minutes, faults: numbers, mutation, keep } = words;
  const startedAt = performance.now();
  return withSite({ seed, workspaces, smallDisk: numbers.includes(15), mutation, keep, steps }, async (site) => {
    const impossible = numbers.flatMap((number) => {
      const why = (faultNumbered(number) as Fault).impossible?.(site);
      return why ? [{ number, why }] : [];
    });
    for (const { number, why } of impossible) steps.say(`fault ${number} is not possible here: ${why}`);
    const rounds = schedule(seed, minutes, numbers);
    const canaries = new Canaries();
    const journal = new Journal<JournalEntry>(path.join(site.directory, 'journal.jsonl'));
    const draw = randomOf(seed);
    await prepare(site);
    const workload = new Workload(site, journal, canaries, draw);
    await workload.start(words.ratePerSecond);
    workload.submitAtNight();
    await faultsIn(rounds, new Set(impossible.map(({ number }) => number)), { site, workload, journal, minutes, steps });
    const healedAtMs = Date.now();
    steps.say('healed; the workload ends, and what is open has to be done');
    await workload.stop();
    const open = await untilDone(site, journal, healedAtMs);
    await delay(watchForDuplicatesMs);
    const heard = workload.endSockets();
    workload.close();
    const lines = journal.lines();
    journal.close();
    const facts = await workspacesOf(site);
    const gathered = await steps.run('gathered what ledger, API, database and logs show', () => gather(site, lines, canaries.run));
    const history: History = { journal: lines, workspaces: facts, open, healedAtMs, heard, ...gathered };
    const last = open.at(-1);
    return {
      ...check(history, canaries.run),
      run: canaries.run,
      rounds,
      impossible,
      history,
      settledS: last?.count === 0 ? Math.round((last.atMs - healedAtMs) / 100) / 10 : null,
      seconds: Math.round((performance.now() - startedAt) / 1_000),
    };
  });
}

/** Every second workspace would rather have a text twice than not; and the provider's callbacks are never quite in order. */
async function prepare(site: Site): Promise<void> {
  await site.sql('update workspace set cooldown_ms = $1', [cooldownMs]);
  for (const [place, { id }] of site.stack.workspaces.entries())
    if (place % 2 === 1) await site.sql(`update workspace set ambiguous_policy = 'prefer-delivery' where id = $1`, [id]);
  await site.control('POST', '/rules', {
    name: 'usual disorder',
    probability: 0.05,
    action: { callbacks: { times: 2, shuffle: true } },
  });
}

interface Stage {
  site: Site;
  workload: Workload;
  journal: Journal<JournalEntry>;
  minutes: number;
  steps: Steps;
}

/** Injects and heals round after round, each at its time. */
async function faultsIn(rounds: readonly Round[], impossible: ReadonlySet<number>, stage: Stage): Promise<void> {
  const startedAtMs = Date.now();
  const until = (second: number) => delay(Math.max(0, startedAtMs + second * 1_000 - Date.now()));
  for (const round of rounds) {
    await until(round.atS);
    const faults = round.faults.filter((number) => !impossible.has(number)).map((number) => faultNumbered(number) as Fault);
    if (faults.length === 0) continue;
    const names = faults.map(({ number, name }) => `${number} ${name}`).join(' + ');
    await stage.steps.run(`${String(Math.round(round.atS)).padStart(4)} s  ${names}`, () => oneRound(round, faults, stage));
  }
  await until(stage.minutes * 60);
}

async function oneRound(round: Round, faults: readonly Fault[], { site, workload, journal }: Stage): Promise<void> {
  const lastsMs = round.lastsS * 1_000;
  const struck = (process: string | null, what: string) => {
    void journal.append({ kind: 'struck', process, what, atMs: Date.now() });
  };
  const begun = await Promise.all(
    faults.map(async (fault) => {
      const injectedAtMs = Date.now();
      const scene = { site, workload, draw: randomOf(round.seed ^ fault.number), lastsMs, struck };
      return { fault, injectedAtMs, heal: await fault.inject(scene) };
    }),
  );
  await delay(lastsMs);
  // One after the other: each is healed although another could not be.
  const problems: unknown[] = [];
  for (const { fault, injectedAtMs, heal } of begun) {
    const hits = await within(healWithinMs, Promise.resolve().then(heal)).catch((error: unknown) => {
      problems.push(error);
      return 0;
    });
    await journal.append({
      kind: 'round',
      round: round.number,
      fault: fault.number,
      injectedAtMs,
      healedAtMs: Date.now(),
      hits,
      keepsOrder: fault.keepsOrder === true,
    });
  }
  if (problems.length > 0) throw new Error(`a fault could not be healed: ${problems.map(String).join('; ')}`);
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const abort = new AbortController();
  const late = delay(ms, undefined, { signal: abort.signal }).then(() => {
    throw new Error(`it took longer than ${ms / 1_000} s`);
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    abort.abort();
  }
}

/** Looks until nothing is open and all that was acknowledged is stored, or the deadline is over. */
async function untilDone(site: Site, journal: Journal<JournalEntry>, healedAtMs: number): Promise<History['open']> {
  const ids = journal.lines().flatMap((entry) => (entry.kind === 'acknowledged' ? [entry.id] : []));
  const open: History['open'] = [];
  let quiet = 0;
  while (Date.now() < healedAtMs + livenessMs) {
    const now = await openNow(site);
    const missing = new Set(ids).size - (await storedCount(site, ids));
    open.push(now);
    // What is in no table may still be on its way, for as long as Temporal's workflows are being taken up again.
    if (now.count === 0 && (missing === 0 || (quiet += lookEveryMs) > 20_000)) break;
    await delay(lookEveryMs);
  }
  return open;
}

import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../platform/projectRoot.js';
import type { ChaosArguments } from './arguments.js';
import { isLost } from './checker/counts.js';
import { Joined, type Life, leftOpen } from './checker/joined.js';
import { looks } from './checker/lookedAt.js';
import { type Fault, faultMatrix } from './faults/catalogue.js';
import { invariants } from './history.js';
import type { Result } from './run.js';

/** What a fault came to, over all its injections. */
interface FaultRow {
  fault: Fault;
  injected: number;
  /** How often it took hold of something, over all its injections. */
  hits: number;
  /** Messages that were acknowledged, or under way, while it lasted. */
  messages: number;
  lost: number;
  doubled: number;
  parked: number;
  /** From the heal to the last of these messages, high or normal, at the provider: the longest, seconds. Bulk is what waits while there is trouble. */
  recoveredS: number;
}

/** After a send has been acknowledged it counts for faults that begin within this, milliseconds. */
const underWayMs = 10_000;

/** The words that make the run again. */
export function commandOf({ seed, minutes, faults, ratePerSecond, mutation }: ChaosArguments, all: readonly number[]): string {
  const chosen = faults.length === all.length ? '' : ` --faults ${faults.join(',')}`;
  return `npm run chaos -- --seed ${seed} --minutes ${minutes}${chosen} --rate ${ratePerSecond}${mutation ? ` --mutation ${mutation}` : ''}`;
}

export function faultRows({ history, run }: Result): FaultRow[] {
  const joined = new Joined(history, run);
  const rounds = joined.of('round');
  const parked = ({ shown }: Life) => shown?.status === 'parked';
  return faultMatrix.flatMap((fault): FaultRow[] => {
    if ('because' in fault) return [];
    const own = rounds.filter((round) => round.fault === fault.number);
    const row: FaultRow = { fault, injected: own.length, hits: 0, messages: 0, lost: 0, doubled: 0, parked: 0, recoveredS: 0 };
    for (const { injectedAtMs, healedAtMs, hits } of own) {
      row.hits += hits;
      const lives = joined.lives.filter(
        ({ acknowledged, submission }) =>
          acknowledged && acknowledged.atMs > injectedAtMs - underWayMs && submission.submittedAtMs < healedAtMs && !submission.night,
      );
      row.messages += lives.length;
      row.lost += lives.filter(isLost).length;
      row.doubled += lives.filter(({ ledger }) => ledger.length > 1).length;
      row.parked += lives.filter(parked).length;
      const urgent = lives.filter(({ submission }) => submission.lane !== 'bulk');
      const lastAtMs = Math.max(healedAtMs, ...urgent.map(({ ledger }) => ledger[0]?.requestReceivedAtMs ?? 0));
      row.recoveredS = Math.max(row.recoveredS, Math.round((lastAtMs - healedAtMs) / 100) / 10);
    }
    return [row];
  });
}

/** The report as a page of Markdown. */
export function reportText(words: ChaosArguments, command: string, result: Result, machine: string): string {
  const { counts, findings, impossible, history, settledS, seconds } = result;
  const why = new Map(impossible.map((one) => [one.number, one.why]));
  const rows = new Map(faultRows(result).map((row) => [row.fault.number, row]));
  const table = faultMatrix.map((fault) => {
    if ('because' in fault) return `| ${fault.number} | ${fault.name} | – | | not in a run: ${fault.because} | | | | |`;
    const row = rows.get(fault.number) as FaultRow;
    if (row.injected === 0) return `| ${fault.number} | ${fault.name} | 0 | | ${why.get(fault.number) ?? 'not drawn'} | | | | |`;
    const survived = row.lost + row.doubled === 0 ? 'yes' : 'no';
    return `| ${fault.number} | ${fault.name} | ${row.injected} ×, ${row.hits} hits | ${row.messages} | ${survived} | ${row.lost} | ${row.doubled} | ${row.parked} | ${row.recoveredS} s |`;
  });
  const end = settledS === null ? 'what was open did not get done in time' : `${settledS} s after the last heal nothing was open`;
  const ambiguous = history.requests.filter(({ outcome }) => leftOpen.test(outcome)).length;
  const looked = invariants.map((invariant) => `| ${invariant} | ${result.lookedAt[invariant]} ${looks[invariant]} |`);
  return `# Chaos, seed ${words.seed}, ${new Date(history.healedAtMs).toISOString().slice(0, 10)}

${machine}

    ${command}

${counts.acknowledged} messages were acknowledged in ${words.minutes} min at ${words.ratePerSecond} a second and in bursts, over ${history.workspaces.length} workspaces; ${counts.sent} came to the provider, ${counts.delivered} are delivered, ${counts.failed} failed, ${counts.parked} parked. ${ambiguous} sends were answered in a way that left their outcome open. **Lost: ${counts.lost}. Duplicates: ${counts.duplicates}**, and ${counts.duplicatesFlagged} that \`prefer-delivery\` decided and that say so. Parked without cause: ${counts.parkedWithoutCause}. ${end}; the whole took ${seconds} s.

${findings.length === 0 ? 'No invariant was broken.' : `**${findings.length} findings:**\n\n${findings.map(({ invariant, what }) => `- ${invariant}: ${what}`).join('\n')}`}

| | looked at |
|---|---|
${looked.join('\n')}

| # | fault | injected | messages | survived | lost | doubled | parked | recovered after |
|---|---|---|---|---|---|---|---|---|
${table.join('\n')}

"Recovered after" is the longest time from a heal until the last message of before it, high or normal, was at the provider; it includes what limits and waits of the product make of it, and the rounds that follow. "Messages" are those that were under way or acknowledged while it lasted; "hits" says how often the fault took hold of something: a process killed, a send shaped, a system call that failed. "Doubled" counts all that came twice, decided or not.
`;
}

/** Writes a report under docs/reports, or elsewhere; answers its path. */
export function saveReport(name: string, text: string, folder = path.join(projectRoot, 'docs/reports')): string {
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
}

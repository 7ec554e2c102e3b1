/**
 * Profile `spike`: ten times the nominal rate for a minute, and how long the system then takes to be done. Spread evenly over the
 * workspaces, so that it is the system that is measured and not the limits of the busiest.
 */
import { arrivals } from '../load/arrivals.js';
import { percentiles } from '../load/percentiles.js';
import { lineChart, stackedBars } from './charts.js';
import { figuresOf, type Measured, measure, round, spread } from './measure.js';
import { nominalPerSecond } from './nominal.js';
import { type BenchOptions, type Outcome, outcomeOf } from './outcome.js';
import { processRows, type Table, times } from './report.js';
import { withTarget } from './target.js';
import { warmUp } from './warmUp.js';

const spikePerSecond = 280;
/** `patienceMs`: how long the last message may take after its acceptance. */
const sizes = {
  full: { workspaces: 1_000, leadS: 10, seconds: 60, patienceMs: 20 * 60_000 },
  quick: { workspaces: 100, leadS: 3, seconds: 4, patienceMs: 3 * 60_000 },
};

export function runSpike(options: BenchOptions): Promise<Outcome> {
  const { steps, quick } = options;
  const { workspaces, leadS, patienceMs, ...size } = quick ? sizes.quick : sizes.full;
  const seconds = options.seconds ?? size.seconds;
  return withTarget({ ...options, workspaces }, async (target) => {
    const used = target.workspaces.slice(0, workspaces);
    await steps.run(`warm-up of ${used.length} workspaces`, () => warmUp(target, used));
    const dueMs = arrivals([
      { perSecond: nominalPerSecond, seconds: leadS },
      { perSecond: spikePerSecond, seconds },
    ]);
    const load = { messages: spread(used, dueMs.length), dueMs, lifeMaxMs: patienceMs };
    const measured = await steps.run(
      `${nominalPerSecond} messages/s for ${leadS} s, then ${spikePerSecond} for ${seconds} s`,
      () => measure(target, load, { mayRefuse: true }),
      ({ answers }) => describeAnswers(answers),
    );
    const first = Math.round(nominalPerSecond * leadS);
    const inSpike = measured.lives.slice(first).flatMap((life) => (life ? [life.acknowledgedAtMs - life.scheduledAtMs] : []));
    const spikeEndMs = (leadS + seconds) * 1_000;
    const drainSeconds = round(Math.max(0, measured.seconds - spikeEndMs / 1_000));
    const spikeAcceptMs = percentiles(inSpike);
    const figures: Table = {
      head: ['', 'reached', 'goal'],
      rows: [
        ['messages; accepted; refused for good', `${measured.messages}; ${measured.tally.accepted}; ${measured.tally.refused}`, ''],
        ['answers by HTTP status', describeAnswers(measured.answers), '202, 429, 503'],
        ['accept p50 / p95 / p99 of the spike', times(spikeAcceptMs), 'p99 < 250 ms'],
        ['to the first answer, of all', times(measured.firstAnswerMs), ''],
        ['accept → provider', times(measured.acceptToProviderMs), ''],
        ['all done after the spike, s', String(drainSeconds), ''],
        ['delivered a second until then', String(measured.perSecond), ''],
        ['cores of the product, Temporal and Postgres', String(measured.productCores), ''],
        ['lost; doubled', `${measured.tally.lost}; ${measured.tally.doubled}`, '0; 0'],
      ],
    };
    const report = {
      profile: 'spike',
      title: 'A spike',
      machine: target.machine,
      text: [
        `${nominalPerSecond} messages/s for ${leadS} s, then ${spikePerSecond} for ${seconds} s, spread evenly over ${used.length} workspaces. Open loop: times count from when a request was due, and a request that is answered 429 or 503 is repeated when the answer says.`,
      ],
      tables: [figures, processRows(measured)],
      charts: [
        progressChart(measured, dueMs),
        stackedBars('CPU milliseconds a message, by process', 'ms', [['spike', measured.cpuMsPerMessage]]),
      ],
    };
    const line = { ratePerSecond: spikePerSecond, loadSeconds: seconds, spikeAcceptMs, drainSeconds, ...figuresOf(measured) };
    const unclean = Object.keys(measured.answers).filter((answer) => !['202', '429', '503'].includes(answer));
    return outcomeOf(report, line, [
      ...measured.faults,
      ...unclean.map((answer) => `${measured.answers[answer]} requests were answered ${answer}`),
    ]);
  });
}

const describeAnswers = (answers: Record<string, number>) =>
  Object.entries(answers)
    .map(([answer, count]) => `${answer}: ${count}`)
    .join(', ');

/** How many messages were due, accepted and ended by each second. */
function progressChart({ lives, startedAtMs, seconds }: Measured, dueMs: number[]): string {
  const upTo = (name: string, atMs: number[]) => {
    const sorted = atMs.toSorted((a, b) => a - b);
    const points: [number, number][] = [];
    let count = 0;
    for (let second = 0; second <= Math.ceil(seconds); second++) {
      while (count < sorted.length && (sorted[count] as number) <= second * 1_000) count += 1;
      points.push([second, count]);
    }
    return { name, points };
  };
  const from = (of: (life: NonNullable<(typeof lives)[number]>) => number | null) =>
    lives.flatMap((life) => {
      const at = life && of(life);
      return at === null ? [] : [at - startedAtMs];
    });
  return lineChart(
    'Messages due, accepted and ended',
    ['s', 'messages'],
    [
      upTo('due', dueMs),
      upTo(
        'accepted',
        from((life) => life.acknowledgedAtMs),
      ),
      upTo(
        'ended',
        from((life) => life.endedAtMs),
      ),
    ],
  );
}

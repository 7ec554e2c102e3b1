/**
 * What the system gives up, one after the other, when more is asked of it than it can do: before it accepts, never after. A
 * level has all that those below it have.
 */
export const loadLevels = [
  { name: 'normal', says: null },
  { name: 'bulk waits', says: 'The system is busy: bulk messages wait.' },
  { name: 'exports wait', says: 'The system is busy: bulk messages and exports wait.' },
  { name: 'live once a second', says: 'The system is busy: bulk messages and exports wait, and changes show a moment later.' },
  { name: 'webhooks wait', says: 'The system is busy: bulk messages, exports and webhooks wait, and changes show a moment later.' },
  { name: 'bulk refused', says: 'The system is very busy: bulk messages are not accepted right now.' },
  {
    name: 'normal refused',
    says: 'The system is very busy: only urgent messages are accepted right now. Yours are kept here and sent later.',
  },
  { name: 'high refused', says: 'The system takes no messages right now. Yours are kept here and sent later.' },
] as const satisfies { name: string; says: string | null }[];

/** From which level on something is given up. */
export const shedFrom = { bulkDispatch: 1, exports: 2, live: 3, webhooks: 4, bulk: 5, normal: 6, high: 7 } as const;
export const loadLevelMax = loadLevels.length - 1;
/** A workspace that sends more than its share is treated as this much further, once accepting is next. */
export const greedyLevelsMore = 1;

/** What is measured: how long the oldest task has waited for a worker, and by how much the event loop lags. */
export interface LoadMeasure {
  queueAgeMs: number;
  lagMs: number;
}

export interface LoadState {
  level: number;
  /** Since when all has been well below this level; null where it is not. */
  calmSinceMs: number | null;
}
export const restingLoad: LoadState = { level: 0, calmSinceMs: null };

/** By how much the thresholds of a level are above those of level 1. */
const queueAgeFactors = [1, 2.5, 5, 10, 15, 30, 60];
const lagFactors = [1, 1.5, 2, 3, 5, 10, 20];
/** A level is left where the measures are below this share of its thresholds, for so long. */
export const calmShare = 0.7;
export const calmForMs = 5_000;

function thresholdsOf(level: number, first: LoadMeasure): LoadMeasure {
  const factor = (factors: number[]) => factors[level - 1] ?? Number.POSITIVE_INFINITY;
  return { queueAgeMs: first.queueAgeMs * factor(queueAgeFactors), lagMs: first.lagMs * factor(lagFactors) };
}

/**
 * The level after one more measure. It goes up by one where either measure has reached the next level, so that a short spike
 * brings it no higher than that; and down by one after a calm time, so that it does not go to and fro.
 *
 * @param first the thresholds of level 1
 */
export function nextLoad({ level, calmSinceMs }: LoadState, measure: LoadMeasure, first: LoadMeasure, nowMs: number): LoadState {
  const next = thresholdsOf(level + 1, first);
  if (measure.queueAgeMs >= next.queueAgeMs || measure.lagMs >= next.lagMs) return { level: level + 1, calmSinceMs: null };
  const own = thresholdsOf(level, first);
  const isCalm = level > 0 && measure.queueAgeMs < own.queueAgeMs * calmShare && measure.lagMs < own.lagMs * calmShare;
  if (!isCalm) return { level, calmSinceMs: null };
  const since = calmSinceMs ?? nowMs;
  return nowMs - since >= calmForMs ? { level: level - 1, calmSinceMs: nowMs } : { level, calmSinceMs: since };
}

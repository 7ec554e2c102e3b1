import type { CallbacksAction, LifeStep } from './actions.js';
import { isBeforeSending, isFailure, isTerminal } from './messageStatus.js';
import type { Random } from './random.js';

/** What becomes of an accepted message: its statuses, and the callbacks that tell of them. Delays count from the accept. */
export interface Life {
  steps: LifeStep[];
  callbacks: LifeStep[];
  /** All at once, and before the POST is answered. */
  hurry: boolean;
}

/** Carriers that say nothing more give Twilio's "unknown error". */
const errorCodeDefault = 30008;

/**
 * Plans one message's life. Dropping, doubling, shuffling and delaying touch only the callbacks: the message itself keeps
 * its times, as the provider knows the state that its callbacks fail to tell.
 *
 * @param usual the life of an unshaped message
 */
export function planLife(usual: readonly LifeStep[], shape: CallbacksAction | undefined, random: Random): Life {
  const hurry = shape?.hurry ?? false;
  const planned = withFinalStatus(shape?.statuses ?? usual, shape?.finalStatus);
  const steps = planned.map((step) => ({
    status: step.status,
    delayMs: hurry ? 0 : step.delayMs,
    ...(step.word !== undefined && { word: step.word }),
    ...(isFailure(step.status) && { errorCode: step.errorCode ?? shape?.errorCode ?? errorCodeDefault }),
  }));
  if (!shape) return { steps, callbacks: steps, hurry };

  const copies = steps.flatMap((step) => Array.from({ length: shape.times ?? 1 }, () => step));
  const inOrder = shape.shuffle ? shuffleStatuses(copies, random) : copies;
  const callbacks = inOrder
    .filter((step) => !isDropped(step, shape.drop, random))
    .map((step) => ({ ...step, delayMs: step.delayMs + (hurry ? 0 : (shape.delayMs ?? 0)) }));
  return { steps, callbacks, hurry };
}

function withFinalStatus(steps: readonly LifeStep[], finalStatus: CallbacksAction['finalStatus']): readonly LifeStep[] {
  if (!finalStatus) return steps;
  // `failed` means never sent, so such a life has no `sent` either.
  const before = steps.filter((step) => (finalStatus === 'failed' ? isBeforeSending(step.status) : !isTerminal(step.status)));
  return [...before, { status: finalStatus, delayMs: steps.at(-1)?.delayMs ?? 0 }];
}

function isDropped(step: LifeStep, drop: CallbacksAction['drop'], random: Random): boolean {
  if (drop === undefined) return false;
  return typeof drop === 'number' ? random() < drop : drop.includes(step.status);
}

/** Statuses change places, delays stay: what arrives first is then another status. */
function shuffleStatuses(steps: LifeStep[], random: Random): LifeStep[] {
  const order = [...steps];
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [order[last], order[other]] = [order[other] as LifeStep, order[last] as LifeStep];
  }
  // With two statuses every second shuffle changes nothing; reversing then makes sure that a shuffled life is out of order.
  const unchanged = order.every((step, index) => step.status === steps[index]?.status);
  if (unchanged) order.reverse();
  return order.map((step, index) => ({ ...step, delayMs: (steps[index] as LifeStep).delayMs }));
}

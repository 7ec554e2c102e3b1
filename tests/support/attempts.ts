import type { DemoWorkspace } from '../../main/seedDemo.js';
import type { System } from './system.js';

interface Attempt {
  status: string;
  evidence?: string | null;
}

/**
 * A message's attempts, without those that a busy machine was too slow to write: they closed unsent, and another followed. What
 * tests promise is counted by what left.
 */
export const thatLeft = <One extends Attempt>(attempts: One[]): One[] =>
  attempts.filter(({ status, evidence }) => status !== 'notSent' || !/given up before the write|time for the write/.test(evidence ?? ''));

/** The same of one message, as its workspace sees it now. */
export async function attemptsThatLeft(system: System, messageId: string, as?: DemoWorkspace): Promise<any[]> {
  const { body } = await system.request('GET', `/v1/messages/${messageId}/trace`, { ...(as && { as }) });
  return thatLeft<any>(body.attempts);
}

import { leaseTokensMax } from '../domain/limits.js';
import { openContactOf } from '../load/recipients.js';
import type { LoadMessage } from './loadGenerator.js';
import { measure } from './measure.js';
import type { Target, TargetWorkspace } from './target.js';

const warmUpInFlight = 100;

/**
 * One message a workspace, which makes its limiter, and then up to a whole lease more, another number for each, so that
 * leases do not run out all at once: in every measured moment one message in eleven asks the limiter.
 *
 * @returns the conversation with the open contact of each workspace
 */
export async function warmUp(target: Target, workspaces: TargetWorkspace[]): Promise<string[]> {
  const cycle = leaseTokensMax + 1;
  const first = workspaces.map((workspace, place): LoadMessage => ({ workspace, to: openContactOf(place) }));
  const more = Array.from({ length: leaseTokensMax }, (_, round) =>
    workspaces.filter((_workspace, place) => place % cycle > round).map((workspace): LoadMessage => ({ workspace })),
  ).flat();
  const { lives, faults } = await measure(target, { messages: [...first, ...more], inFlight: warmUpInFlight });
  if (faults.length > 0) throw new Error(`the system can't be measured, its warm-up went wrong: ${faults.join('; ')}`);
  return lives.slice(0, workspaces.length).map((life) => life?.conversationId ?? '');
}

import { defaultProcesses } from '../../../local/stack.js';
import { type System, startSystem } from '../system.js';
import { timingEnv } from './timing.js';

/** A system with the figures of a doubt scaled down, and so many workspaces of each policy. */
export function startDoubtfulSystem(workspacesPerPolicy: number): Promise<System> {
  return startSystem({ workspaces: 2 * workspacesPerPolicy, processes: defaultProcesses, env: timingEnv });
}

import { expect, it } from '@jest/globals';
import { defaultProcesses } from '../../local/stack.js';
import { stopWhileQueued } from '../support/stopWhileQueued.js';
import { startSystem } from '../support/system.js';

const count = 1_000;

it(`a STOP while ${count} messages wait stops all that have not left`, async () => {
  const system = await startSystem({ processes: defaultProcesses });
  try {
    const { stopped, sent } = await stopWhileQueued(system, system.workspace, count);
    expect(stopped + sent).toBe(count);
    expect(stopped).toBeGreaterThan(0);
  } finally {
    await system.stop();
  }
}, 600_000);

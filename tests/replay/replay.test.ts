import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { type RecordedHistory, replay } from '../support/replay.js';

const directory = path.join(__dirname, 'histories');
const recorded = readdirSync(directory).map((file): RecordedHistory & { name: string } => ({
  name: file,
  ...JSON.parse(readFileSync(path.join(directory, file), 'utf8')),
}));

beforeAll(() => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
});

describe('a workflow that runs since before a change', () => {
  it('goes on after it: every recorded history replays on the code as it is', async () => {
    const types = new Set(recorded.map(({ history }) => history.events[0].workflowExecutionStartedEventAttributes.workflowType.name));
    expect(types).toEqual(
      new Set([
        'sendMessage',
        'receiveMessage',
        'rateLimiter',
        'sweepMessages',
        'pollStatuses',
        'makePartitions',
        'redriveMessages',
        'cancelMessages',
        'deliverWebhooks',
        'callWaiting',
        'anchorAudit',
        'archivePartitions',
        'archiveWeek',
        'restoreWeek',
        'releaseWeek',
        'exportMessages',
        'finishErasures',
        'removeContents',
        'rewrapKeys',
        'sealStoredRows',
      ]),
    );
    expect(await replay(recorded)).toEqual([]);
  }, 60_000);

  it('would be stopped by a change that is not deterministic, and this test would say so', async () => {
    const faults = await replay(
      recorded.filter(({ name }) => name === 'delivered.json'),
      require.resolve('../support/changedWorkflow'),
    );
    expect(faults.join()).toMatch(/DeterminismViolation|Nondeterminism/);
  }, 60_000);
});

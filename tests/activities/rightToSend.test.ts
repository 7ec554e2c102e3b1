import { describe, expect, it } from '@jest/globals';
import type { Dependencies } from '../../activities/dependencies.js';
import { PauseLine } from '../../activities/pauseLine.js';
import { rightToSend } from '../../activities/rightToSend.js';
import type { Asked, Submission, SubmitInput } from '../../domain/submission.js';
import type { TurnRequest } from '../../limiter/tokenBroker.js';
import { WaitingLine } from '../../limiter/waitingLine.js';
import { Telemetry } from '../../platform/telemetry.js';
import type { Workspace } from '../../storage/workspaces.js';

const workspace = { limits: { epoch: 1, countBy: 'message', senders: {} } } as unknown as Workspace;
const message = { workspaceId: 'w', priority: 'bulk', senderId: 's', segments: 1 };
const opensInMs = 1_000;

/** A bulk message asks; the limiter, where it is asked at all, has no turn before a second is over. */
function ask(load: number, asked: Asked | undefined): Promise<Extract<Submission, { kind: 'wait' }>> {
  const line = new WaitingLine();
  const dependencies = {
    load: { level: load },
    paused: new PauseLine(),
    telemetry: new Telemetry('sends'),
    workspaces: { get: () => Promise.resolve(workspace) },
    broker: {
      acquire: (_workspace: string, { returning }: TurnRequest) => {
        const now = performance.now();
        const waitMs = returning.times > 0 ? line.again(returning, now, opensInMs, () => 0.5) : line.join(now, opensInMs, 100);
        return Promise.resolve({ kind: 'later', waitMs });
      },
    },
  } as unknown as Dependencies;
  const input = { message, createdAtMs: 0, attempt: 0, token: null, ...(asked && { asked }) } as unknown as SubmitInput;
  return rightToSend(dependencies, workspace, input, undefined) as Promise<Extract<Submission, { kind: 'wait' }>>;
}

describe('a bulk message that waited while the system was busy', () => {
  it('waits for its turn as if it had just come: what it was not asked for was no question in vain', async () => {
    let asked: Asked | undefined;
    for (let pause = 0; pause < 10; pause++) ({ asked } = await ask(1, asked));
    expect((await ask(0, asked)).waitMs).toBeLessThan(2 * opensInMs);
  });

  it('keeps what it had waited for before', async () => {
    const { asked } = await ask(0, undefined);
    expect(asked?.times).toBe(1);
    expect((await ask(1, asked)).asked).toEqual(asked);
  });
});

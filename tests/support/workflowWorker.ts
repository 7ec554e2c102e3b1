import { randomBytes } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { ensureNamespace } from '../../local/temporalNamespace.js';
import { temporalAddress } from './database.js';

export interface WorkflowStage {
  client: Client;
  /** Connection without the SDK's retries, as the limiter's callers have. */
  impatient: Client;
  close(): Promise<void>;
}

/** A Worker for one file of workflows on the real server, in a namespace of its own. */
export async function startWorkflowStage(workflowsPath: string, taskQueue: string, activities: object = {}): Promise<WorkflowStage> {
  Runtime.install({ logger: new DefaultLogger('WARN'), shutdownSignals: [] });
  const namespace = `test-${randomBytes(4).toString('hex')}`;
  const address = temporalAddress();
  await ensureNamespace(address, namespace);
  const native = await NativeConnection.connect({ address });
  const connection = await Connection.connect({ address });
  const bare = await Connection.connect({ address, interceptors: [] });
  const worker = await Worker.create({ connection: native, namespace, taskQueue, workflowsPath, activities, shutdownGraceTime: '1s' });
  const running = worker.run();
  return {
    client: new Client({ connection, namespace }),
    impatient: new Client({ connection: bare, namespace }),
    close: async () => {
      worker.shutdown();
      await running;
      await native.close();
      await connection.close();
      await bare.close();
    },
  };
}

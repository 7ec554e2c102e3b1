/**
 * Starts a workflow that is needed once, and waits for its end:
 *
 *   node dist/main/runMaintenance.js rewrapKeys       the last step of a rotation of the master key (docs/using/keys.md)
 *   node dist/main/runMaintenance.js sealStoredRows   seals what versions before the keys of contacts have stored readable
 */
import { NativeConnection } from '@temporalio/worker';
import { taskQueues } from '../domain/taskQueues.js';
import { UsageError } from '../platform/commandLine.js';
import { ConfigError, readConfig } from '../platform/config.js';
import { masterKeysOf } from '../platform/masterKeys.js';
import { dataConverterOf } from '../platform/payloadCodec.js';
import { createClient } from '../platform/temporalClient.js';

const workflows = ['rewrapKeys', 'sealStoredRows'] as const;

async function main(): Promise<void> {
  const workflow = workflows.find((name) => name === process.argv[2]);
  if (!workflow) throw new UsageError(`say which: ${workflows.join(' or ')}`);
  const config = readConfig();
  const { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace } = config;
  const connection = await NativeConnection.connect({ address });
  try {
    const client = createClient(connection, { address, namespace, dataConverter: dataConverterOf(masterKeysOf(config)) });
    const result = await client.workflow.execute(workflow, {
      workflowId: workflow,
      workflowIdConflictPolicy: 'USE_EXISTING',
      taskQueue: taskQueues.maintenance,
      args: [],
    });
    process.stdout.write(`${JSON.stringify(result)}\n`);
  } finally {
    await connection.close();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(error instanceof ConfigError || error instanceof UsageError ? 2 : 1);
});

import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { searchAttributeNames } from '../domain/taskQueues.js';

const keyword = 2; // temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD
const usableWithinMs = 60_000;
const retentionS = 3 * 24 * 60 * 60;

/** Whether a Temporal frontend answers at the address. */
export async function temporalAnswers(address: string): Promise<boolean> {
  // gRPC itself would wait a second after a first refusal.
  if (!(await accepts(address))) return false;
  try {
    const connection = await Connection.connect({ address, connectTimeout: 500 });
    await connection.close();
    return true;
  } catch {
    return false;
  }
}

function accepts(address: string): Promise<boolean> {
  const { hostname, port } = new URL(`http://${address}`);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

/** Makes sure that a namespace with our search attributes exists and can be used. */
export async function ensureNamespace(address: string, namespace: string): Promise<void> {
  const connection = await Connection.connect({ address, connectTimeout: 10_000 });
  try {
    await connection.workflowService
      .registerNamespace({ namespace, workflowExecutionRetentionPeriod: { seconds: retentionS as never } })
      .catch(unlessThere);
    const startedAt = Date.now();
    for (;;) {
      try {
        const known = await connection.operatorService.listSearchAttributes({ namespace });
        const missing = Object.values(searchAttributeNames).filter((name) => !(name in (known.customAttributes ?? {})));
        if (missing.length === 0) return;
        await connection.operatorService
          .addSearchAttributes({ namespace, searchAttributes: Object.fromEntries(missing.map((name) => [name, keyword])) })
          .catch(unlessThere);
      } catch (error) {
        if (Date.now() - startedAt > usableWithinMs)
          throw new Error(`the Temporal namespace ${namespace} at ${address} can not be used`, { cause: error });
        await delay(100);
      }
    }
  } finally {
    await connection.close();
  }
}

function unlessThere(error: unknown): void {
  if (!/already (exists|registered)|ALREADY_EXISTS/i.test(String(error))) throw error;
}

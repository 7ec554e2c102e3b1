import { Client, Connection, type ConnectionLike, type WorkflowClientInterceptor } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { NativeConnection } from '@temporalio/worker';

export interface TemporalSettings {
  address: string;
  namespace: string;
  /** How what lies in histories is read and written. */
  dataConverter?: DataConverter;
}

// Both ends are near each other: compressing costs more than it saves.
const plain = { grpcCompression: { codec: 'none' } } as const;

/** The connection that workers poll on. A client on the same one can start workflows eagerly. */
export async function connectWorkers({ address }: TemporalSettings): Promise<NativeConnection> {
  return NativeConnection.connect({ address, ...plain });
}

export function createClient(
  connection: ConnectionLike,
  { namespace, dataConverter }: TemporalSettings,
  workflow: WorkflowClientInterceptor[] = [],
): Client {
  return new Client({ connection, namespace, interceptors: { workflow }, ...(dataConverter && { dataConverter }) });
}

/**
 * A connection without the SDK's own retries, which wait a second and more where the limiter's callers want
 * milliseconds (RESOURCE_EXHAUSTED while the limiter continues as new).
 */
export async function connectImpatient({ address }: TemporalSettings): Promise<Connection> {
  return Connection.connect({ address, interceptors: [] });
}

import os from 'node:os';
import { Connection } from '@temporalio/client';
import pg from 'pg';

export interface Machine {
  cpu: string;
  cores: number;
  memoryGb: number;
  node: string;
  postgres: string;
  temporal: string;
}

/** What a measurement was made on; the version of a Temporal that we have no address of is not known. */
export async function describeMachine(postgresUrl: string, temporalAddress?: string): Promise<Machine> {
  const client = new pg.Client({ connectionString: postgresUrl });
  await client.connect();
  const { rows } = await client.query<{ version: string }>(`select current_setting('server_version') as version`);
  await client.end();
  const cores = os.cpus();
  return {
    cpu: cores[0]?.model.trim() ?? 'unknown',
    cores: cores.length,
    memoryGb: Math.round(os.totalmem() / 1024 ** 3),
    node: process.version,
    postgres: rows[0]?.version ?? 'unknown',
    temporal: temporalAddress === undefined ? 'unknown' : await temporalVersion(temporalAddress),
  };
}

async function temporalVersion(address: string): Promise<string> {
  const connection = await Connection.connect({ address });
  const { serverVersion } = await connection.workflowService.getSystemInfo({});
  await connection.close();
  return serverVersion ?? 'unknown';
}

export function machineLine({ cpu, cores, memoryGb, node, postgres, temporal }: Machine): string {
  return `${cpu}, ${cores} cores, ${memoryGb} GB; Node ${node}, Postgres ${postgres}, Temporal server ${temporal}`;
}

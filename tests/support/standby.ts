import { randomBytes } from 'node:crypto';
import type { DemoWorkspace } from '../../main/seedDemo.js';
import { Database } from '../../platform/database.js';
import { createLogger } from '../../platform/logger.js';
import { MasterKeys } from '../../platform/masterKeys.js';
import { startSimulator } from '../../simulator/server.js';
import { createWorkspaces } from '../../storage/createWorkspaces.js';
import type { LedgerEntry } from './system.js';

/** The master key of a system that gets accounts after its start. */
export const encryptionKey = randomBytes(32).toString('base64');

/** A second simulator, which the product knows as the provider twilio-standby. */
export interface Standby {
  /** For every process of the system. */
  env: Record<string, string>;
  control(method: string, path: string, body: unknown): Promise<unknown>;
  ledger(bodyIncludes: string): Promise<LedgerEntry[]>;
  close(): Promise<void>;
}

export async function startStandby(): Promise<Standby> {
  const simulator = await startSimulator({
    callbacks: [
      { status: 'sent', delayMs: 20 },
      { status: 'delivered', delayMs: 60 },
    ],
  });
  const ask = async (method: string, path: string, body?: unknown): Promise<any> => {
    const response = await fetch(`${simulator.url}/_control${path}`, {
      method,
      ...(body !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    return response.json();
  };
  return {
    env: { TWILIO_STANDBY_API_BASE_URL: simulator.url },
    control: ask,
    ledger: async (bodyIncludes) => {
      const { entries } = (await ask('GET', '/ledger')) as { entries: LedgerEntry[] };
      return entries.filter(({ body }) => body.includes(bodyIncludes));
    },
    close: simulator.close,
  };
}

/** Gives workspaces an account and a number each at the standby; answers the numbers. */
export async function addStandbyAccounts(databaseUrl: string, workspaces: DemoWorkspace[]): Promise<string[]> {
  const numbers = workspaces.map((_, index) => `+1628555${String(2_000 + index)}`);
  const database = new Database(databaseUrl, 2, createLogger('silent'));
  try {
    await createWorkspaces(
      { database, keys: database, masterKeys: new MasterKeys(Buffer.from(encryptionKey, 'base64')) },
      workspaces.map(({ id, name }, index) => ({
        id,
        name,
        senders: [numbers[index] as string],
        contacts: [],
        account: {
          provider: 'twilio-standby',
          accountSid: `AC${randomBytes(16).toString('hex')}`,
          authToken: randomBytes(16).toString('hex'),
          settings: {},
        },
        apiKey: { id: randomBytes(4).toString('hex'), secret: randomBytes(32).toString('base64url') },
      })),
    );
  } finally {
    await database.close();
  }
  return numbers;
}

import { PrismaPg } from '@prisma/adapter-pg';
import { type Prisma, PrismaClient } from '../generated/prisma/client.js';
import type { Database } from './database.js';

export type Transaction = Prisma.TransactionClient;

/** Prisma for settings and CRUD, on the database's own pool, under role app. */
export class SettingsStore {
  private readonly client: PrismaClient;

  constructor(database: Database) {
    this.client = new PrismaClient({ adapter: new PrismaPg(database.settingsPool, { disposeExternalPool: false }) });
  }

  /** A transaction in which row-level security shows exactly this workspace. */
  async forWorkspace<T>(workspaceId: string, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.client.$transaction(async (transaction) => {
      await transaction.$executeRaw`select set_config('app.ws', ${workspaceId}, true)`;
      return work(transaction);
    });
  }

  async close(): Promise<void> {
    await this.client.$disconnect();
  }
}

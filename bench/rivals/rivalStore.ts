import pg from 'pg';
import type { RivalMessage } from './settings.js';

/** Readable, unpartitioned, without events: the least that an inbox could show. The load generator looks in it as in the product's. */
const tables = `
  create table message (
    workspace_id uuid not null, created_at timestamptz not null default now(), id uuid not null,
    recipient text not null, body text not null, status text not null default 'queued', provider_id text,
    updated_at timestamptz not null default now(), recorded_at timestamptz,
    primary key (workspace_id, id)
  );
  create view message_key as select workspace_id, id as message_id, created_at from message;`;

const connectionsMax = 10;

export async function createRivalTables(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(tables);
  } finally {
    await client.end();
  }
}

/** A rival's messages. */
export class RivalStore {
  private readonly pool: pg.Pool;

  constructor(databaseUrl: string) {
    this.pool = new pg.Pool({ connectionString: databaseUrl, max: connectionsMax });
  }

  async insert({ workspaceId, id, to, body }: RivalMessage): Promise<void> {
    await this.pool.query({
      name: 'insert',
      text: 'insert into message (workspace_id, id, recipient, body) values ($1, $2, $3, $4) on conflict do nothing',
      values: [workspaceId, id, to, body],
    });
  }

  async sent({ workspaceId, id }: RivalMessage, providerId: string): Promise<void> {
    await this.pool.query({
      name: 'sent',
      text: `update message set provider_id = $3, status = case status when 'queued' then 'sent' else status end, updated_at = now()
        where workspace_id = $1 and id = $2`,
      values: [workspaceId, id, providerId],
    });
  }

  /** A state that does not end it, or one that does. */
  async reported(workspaceId: string, id: string, status: string): Promise<void> {
    await this.pool.query({
      name: 'reported',
      text: `update message set status = $3, updated_at = now(), recorded_at = case when $3 = any ('{delivered,undelivered,failed}') then now() end
        where workspace_id = $1 and id = $2 and recorded_at is null`,
      values: [workspaceId, id, status],
    });
  }

  close(): Promise<void> {
    return this.pool.end();
  }
}

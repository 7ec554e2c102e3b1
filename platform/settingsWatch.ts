import { EventEmitter } from 'node:events';
import pg from 'pg';
import type { Logger } from './logger.js';

const reconnectMs = 1_000;
const pingEveryMs = 1_000;
const pingTimeoutMs = 2_000;

/** What a cache of settings needs to know. */
export interface SettingsChanges {
  /** True while every change is heard of within moments of its commit. */
  readonly isLive: boolean;
  /** Called with what the channel says (the workspace whose settings changed), or undefined where any may have changed unheard. */
  onChange(listener: (workspaceId: string | undefined) => void): void;
}

/**
 * Listens to Postgres for changes (LISTEN, with triggers on the tables of settings, and on that of contacts' keys), so that processes may
 * keep what they read without asking again for each message. The connection is tried every second; while it does not answer, nothing
 * is promised and caches fall back to short times.
 */
export class SettingsWatch implements SettingsChanges {
  private readonly changes = new EventEmitter();
  private client: pg.Client | undefined;
  private timer: NodeJS.Timeout | undefined;
  private closed = false;
  isLive = false;

  constructor(
    private readonly url: string,
    private readonly logger: Logger,
    private readonly channel: 'settings_changed' | 'contact_erased' = 'settings_changed',
  ) {
    this.changes.setMaxListeners(0);
    void this.connect();
  }

  onChange(listener: (workspaceId: string | undefined) => void): void {
    this.changes.on('change', listener);
  }

  async close(): Promise<void> {
    this.closed = true;
    this.isLive = false;
    clearTimeout(this.timer);
    await this.client?.end().catch(() => undefined);
  }

  private async connect(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.url,
      application_name: 'postrider-settings-watch',
      connectionTimeoutMillis: pingTimeoutMs,
      query_timeout: pingTimeoutMs,
    });
    this.client = client;
    // One end for whatever ends it: an error of the connection, or a query that gets no answer.
    const lost = (error?: Error) => {
      if (this.client !== client) return;
      this.client = undefined;
      if (this.isLive) this.logger.warn({ event: 'settings.watch_lost', error: error?.message ?? 'the connection ended' });
      this.isLive = false;
      client.end().catch(() => undefined);
      if (!this.closed) this.timer = setTimeout(() => void this.connect(), reconnectMs);
    };
    client.on('error', lost);
    client.on('end', lost);
    client.on('notification', ({ payload }) => this.changes.emit('change', payload || undefined));
    try {
      await client.connect();
      await client.query(`listen ${this.channel}`);
    } catch (error) {
      lost(error as Error);
      return;
    }
    // What changed before nobody heard.
    this.changes.emit('change', undefined);
    this.isLive = true;
    this.ping(client, lost);
  }

  private ping(client: pg.Client, lost: (error: Error) => void): void {
    this.timer = setTimeout(() => {
      client.query('select 1').then(() => this.client === client && this.ping(client, lost), lost);
    }, pingEveryMs);
  }
}

import { createHash, randomUUID } from 'node:crypto';
import type { MessageStatus } from '../../../domain/messageStatus.js';
import type { Database } from '../../../platform/database.js';
import { EventBus } from '../../../platform/eventBus.js';
import { createLogger } from '../../../platform/logger.js';
import { MasterKeys } from '../../../platform/masterKeys.js';
import { SettingsStore } from '../../../platform/prisma.js';
import { RedisLink } from '../../../platform/redisLink.js';
import { Telemetry } from '../../../platform/telemetry.js';
import { ContactKeys } from '../../../storage/contactKeys.js';
import { Contents } from '../../../storage/contents.js';
import { MessageStore } from '../../../storage/messageStore.js';
import type { StoredRef } from '../../../storage/messages.js';
import { ProviderHealth } from '../../../storage/providerHealth.js';
import { loadWorkspace, type Workspace } from '../../../storage/workspaces.js';
import { createTestKeys } from '../contents.js';
import { sql } from '../database.js';
import { ExplainedDatabase } from './explain.js';
import type { World, WorldWorkspace } from './world.js';

/** What a case has to work with. */
export interface Stage {
  database: Database;
  /** The database of contacts' keys. */
  keys: ExplainedDatabase;
  contents: Contents;
  settings: SettingsStore;
  store: MessageStore;
  world: World;
  /** Who acts. Usually the owner of what is named; where isolation is tested, another. */
  workspaceId: string;
  /** The acting workspace with its keys. */
  workspace: Workspace;
  /** Whose senders, contacts and messages are named. */
  owner: WorldWorkspace;
  /** A message of the owner in a state, each time another one, as the acting workspace names it. */
  take(status: MessageStatus): StoredRef;
  /** An id that Postgres made by the same words (tests/support/catalogue/world.ts). */
  idOf(kind: string, ...of: (string | number)[]): string;
  /** An id that nobody has. */
  newId(): string;
}

export interface OpenStage extends Stage {
  close(): Promise<void>;
}

/** A stage on which workspace number `actor` acts on what belongs to the first. */
export async function openStage(database: Database, world: World, actor: 0 | 1): Promise<OpenStage> {
  const [owner, other] = world.workspaces as [WorldWorkspace, WorldWorkspace];
  const workspaceId = actor === 0 ? owner.id : other.id;
  const workspace = await loadWorkspace(database, new MasterKeys(world.masterKey), workspaceId);
  if (!workspace) throw new Error('the world has no such workspace');
  const logger = createLogger('silent');
  const made = await createTestKeys(world.url);
  await made.close();
  const keys = new ExplainedDatabase(made.url);
  const contents = new Contents(new ContactKeys(keys, () => Promise.resolve(workspace.keys.contactKeys)));
  const settings = new SettingsStore(database);
  const bus = new EventBus(new RedisLink(undefined, logger));
  const health = new ProviderHealth(database, logger);
  const found = await sql<{ status: MessageStatus; refs: { id: string; at: string }[] }>(
    world.url,
    `select status, jsonb_agg(jsonb_build_object('id', id, 'at', created_at) order by created_at desc) as refs from (
       select *, row_number() over (partition by status order by created_at desc) as place from message
       where workspace_id = $1 and created_at > now() - interval '7 days') m
     where place <= 200 group by status`,
    [owner.id],
  );
  const messages = new Map(found.map(({ status, refs }) => [status, refs]));
  return {
    database,
    keys,
    contents,
    settings,
    store: new MessageStore(database, bus, new Telemetry('test'), health, contents),
    world,
    workspaceId,
    workspace,
    owner,
    take: (status) => {
      const next = messages.get(status)?.shift();
      if (!next) throw new Error(`the world has no message left that is ${status}`);
      return { workspaceId, messageId: next.id, createdAtMs: Date.parse(next.at) };
    },
    idOf: (kind, ...of) =>
      createHash('md5')
        .update([kind, ...of].join('/'))
        .digest('hex')
        .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
    newId: () => randomUUID(),
    close: async () => {
      await keys.close();
      await health.close();
      bus.close();
      await settings.close();
    },
  };
}

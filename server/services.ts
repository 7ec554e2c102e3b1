import type { Client } from '@temporalio/client';
import type { AcceptShares } from '../domain/acceptShares.js';
import type { LoadWatch } from '../lives/loadWatch.js';
import type { Config } from '../platform/config.js';
import type { Database } from '../platform/database.js';
import type { EventBus } from '../platform/eventBus.js';
import type { Logger } from '../platform/logger.js';
import type { MasterKeys } from '../platform/masterKeys.js';
import type { ObjectStore } from '../platform/objectStore/objectStore.js';
import type { SealingCodec } from '../platform/payloadCodec.js';
import type { SettingsStore } from '../platform/prisma.js';
import type { PublicHttp } from '../platform/publicHttp.js';
import type { RedisLink } from '../platform/redisLink.js';
import type { Telemetry } from '../platform/telemetry.js';
import type { TemporalHealth } from '../platform/temporalHealth.js';
import type { Turns } from '../platform/turns.js';
import type { ProviderRegistry } from '../providers/registry.js';
import type { Contents } from '../storage/contents.js';
import type { MessageHistory } from '../storage/messageHistory.js';
import type { MessageStore } from '../storage/messageStore.js';
import type { ProviderHealth } from '../storage/providerHealth.js';
import type { WorkspaceDirectory } from '../storage/workspaceDirectory.js';
import type { AccessTokens } from './accessTokens.js';
import type { Callers } from './callers.js';
import type { OidcSignIn } from './oidcSignIn.js';
import type { RequestLimits } from './requestLimits.js';

/** What the server needs of its process; made once, in main/. */
export interface Services {
  config: Config;
  database: Database;
  contents: Contents;
  store: MessageStore;
  /** Reads messages wherever they lie. */
  history: MessageHistory;
  workspaces: WorkspaceDirectory;
  settings: SettingsStore;
  callers: Callers;
  accessTokens: AccessTokens;
  requestLimits: RequestLimits;
  /** Where an OpenID provider is set up. */
  oidc: OidcSignIn | undefined;
  providers: ProviderRegistry;
  health: ProviderHealth;
  /** Whether this process can run the first task of a start at once. */
  hasEagerRoom(): boolean;
  /** Opens what lies in histories, for the Web UI. */
  codec: SealingCodec;
  /** The database of contacts' keys. */
  keys: Database;
  telemetry: Telemetry;
  temporalHealth: TemporalHealth;
  /** What is given up for load; and who asks for how much. */
  load: LoadWatch;
  acceptShares: AcceptShares;
  /** Starts of workflows take turns. */
  starts: Turns;
  /** On the workers' connection where this process runs messages too, so that starts are eager. */
  temporal: Client;
  bus: EventBus;
  redis: RedisLink;
  /** To look at URLs of webhooks before they are kept. */
  http: PublicHttp;
  /** What is kept outside the database; undefined where there is no place for it. */
  objects: ObjectStore | undefined;
  masterKeys: MasterKeys;
  logger: Logger;
  publicBaseUrl: string;
  /** How long after its validity a message waits for a receipt; how long one that is sent once more is of use; how long a provider may hold a request. Milliseconds. */
  receiptGraceMs: number;
  validityMs: number;
  providerHoldMs: number;
}

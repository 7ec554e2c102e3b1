import type { Client } from '@temporalio/client';
import type { SendGate } from '../limiter/sendGate.js';
import type { TokenBroker } from '../limiter/tokenBroker.js';
import type { LoadWatch } from '../lives/loadWatch.js';
import type { Database } from '../platform/database.js';
import type { Logger } from '../platform/logger.js';
import type { MasterKeys } from '../platform/masterKeys.js';
import type { ObjectStore } from '../platform/objectStore/objectStore.js';
import type { PublicHttp } from '../platform/publicHttp.js';
import type { Telemetry } from '../platform/telemetry.js';
import type { Turns } from '../platform/turns.js';
import type { ProviderRegistry } from '../providers/registry.js';
import type { Contents } from '../storage/contents.js';
import type { MessageStore } from '../storage/messageStore.js';
import type { ProviderHealth } from '../storage/providerHealth.js';
import type { WorkspaceDirectory } from '../storage/workspaceDirectory.js';
import type { PauseLine } from './pauseLine.js';
import type { ProviderBreakers } from './providerBreakers.js';

/** What the activities of the scheduled workflows, of redrives and of raised limits need of their process. */
export interface MaintenanceDependencies {
  load: LoadWatch;
  /** The key of the workspace that is set aside for canaries, and the number they go to; undefined where there are none. */
  canary: { apiKey: string; to: string } | undefined;
  /** The URL under which customers reach the server, without a slash at its end. */
  publicBaseUrl: string;
  /** The database of contacts' keys. */
  keys: Database;
  masterKeys: MasterKeys;
  telemetry: Telemetry;
  database: Database;
  contents: Contents;
  store: MessageStore;
  workspaces: WorkspaceDirectory;
  providers: ProviderRegistry;
  temporal: Client;
  /** What is kept outside the database; undefined where there is no place for it. */
  objects: ObjectStore | undefined;
  logger: Logger;
  /** How long after its validity a message waits for a receipt, milliseconds. */
  receiptGraceMs: number;
  /** How long a message that is sent once more is of use, milliseconds. */
  validityMs: number;
  /** How long a provider may hold a request, milliseconds. */
  providerHoldMs: number;
}

/** What deliveries to customers need of their process. */
export interface WebhookDependencies {
  telemetry: Telemetry;
  database: Database;
  contents: Contents;
  store: MessageStore;
  workspaces: WorkspaceDirectory;
  http: PublicHttp;
  logger: Logger;
  /** Waits before the second and each further attempt, milliseconds. */
  retryDelaysMs: number[];
  /** An endpoint whose every attempt has failed for so long is disabled, milliseconds. */
  disableAfterMs: number;
}

/** What activities need of their process; made once, in main/. */
export interface Dependencies {
  telemetry: Telemetry;
  database: Database;
  contents: Contents;
  store: MessageStore;
  workspaces: WorkspaceDirectory;
  providers: ProviderRegistry;
  breakers: ProviderBreakers;
  health: ProviderHealth;
  broker: TokenBroker;
  /** To call workflows of messages: without retries, since whoever is not called wakes by itself. */
  temporal: Client;
  load: LoadWatch;
  /** Bulk messages that wait for the load to pass. */
  paused: PauseLine;
  gate: SendGate;
  /** Requests to providers take turns. */
  sends: Turns;
  logger: Logger;
  /** The URL under which providers reach the callbacks, without a slash at its end. */
  publicBaseUrl: string;
  reconcileDelaysMs: number[];
  providerHoldMs: number;
  /** Whether a first attempt whose turn is at once is made within persistAndReserve (docs/adr/0001). */
  firstSendIsLocal: boolean;
}

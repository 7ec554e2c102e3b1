import { apiKeyUnheardMs } from '../domain/limits.js';
import type { Database } from '../platform/database.js';
import type { SettingsChanges } from '../platform/settingsWatch.js';
import { findSession, type SignedIn } from './sessions.js';
import { SettingsCache } from './settingsCache.js';

/** Sessions, remembered until something of their person changes, so that asking at each request is cheap. */
export class SessionRegister {
  private readonly cache: SettingsCache<SignedIn | undefined>;

  constructor(
    private readonly database: Database,
    changes: SettingsChanges,
  ) {
    this.cache = new SettingsCache(changes, apiKeyUnheardMs);
  }

  /** Whoever is signed in by this session, or undefined where it has ended. */
  find({ personId, sessionId }: { personId: string; sessionId: string }): Promise<SignedIn | undefined> {
    return this.cache.get(personId, sessionId, () => findSession(this.database, personId, sessionId));
  }
}

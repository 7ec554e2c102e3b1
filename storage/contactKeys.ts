import { contactKeyKeptMaxMs, contactKeysCachedMax } from '../domain/privacyLimits.js';
import { randomKey, SecretError } from '../platform/crypto.js';
import type { Database, Statement } from '../platform/database.js';
import { openBytes, type SealingKey, sealBytes, sealingKey } from '../platform/sealedBytes.js';

/** A contact, by whose key something is sealed. */
export interface ContactRef {
  workspaceId: string;
  contactId: string;
}

export const contactRefKey = ({ workspaceId, contactId }: ContactRef) => `${workspaceId}/${contactId}`;
const wrapContext = (ref: ContactRef) => `contact_key/${contactRefKey(ref)}`;

interface KeyRow extends Record<string, unknown> {
  workspace_id: string;
  contact_id: string;
  wrapped_key: Buffer;
}

const findStatement: Statement = {
  name: 'find_contact_keys',
  text: `select k.workspace_id, k.contact_id, k.wrapped_key
    from unnest($1::uuid[], $2::uuid[]) as i (workspace_id, contact_id) join contact_key k using (workspace_id, contact_id)`,
};

// One round trip for keys that are there and keys that are not. One that another process makes at this very moment is in
// neither half: it is looked for once more.
const ensureStatement: Statement = {
  name: 'ensure_contact_keys',
  text: `
  with input as (
    select * from unnest($1::uuid[], $2::uuid[], $3::bytea[]) as i (workspace_id, contact_id, wrapped_key)
  ), made as (
    insert into contact_key as k (workspace_id, contact_id, wrapped_key)
    select workspace_id, contact_id, wrapped_key from input order by workspace_id, contact_id
    on conflict do nothing
    returning k.workspace_id, k.contact_id, k.wrapped_key
  )
  select * from made
  union all
  select k.workspace_id, k.contact_id, k.wrapped_key from input i join contact_key k using (workspace_id, contact_id)`,
};

interface Cached {
  key: SealingKey;
  /** Monotonic. */
  readAt: number;
}

/**
 * The keys of contacts: random, one each, in a database of their own, wrapped by a key that derives from their workspace's. A
 * process remembers those that it used, the newest `contactKeysCachedMax`, for `contactKeyKeptMaxMs` at most, and drops one at
 * once where it hears that its contact was erased.
 */
export class ContactKeys {
  private readonly cache = new Map<string, Cached>();
  /** Grows with each erasure that is heard of: what was read before it is used, and not remembered. */
  private erasures = 0;

  /** `wrapKeyOf` answers the key that wraps those of a workspace's contacts. */
  constructor(
    private readonly keys: Database,
    private readonly wrapKeyOf: (workspaceId: string) => Promise<Buffer>,
  ) {}

  /** The keys of those contacts that have one, by `contactRefKey`. */
  find(contacts: ContactRef[]): Promise<Map<string, SealingKey>> {
    return this.get(contacts, (missing) => this.read(missing));
  }

  /** The keys of all these contacts; those that have none get one. */
  async ensure(contacts: ContactRef[]): Promise<Map<string, SealingKey>> {
    const found = await this.get(contacts, (missing) => this.make(missing));
    const late = contacts.filter((ref) => !found.has(contactRefKey(ref)));
    if (late.length === 0) return found;
    for (const [name, key] of await this.find(late)) found.set(name, key);
    for (const ref of late) if (!found.has(contactRefKey(ref))) throw new Error(`contact ${ref.contactId} got no key`);
    return found;
  }

  /** Drops what is remembered: of one contact (`workspace/contact`), or of all where any may have been erased unheard. */
  forget(contact?: string): void {
    this.erasures += 1;
    if (contact === undefined) this.cache.clear();
    else this.cache.delete(contact);
  }

  private async get(contacts: ContactRef[], load: (missing: ContactRef[]) => Promise<KeyRow[]>): Promise<Map<string, SealingKey>> {
    const found = new Map<string, SealingKey>();
    const missing = new Map<string, ContactRef>();
    for (const ref of contacts) {
      const name = contactRefKey(ref);
      const key = this.remembered(name);
      if (key) found.set(name, key);
      else missing.set(name, ref);
    }
    if (missing.size === 0) return found;
    const { erasures } = this;
    // In one order, so that two processes that make the same keys never wait for each other.
    const rows = await load([...missing].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, ref]) => ref));
    const wrapKeys = await this.wrapKeysOf(rows.map((row) => row.workspace_id));
    for (const row of rows) {
      const ref = { workspaceId: row.workspace_id, contactId: row.contact_id };
      const bytes = openBytes(wrapKeys.get(ref.workspaceId) as SealingKey, wrapContext(ref), row.wrapped_key);
      if (!bytes) throw new SecretError(`the key of contact ${ref.contactId} is not wrapped by its workspace's key`);
      const key = sealingKey(bytes);
      found.set(contactRefKey(ref), key);
      if (erasures === this.erasures) this.remember(contactRefKey(ref), key);
    }
    return found;
  }

  private read(contacts: ContactRef[]): Promise<KeyRow[]> {
    return this.keys.forWorkspaces<KeyRow>(workspacesOf(contacts), findStatement, [workspacesOf(contacts), idsOf(contacts)]);
  }

  private async make(contacts: ContactRef[]): Promise<KeyRow[]> {
    const wrapKeys = await this.wrapKeysOf(workspacesOf(contacts));
    const wrapped = contacts.map((ref) => sealBytes(wrapKeys.get(ref.workspaceId) as SealingKey, wrapContext(ref), randomKey()));
    return this.keys.forWorkspaces<KeyRow>(workspacesOf(contacts), ensureStatement, [workspacesOf(contacts), idsOf(contacts), wrapped]);
  }

  private async wrapKeysOf(workspaceIds: string[]): Promise<Map<string, SealingKey>> {
    const distinct = [...new Set(workspaceIds)];
    const keys = await Promise.all(distinct.map((workspaceId) => this.wrapKeyOf(workspaceId)));
    return new Map(distinct.map((workspaceId, place) => [workspaceId, sealingKey(keys[place] as Buffer)]));
  }

  private remembered(name: string): SealingKey | undefined {
    const cached = this.cache.get(name);
    if (!cached) return undefined;
    this.cache.delete(name);
    if (performance.now() - cached.readAt > contactKeyKeptMaxMs) return undefined;
    // The newest last: the first is the one that was not used for longest.
    this.cache.set(name, cached);
    return cached.key;
  }

  private remember(name: string, key: SealingKey): void {
    this.cache.delete(name);
    this.cache.set(name, { key, readAt: performance.now() });
    if (this.cache.size <= contactKeysCachedMax) return;
    const [oldest] = this.cache.keys();
    if (oldest !== undefined) this.cache.delete(oldest);
  }
}

const workspacesOf = (contacts: ContactRef[]) => contacts.map(({ workspaceId }) => workspaceId);
const idsOf = (contacts: ContactRef[]) => contacts.map(({ contactId }) => contactId);

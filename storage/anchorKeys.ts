import { auditKeyOverlapMs } from '../domain/auditLimits.js';
import { deriveKey, SecretError } from '../platform/crypto.js';
import type { MasterKeys } from '../platform/masterKeys.js';
import { type ObjectStore, ObjectStoreError } from '../platform/objectStore/objectStore.js';

/** What signs anchors of the audit, and what tells those of before. */
export interface AnchorKeys {
  sign: Buffer;
  /** An anchor by one of these is ours, where it is of before the time (epoch milliseconds) at which that key was laid aside. */
  verify: { key: Buffer; untilMs: number }[];
}

/** A key for anchors is not what was handed over. */
export class AnchorKeyError extends Error {
  override name = 'AnchorKeyError';
}

/**
 * Keys of before lie beside the anchors, each sealed under the master key that came after: `audit/keys/<id of that>/<id of its
 * own master key>`. So the master key of before is needed no more, and what it has signed can be verified all the same.
 */
const folder = 'audit/keys/';
const contextOf = (key: string) => `audit-anchor/${key}`;
const signingKey = (masterKey: Buffer) => deriveKey(masterKey, 'audit-anchor');

interface HandedOver {
  masterKeyId: string;
  key: Buffer;
  untilMs: number;
}

/** The keys that were handed over to a master key. Throws AnchorKeyError, ObjectStoreError. */
async function handedOverTo(objects: ObjectStore, masterKeys: MasterKeys, id: string): Promise<HandedOver[]> {
  const found: HandedOver[] = [];
  for await (const { key: name } of objects.list(`${folder}${id}/`)) {
    try {
      const envelope = Buffer.from(await objects.get(name)).toString();
      const { key, untilMs } = JSON.parse(masterKeys.open(contextOf(name), envelope).toString()) as { key: string; untilMs: number };
      found.push({ masterKeyId: name.slice(`${folder}${id}/`.length), key: Buffer.from(key, 'base64'), untilMs });
    } catch (error) {
      if (!(error instanceof SecretError)) throw error;
      throw new AnchorKeyError(`the key ${name} for earlier anchors can not be opened: ${error.message}`);
    }
  }
  return found;
}

/** Throws AnchorKeyError, ObjectStoreError. */
export async function anchorKeysOf(objects: ObjectStore, masterKeys: MasterKeys): Promise<AnchorKeys> {
  const sign = signingKey(masterKeys.current);
  const handedOver = await handedOverTo(objects, masterKeys, masterKeys.currentId);
  const known = new Set([masterKeys.currentId, ...handedOver.map(({ masterKeyId }) => masterKeyId)]);
  // In the midst of a rotation, when nothing is handed over yet.
  const others = [...masterKeys.byId].filter(([id]) => !known.has(id)).map(([, masterKey]) => signingKey(masterKey));
  const open = [sign, ...others].map((key) => ({ key, untilMs: Number.POSITIVE_INFINITY }));
  return { sign, verify: [...open, ...handedOver] };
}

/**
 * At a rotation: hands the keys of all earlier master keys over to the current one. What was handed over stays as it is, so it
 * may be repeated. Throws AnchorKeyError, ObjectStoreError.
 */
export async function handOverAnchorKeys(objects: ObjectStore, masterKeys: MasterKeys, now: Date): Promise<void> {
  const id = masterKeys.currentId;
  for (const { masterKeyId, key, untilMs } of await earlierThan(id, objects, masterKeys, now)) {
    const name = `${folder}${id}/${masterKeyId}`;
    const plain = Buffer.from(JSON.stringify({ key: key.toString('base64'), untilMs }));
    await objects.put(name, Buffer.from(masterKeys.seal(contextOf(name), plain)), { ifAbsent: true }).catch((error: unknown) => {
      if (!(error instanceof ObjectStoreError && error.failure === 'exists')) throw error;
    });
  }
}

/** The keys of all master keys before the current one, each with the earliest end that is known of it: one that was laid aside stays so. */
async function earlierThan(currentId: string, objects: ObjectStore, masterKeys: MasterKeys, now: Date): Promise<HandedOver[]> {
  const earliest = new Map<string, HandedOver>();
  for (const [id, masterKey] of masterKeys.byId) {
    if (id === currentId) continue;
    const own = { masterKeyId: id, key: signingKey(masterKey), untilMs: now.getTime() + auditKeyOverlapMs };
    for (const one of [own, ...(await handedOverTo(objects, masterKeys, id))]) {
      const known = earliest.get(one.masterKeyId);
      if (one.masterKeyId !== currentId && (!known || one.untilMs < known.untilMs)) earliest.set(one.masterKeyId, one);
    }
  }
  return [...earliest.values()];
}

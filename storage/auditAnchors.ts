import { auditAnchorDaysMax } from '../domain/auditLimits.js';
import { equalBytes, hmac } from '../platform/crypto.js';
import { type ObjectStore, ObjectStoreError } from '../platform/objectStore/objectStore.js';
import type { AnchorKeys } from './anchorKeys.js';
import type { ChainHead } from './auditChain.js';

/** The end of a chain as it was noted outside the database. */
export interface AnchoredHead extends ChainHead {
  /** When, ISO 8601. */
  at: string;
}

/**
 * Anchors are objects `audit/anchors/<day>/<time>.json`, written once. The first of a day has the heads of all chains; those
 * after it have what has moved. So the newest day alone says where every chain stood.
 */
const folder = 'audit/anchors/';
const dayOf = (at: Date) => at.toISOString().slice(0, 10);
const keyOf = (at: Date) => `${folder}${dayOf(at)}/${at.toISOString().replaceAll(':', '-')}.json`;

interface Anchor {
  at: string;
  /** The anchor before it of the same day, and its MAC: one that is taken away is missed. */
  previous: { key: string; mac: string } | null;
  heads: [workspaceId: string, seq: number, hash: string][];
  mac: string;
}

/** An anchor is not what was written, or one is missing. */
export class AnchorError extends Error {
  override name = 'AnchorError';
}

const macOf = (signingKey: Buffer, key: string, { mac: _mac, ...signed }: Anchor) =>
  hmac(signingKey, key, JSON.stringify(signed)).toString('hex');

/** Whether one of the keys has signed it, while that was the one that signs. */
const isOurs = ({ verify }: AnchorKeys, key: string, anchor: Anchor) =>
  verify.some(
    ({ key: signingKey, untilMs }) =>
      Date.parse(anchor.at) <= untilMs && equalBytes(Buffer.from(String(anchor.mac)), Buffer.from(macOf(signingKey, key, anchor))),
  );

/** The heads of chains that the anchors of one day have, by workspace the newest last, and the day's last anchor. Throws AnchorError. */
async function readDay(
  objects: ObjectStore,
  keys: AnchorKeys,
  prefix: string,
): Promise<{ heads: AnchoredHead[]; last: Anchor['previous'] }> {
  const heads: AnchoredHead[] = [];
  let last: Anchor['previous'] = null;
  for await (const { key } of objects.list(prefix)) {
    const anchor = parsed(Buffer.from(await objects.get(key)).toString());
    // Nothing of it is read before it is known to be ours.
    if (!anchor || !isOurs(keys, key, anchor))
      throw new AnchorError(`the anchor ${key} was changed, or was written under another ENCRYPTION_KEY: rewrapKeys keeps those of before`);
    const { at, previous, mac } = anchor;
    if (previous?.key !== last?.key || previous?.mac !== last?.mac)
      throw new AnchorError(`an anchor is missing before ${key}: it follows ${previous?.key ?? 'none'}`);
    heads.push(...anchor.heads.map(([workspaceId, seq, hash]) => ({ workspaceId, seq, hash, at })));
    last = { key, mac };
  }
  return { heads, last };
}

function parsed(text: string): Anchor | undefined {
  try {
    const read = JSON.parse(text) as Anchor | null;
    return read ?? undefined;
  } catch {
    return undefined;
  }
}

/** Notes where chains stand that have moved since this day's anchors. Answers the key, or undefined where nothing has moved. */
export async function writeAnchor(objects: ObjectStore, keys: AnchorKeys, now: Date, heads: ChainHead[]): Promise<string | undefined> {
  const { heads: known, last } = await readDay(objects, keys, `${folder}${dayOf(now)}/`);
  const hashes = new Map(known.map(({ workspaceId, hash }) => [workspaceId, hash]));
  const moved = heads.filter(({ seq, workspaceId, hash }) => seq > 0 && hashes.get(workspaceId) !== hash);
  if (moved.length === 0) return undefined;
  const key = keyOf(now);
  const anchor: Anchor = {
    at: now.toISOString(),
    previous: last,
    heads: moved.map(({ workspaceId, seq, hash }) => [workspaceId, seq, hash]),
    mac: '',
  };
  try {
    await objects.put(key, Buffer.from(JSON.stringify({ ...anchor, mac: macOf(keys.sign, key, anchor) })), { ifAbsent: true });
  } catch (error) {
    // A run before this one has written it and died.
    if (!(error instanceof ObjectStoreError && error.failure === 'exists')) throw error;
  }
  return key;
}

/** The newest day's heads of chains, or all that were ever anchored. Throws AnchorError where one was tampered with. */
export async function readAnchors(objects: ObjectStore, keys: AnchorKeys, which: 'newest day' | 'all', now: Date): Promise<AnchoredHead[]> {
  if (which === 'all') {
    const days = new Set<string>();
    for await (const { key } of objects.list(folder)) days.add(key.slice(0, folder.length + '2026-01-01/'.length));
    const all: AnchoredHead[] = [];
    for (const day of [...days].sort()) all.push(...(await readDay(objects, keys, day)).heads);
    return all;
  }
  for (let back = 0; back < auditAnchorDaysMax; back += 1) {
    const day = dayOf(new Date(now.getTime() - back * 24 * 60 * 60 * 1_000));
    const { heads } = await readDay(objects, keys, `${folder}${day}/`);
    if (heads.length > 0) return heads;
  }
  return [];
}

import { auditVerifyPageSize } from '../domain/auditLimits.js';
import { nilUuid } from '../domain/ids.js';
import type { Database } from '../platform/database.js';
import type { AnchoredHead } from './auditAnchors.js';
import { beforeFirstLink, chainAfter, entriesAfter, hashOfLink } from './auditChain.js';

/**
 * What is wrong with a chain at its first broken place:
 * - `changed`: the entry is not the one that was chained;
 * - `entryMissing`: the place names an entry that is gone;
 * - `placeMissing`: the chain has a hole;
 * - `cut`: the chain ends before a place that was anchored;
 * - `rewritten`: the chain fits together, and is not the one that was anchored;
 * - `unchained`: an entry that has no place in the chain.
 */
export type AuditFaultKind = 'changed' | 'entryMissing' | 'placeMissing' | 'cut' | 'rewritten' | 'unchained';

export interface AuditFault {
  kind: AuditFaultKind;
  /** Place in the chain; null for an entry that has none. */
  seq: number | null;
  /** Id of the entry, where it is known. */
  entryId: string | null;
  /** In words. */
  detail: string;
}

export interface AuditVerdict {
  /** Places that were looked at and fit. */
  verified: number;
  /** The last of them, 0 where there is none. */
  lastSeq: number;
  /** Whether that was the whole chain; false where a bound ended it first. */
  complete: boolean;
  fault: AuditFault | null;
}

export interface AuditSpan {
  /** Where to begin: what is before is taken as it is stored. */
  afterSeq?: number;
  /** At most so many places. */
  placesMax?: number;
}

/**
 * Goes over a workspace's chain and compares each place with its entry, and with the heads that were anchored outside the
 * database. Ends at the first that is wrong.
 */
export async function verifyAudit(
  database: Database,
  workspaceId: string,
  anchored: readonly AnchoredHead[],
  { afterSeq = 0, placesMax = Number.POSITIVE_INFINITY }: AuditSpan = {},
): Promise<AuditVerdict> {
  const heads = anchored.filter(({ seq }) => seq > afterSeq).sort((a, b) => a.seq - b.seq);
  let previous = await hashAt(database, workspaceId, afterSeq);
  let seq = afterSeq;
  const verdict = (fault: AuditFault | null, complete = true): AuditVerdict => ({
    verified: seq - afterSeq,
    lastSeq: seq,
    complete,
    fault,
  });

  for (;;) {
    if (seq - afterSeq >= placesMax) return verdict(null, false);
    const page = await chainAfter(database, workspaceId, seq, auditVerifyPageSize);
    for (const link of page) {
      const fault = faultOf(link, seq + 1, previous) ?? contradiction(link, heads);
      if (fault) return verdict(fault);
      previous = link.hash;
      ({ seq } = link);
    }
    if (page.length < auditVerifyPageSize) break;
  }
  const newest = heads.at(-1);
  if (newest && newest.seq > seq) {
    const detail = `the chain ends at ${seq}, and went on to ${newest.seq} when it was anchored at ${newest.at}`;
    return verdict({ kind: 'cut', seq: seq + 1, entryId: null, detail });
  }
  return verdict(await unchained(database, workspaceId));
}

/** The stored hash of a place; where it has none, the place after it is found to be wrong. */
async function hashAt(database: Database, workspaceId: string, seq: number): Promise<Uint8Array> {
  if (seq === 0) return beforeFirstLink;
  const [link] = await chainAfter(database, workspaceId, seq - 1, 1);
  return link?.seq === seq ? link.hash : beforeFirstLink;
}

function faultOf(
  { seq, eventId: entryId, hash, text }: Awaited<ReturnType<typeof chainAfter>>[number],
  expected: number,
  previous: Uint8Array,
): AuditFault | undefined {
  if (seq !== expected)
    return { kind: 'placeMissing', seq: expected, entryId: null, detail: `after ${expected - 1} the chain goes on with ${seq}` };
  if (text === null) return { kind: 'entryMissing', seq, entryId, detail: `entry ${entryId} is gone` };
  if (!hashOfLink(previous, text).equals(hash))
    return { kind: 'changed', seq, entryId, detail: `entry ${entryId} is not what was chained at ${seq}` };
  return undefined;
}

/** A place that fits, in a chain that is another than the one that was anchored. */
function contradiction(
  { seq, eventId: entryId, hash }: Awaited<ReturnType<typeof chainAfter>>[number],
  heads: readonly AnchoredHead[],
): AuditFault | undefined {
  const wrong = heads.find((head) => head.seq === seq && head.hash !== hash.toString('hex'));
  if (!wrong) return undefined;
  const good = heads.filter((head) => head.seq < seq).at(-1);
  const between = `between ${(good?.seq ?? 0) + 1} and ${seq}`;
  return { kind: 'rewritten', seq, entryId, detail: `an entry ${between} is another than when ${seq} was anchored at ${wrong.at}` };
}

async function unchained(database: Database, workspaceId: string): Promise<AuditFault | null> {
  for (let after = nilUuid; ; ) {
    const page = await entriesAfter(database, workspaceId, after, auditVerifyPageSize);
    const stray = page.find(({ linked }) => !linked);
    if (stray) return { kind: 'unchained', seq: null, entryId: stray.id, detail: `entry ${stray.id} was added beside the chain` };
    if (page.length < auditVerifyPageSize) return null;
    after = (page.at(-1) as { id: string }).id;
  }
}

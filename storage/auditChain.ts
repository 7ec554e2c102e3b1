import { createHash } from 'node:crypto';
import type { Database, Statement } from '../platform/database.js';

/** An entry of the audit in its place of its workspace's chain. */
export interface AuditEntry {
  seq: number;
  id: string;
  at: Date;
  actor: string;
  action: string;
  details: Record<string, unknown>;
  messageId: string | null;
  /** Hex. Covers this entry and, by the one before it, all that came before. */
  hash: string;
}

const pageStatement: Statement = {
  name: 'audit_page',
  text: `
  select l.seq::float8 as seq, e.id, e.at, e.actor, e.action, e.details, e.message_id as "messageId", encode(l.hash, 'hex') as hash
  from audit_link l join audit_event e on e.workspace_id = l.workspace_id and e.id = l.event_id
  where l.workspace_id = $1 and l.seq < $2
  order by l.seq desc limit $3`,
};

/** Entries before a place of the chain, the newest first, at most `limit`. */
export function auditPage(database: Database, workspaceId: string, beforeSeq: number, limit: number): Promise<AuditEntry[]> {
  return database.forWorkspace<AuditEntry & Record<string, unknown>>(workspaceId, pageStatement, [workspaceId, beforeSeq, limit]);
}

/** A place of the chain as it is stored, and the text of the entry that it names, made anew from that entry's columns. */
export interface ChainLink {
  seq: number;
  eventId: string;
  hash: Buffer;
  /** Null where there is no such entry any more. */
  text: string | null;
}

const chainStatement: Statement = {
  name: 'audit_chain',
  text: `
  select l.seq::float8 as seq, l.event_id as "eventId", l.hash,
    case when e.id is not null then jsonb_build_object('seq', l.seq, 'workspaceId', e.workspace_id, 'id', e.id,
      'at', to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'actor', e.actor, 'action', e.action,
      'details', e.details, 'messageId', e.message_id, 'idempotencyKey', e.idempotency_key)::text end as text
  from audit_link l left join audit_event e on e.workspace_id = l.workspace_id and e.id = l.event_id
  where l.workspace_id = $1 and l.seq > $2
  order by l.seq limit $3`,
};

/** The chain after a place, in order, at most `limit` links. */
export function chainAfter(database: Database, workspaceId: string, afterSeq: number, limit: number): Promise<ChainLink[]> {
  return database.forWorkspace<ChainLink & Record<string, unknown>>(workspaceId, chainStatement, [workspaceId, afterSeq, limit]);
}

/** The hash of a link: of the one before it, and of its own entry. */
export function hashOfLink(previous: Uint8Array, text: string): Buffer {
  return createHash('sha256').update(previous).update(text, 'utf8').digest();
}

/** What stands before the first link. */
export const beforeFirstLink = Buffer.alloc(32);

const unlinkedStatement: Statement = {
  name: 'audit_unlinked',
  text: `
  select e.id, l.event_id is not null as linked
  from (select workspace_id, id from audit_event where workspace_id = $1 and id > $2 order by id limit $3) e
    left join audit_link l on l.workspace_id = e.workspace_id and l.event_id = e.id
  order by e.id`,
};

/** Entries by their ids after one, at most `limit`, and whether each has a place in the chain. */
export function entriesAfter(
  database: Database,
  workspaceId: string,
  afterId: string,
  limit: number,
): Promise<{ id: string; linked: boolean }[]> {
  return database.forWorkspace<{ id: string; linked: boolean }>(workspaceId, unlinkedStatement, [workspaceId, afterId, limit]);
}

/** The end of a workspace's chain. */
export interface ChainHead {
  workspaceId: string;
  seq: number;
  /** Hex. */
  hash: string;
}

/** Ends of chains of workspaces after one, by id, at most `limit`. As role maintenance. */
export async function chainHeads(database: Database, afterWorkspaceId: string, limit: number): Promise<ChainHead[]> {
  return database.asMaintenance<ChainHead & Record<string, unknown>>(
    `select w.id as "workspaceId", coalesce(l.seq, 0)::float8 as seq, coalesce(encode(l.hash, 'hex'), '') as hash
     from (select id from workspace where id > $1 order by id limit $2) w left join lateral (
       select seq, hash from audit_link where workspace_id = w.id order by seq desc limit 1
     ) l on true
     order by w.id`,
    [afterWorkspaceId, limit],
  );
}

import { statusCallbackKeptMs, webhookPruneMax } from '../domain/limits.js';
import type { OutboundMessage } from '../domain/message.js';
import type { Database, Statement } from '../platform/database.js';
import type { Readable, Sealable } from './contents.js';

/** Where the states of one message are told. */
export interface StatusCallbackTarget {
  url: string;
  /** The account at Twilio whose auth token signs. */
  accountSid: string;
}

const storeStatement: Statement = {
  name: 'store_status_callbacks',
  text: `
  insert into status_callback (workspace_id, message_id, endpoint_id, contact_id, contents)
  select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::bytea[])
  on conflict do nothing`,
};

/** Stores where the states of messages are told, of those that say so. Before the messages themselves: their first event finds it. */
export async function storeStatusCallbacks({ database, contents }: Readable, messages: OutboundMessage[]): Promise<void> {
  const wanted = messages.flatMap(({ workspaceId, messageId, contactId, statusCallback }) =>
    statusCallback ? [{ workspaceId, messageId, contactId, ...statusCallback }] : [],
  );
  if (wanted.length === 0) return;
  const sealed = await contents.seal(
    wanted.map(({ workspaceId, messageId, contactId, url, accountSid }): Sealable => {
      return { kind: 'statusCallback', workspaceId, contactId, id: messageId, value: { url, accountSid } };
    }),
  );
  const workspaceIds = wanted.map(({ workspaceId }) => workspaceId);
  await database.forWorkspaces(workspaceIds, storeStatement, [
    workspaceIds,
    wanted.map(({ messageId }) => messageId),
    wanted.map(({ endpointId }) => endpointId),
    wanted.map(({ contactId }) => contactId),
    sealed,
  ]);
}

const findStatement: Statement = {
  name: 'find_status_callback',
  text: 'select contact_id, contents from status_callback where workspace_id = $1 and message_id = $2',
};

/** Where the states of a message are told; undefined where nowhere, or where its contact was erased. */
export async function findStatusCallback(
  { database, contents }: Readable,
  workspaceId: string,
  messageId: string,
): Promise<StatusCallbackTarget | undefined> {
  const [row] = await database.forWorkspace<{ contact_id: string; contents: Buffer }>(workspaceId, findStatement, [workspaceId, messageId]);
  if (!row) return undefined;
  const place = { kind: 'statusCallback' as const, workspaceId, contactId: row.contact_id, id: messageId };
  const [target] = await contents.open([{ ...place, sealed: row.contents }]);
  return target ?? undefined;
}

/** Removes those of messages about which there is nothing to be told any more. As role maintenance. */
export async function pruneStatusCallbacks(database: Database): Promise<void> {
  await database.asMaintenance(
    `delete from status_callback where (workspace_id, message_id) in (
       select workspace_id, message_id from status_callback where created_at < now() - $1 * interval '1 millisecond' order by created_at limit $2)`,
    [statusCallbackKeptMs, webhookPruneMax],
  );
}

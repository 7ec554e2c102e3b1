import type { MessageRef } from '../domain/ids.js';
import type { Category, OutboundMessage } from '../domain/message.js';
import type { Priority } from '../domain/priority.js';
import type { Encoding } from '../domain/segments.js';
import type { Readable } from './contents.js';
import { sealedContactOf, sealedMessageOf } from './messages.js';

interface OutboundRow extends Record<string, unknown> {
  workspace_id: string;
  id: string;
  generation: number;
  payload_sha256: Buffer;
  contact_id: string;
  contact_contents: Buffer | null;
  contact_number: string | null;
  sender_id: string;
  sender_number: string;
  routed: boolean;
  contents: Buffer | null;
  body: string | null;
  media_urls: string[];
  metadata: Record<string, string>;
  priority: Priority;
  encoding: Encoding;
  segments: number;
  created_at: Date;
  accepted_at_us: string | null;
  category: Category;
  send_at: Date | null;
  valid_until: Date;
}

/**
 * Messages as their workflows take them, by id, from what is stored: for a start that could not be made when the message was
 * accepted, or that has to be made again. As role maintenance. Messages that are not stored, or were erased, are missing in the answer.
 */
export async function readOutboundMessages(
  { database, contents }: Readable,
  refs: MessageRef[],
  receiptGraceMs: number,
): Promise<Map<string, OutboundMessage>> {
  const rows = await database.asMaintenance<OutboundRow>(
    `select m.workspace_id, m.id, m.generation, k.payload_sha256, m.contact_id, c.contents as contact_contents, c.phone_number as contact_number, m.sender_id,
       s.phone_number as sender_number, m.routed, m.contents, m.body, m.media_urls, m.metadata, m.priority, m.encoding, m.segments, m.created_at,
       (extract(epoch from m.accepted_at) * 1000000)::bigint as accepted_at_us, m.category, m.send_at, m.valid_until
     from unnest($1::uuid[], $2::uuid[]) as i (workspace_id, message_id)
     join message_key k using (workspace_id, message_id)
     join message m on m.workspace_id = i.workspace_id and m.created_at = k.created_at and m.id = i.message_id
     join contact c on c.workspace_id = m.workspace_id and c.id = m.contact_id
     join sender s on s.workspace_id = m.workspace_id and s.id = m.sender_id
     where m.direction = 'outbound'`,
    [refs.map(({ workspaceId }) => workspaceId), refs.map(({ messageId }) => messageId)],
  );
  const [messages, contacts] = await Promise.all([contents.open(rows.map(sealedMessageOf)), contents.open(rows.map(sealedContactOf))]);
  return new Map(
    rows.flatMap((row, place) => {
      const to = contacts[place]?.phoneNumber ?? row.contact_number;
      const body = messages[place]?.body ?? row.body;
      if (to === null || body === null) return [];
      const acceptedAtUs = row.accepted_at_us === null ? undefined : Number(row.accepted_at_us);
      const message: OutboundMessage = {
        workspaceId: row.workspace_id,
        messageId: row.id,
        generation: row.generation,
        payloadHash: row.payload_sha256.toString('hex'),
        contactId: row.contact_id,
        to,
        senderId: row.sender_id,
        from: row.sender_number,
        ...(row.routed && { routed: true as const }),
        body,
        mediaUrls: messages[place]?.mediaUrls ?? row.media_urls,
        metadata: messages[place]?.metadata ?? row.metadata,
        priority: row.priority,
        encoding: row.encoding,
        segments: row.segments,
        acceptedAtMs: acceptedAtUs === undefined ? row.created_at.getTime() : Math.floor(acceptedAtUs / 1_000),
        ...(acceptedAtUs !== undefined && { acceptedAtUs }),
        category: row.category,
        ...(row.send_at && { sendAtMs: row.send_at.getTime() }),
        validUntilMs: row.valid_until.getTime(),
        closesAtMs: row.valid_until.getTime() + receiptGraceMs,
      };
      return [[row.id, message]];
    }),
  );
}

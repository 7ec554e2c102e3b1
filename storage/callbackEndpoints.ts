import { callbackOriginsMax } from '../domain/limits.js';
import type { SettingsStore } from '../platform/prisma.js';
import { uuidv7 } from '../platform/uuid.js';
import { type ByHand, noteAuditIn } from './audit.js';

/**
 * The id of the webhook endpoint that stands for the StatusCallback URLs of an origin, such as `https://example.com`; it is made
 * where there is none. Undefined where the workspace has as many origins as it may have.
 */
export function createCallbackEndpoint(
  settings: SettingsStore,
  workspaceId: string,
  origin: string,
  byHand: ByHand,
): Promise<string | undefined> {
  return settings.forWorkspace(workspaceId, async (transaction) => {
    // Locked, or two that are made at the same time would both find room.
    await transaction.$queryRaw`select 1 from workspace for update`;
    const there = await transaction.webhookEndpoint.findMany({ where: { kind: 'statusCallbacks' }, select: { id: true, url: true } });
    const known = there.find(({ url }) => url === origin);
    if (known) return known.id;
    if (there.length >= callbackOriginsMax) return undefined;
    const [newest] = await transaction.$queryRaw<{ last_seq: bigint }[]>`select last_seq from workspace_sequence`;
    const id = uuidv7();
    const data = { workspaceId, id, kind: 'statusCallbacks', url: origin, eventTypes: [], cursorSeq: newest?.last_seq ?? 0n };
    await transaction.webhookEndpoint.create({ data });
    await noteAuditIn(transaction, workspaceId, 'webhook.created', byHand, { endpointId: id, url: origin, kind: 'statusCallbacks' });
    return id;
  });
}

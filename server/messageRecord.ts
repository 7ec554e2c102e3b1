import { type SignedRecord, signRecord } from '../platform/signedRecord.js';
import type { StoredMessage } from '../storage/messages.js';
import type { Services } from './services.js';
import { traceMessage } from './traceMessage.js';

/** The whole story of one message, with who took it out and when, signed. */
export async function messageRecord(services: Services, message: StoredMessage, actor: string): Promise<SignedRecord> {
  const { id, name } = await services.workspaces.get(message.workspaceId);
  return signRecord(services.masterKeys.current, {
    workspace: { id, name },
    exported: { at: new Date(), by: actor },
    ...(await traceMessage(services, message)),
  });
}

import type { Database, Statement } from '../platform/database.js';

const ownerStatement: Statement = {
  name: 'owner_of_provider_reference',
  text: 'select message_id from provider_reference where workspace_id = $1 and provider = $2 and provider_message_id = $3',
};

/** The message of ours that a provider's id is known to mean, or undefined. */
export async function ownerOfReference(
  database: Database,
  workspaceId: string,
  provider: string,
  providerMessageId: string,
): Promise<string | undefined> {
  const [row] = await database.forWorkspace<{ message_id: string }>(workspaceId, ownerStatement, [
    workspaceId,
    provider,
    providerMessageId,
  ]);
  return row?.message_id;
}

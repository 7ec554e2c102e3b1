import { Problem } from '../../domain/errors.js';
import type { Services } from '../services.js';

/** The conditions that were given, and the sender's id. */
type Conditions<T> = { [K in Exclude<keyof T, 'from'>]?: NonNullable<T[K]> } & { senderId?: string };

/**
 * A filter as the database takes it: the sender by its id instead of its number. Absent conditions are left out, so that equal
 * filters look equal. Throws Problem `unknown_sender`.
 */
export async function filterOf<T extends { from?: string | undefined }>(
  services: Services,
  workspaceId: string,
  { from, ...rest }: T,
): Promise<Conditions<T>> {
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)) as Conditions<T>;
  if (from === undefined) return given;
  const sender = (await services.workspaces.get(workspaceId)).senders.find(({ phoneNumber }) => phoneNumber === from);
  if (sender) return { ...given, senderId: sender.id };
  throw new Problem('unknown_sender', `filter.from: ${from} is not a sender of this workspace`, {
    errors: [{ field: 'filter.from', message: 'is not a sender of this workspace' }],
  });
}

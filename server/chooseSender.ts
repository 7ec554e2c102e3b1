import { Problem } from '../domain/errors.js';
import { type Sender, waysByRoute } from '../domain/ways.js';
import { wallClock } from '../platform/checkedClock.js';
import { lastSenderOf } from '../storage/conversations.js';
import type { Workspace } from '../storage/workspaces.js';
import { inGoodTime } from './inGoodTime.js';
import type { Services } from './services.js';

/** Who a message is from; `routed` where nobody asked for that number, and another may take its place. */
export interface ChosenSender {
  sender: Sender;
  routed?: true;
}

/**
 * The sender that was asked for. Else by the workspace's route: the number that the contact knows, while its provider may be
 * used, or one by weight and health. Without a route the workspace's first. Throws Problem `unknown_sender`.
 */
export async function chooseSender(
  services: Services,
  workspace: Workspace,
  { from, to, messageId, contactId }: { from: string | undefined; to: string; messageId: string; contactId: string },
): Promise<ChosenSender> {
  const sender = namedSender(workspace, from);
  if (from !== undefined || Object.keys(workspace.routes).length === 0) return { sender };
  const known = await inGoodTime(services, 'last_sender', async () => {
    const [healthOf, last] = await Promise.all([
      services.health.of(workspace.id),
      lastSenderOf(services.database, workspace.id, contactId),
    ]);
    return { healthOf, last: workspace.senders.find(({ id }) => id === last) };
  });
  const ways = waysByRoute(workspace, { messageId, to, sender: known?.last }, known?.healthOf ?? (() => 1), wallClock.now());
  const way = ways.find(({ standing }) => standing.kind !== 'open') ?? ways[0];
  return way ? { sender: way.sender, routed: true } : { sender };
}

/** The sender asked for, or the workspace's first. */
export function namedSender({ senders }: Workspace, from: string | undefined): Sender {
  const sender = from === undefined ? senders[0] : senders.find(({ phoneNumber }) => phoneNumber === from);
  if (sender) return sender;
  const detail =
    from === undefined
      ? 'the workspace has no sender yet'
      : `from: ${from} is not a sender of this workspace; leave it out or use one of its senders`;
  throw new Problem('unknown_sender', detail, { errors: [{ field: 'from', message: 'is not a sender of this workspace' }] });
}

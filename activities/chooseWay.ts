import { type BreakerRef, standingOf } from '../domain/breaker.js';
import {
  breakerSleepMaxMs,
  breakerSleepMinMs,
  breakerSleepShare,
  breakerSpreadMaxMs,
  breakerSpreadMinMs,
  breakerSpreadShare,
} from '../domain/limits.js';
import type { OutboundMessage } from '../domain/message.js';
import { mayHaveArrived } from '../domain/messageStatus.js';
import type { Wait } from '../domain/submission.js';
import { breakerOf, type Sender, type Way, wayFrom, waysByRoute } from '../domain/ways.js';
import { wallClock } from '../platform/checkedClock.js';
import { attemptsOfMessage } from '../storage/sendAttempts.js';
import { accountAt, type ProviderAccount, type Workspace } from '../storage/workspaces.js';
import type { Dependencies } from './dependencies.js';
import { breakersOn } from './providerBreakers.js';

/** By whose account and from which number a message leaves now. */
export interface ChosenWay {
  kind: 'way';
  account: ProviderAccount;
  sender: Sender;
  /** Breakers that this message is to try. */
  probes: BreakerRef[];
}

export type BreakerWait = { kind: 'wait' } & Wait;

/** Why there is no way. */
export type NoWay = BreakerWait | { kind: 'none' } | { kind: 'all tried' };

/**
 * Chooses the way of a message: its own sender's, or by the route of its workspace where it may leave from any. Ways that a
 * breaker closes are left out, and those that were `tried` in vain; a breaker that is due is tried by this message. Where a
 * breaker closes all there are, answers how long to wait.
 *
 * @param attempts of the message that have begun
 */
export async function chooseWay(
  dependencies: Dependencies,
  workspace: Workspace,
  message: OutboundMessage,
  { attempts, tried }: { attempts: number; tried: ReadonlySet<string> },
): Promise<ChosenWay | NoWay> {
  const ways = (await waysOf(dependencies, workspace, message, attempts)).filter(({ provider }) => accountAt(workspace, provider));
  if (ways.length === 0) return { kind: 'none' };
  const open = ways.filter(({ provider }) => !tried.has(provider));
  if (open.length === 0) return { kind: 'all tried' };
  for (const way of open) {
    const chosen = await take(dependencies, workspace, message, way);
    if (chosen) return chosen;
  }
  // What was claimed by another a moment ago is looked at anew.
  return waitBefore(open, wallClock.now());
}

/** Where breakers close every way of a message: what it waits for. Undefined where it may try. */
export function closedToAll(workspace: Workspace, message: OutboundMessage): BreakerWait | undefined {
  if (workspace.breakers.length === 0) return undefined;
  const nowMs = wallClock.now();
  const own = ownSender(workspace, message);
  const byRoute = message.routed ? waysByRoute(workspace, { ...message, sender: own }, () => 1, nowMs) : [];
  const ways = byRoute.length > 0 ? byRoute : [wayFrom(workspace, own, nowMs)];
  return ways.every(({ standing }) => standing.kind === 'open') ? waitBefore(ways, nowMs) : undefined;
}

async function waysOf(
  { health, database }: Dependencies,
  workspace: Workspace,
  message: OutboundMessage,
  attempts: number,
): Promise<Way[]> {
  const own = ownSender(workspace, message);
  const nowMs = wallClock.now();
  const stays = () => [wayFrom(workspace, own, nowMs)];
  if (!message.routed || Object.keys(workspace.routes).length === 0) return stays();
  const ways = waysByRoute(workspace, { ...message, sender: own }, await health.of(message.workspaceId), nowMs);
  if (ways.length === 0) return stays();
  const earlier = attempts > 0 ? await attemptsOfMessage(database, message.workspaceId, message.messageId) : [];
  // What may have been sent by one provider is never sent by another, whoever decides to send it once more.
  const doubted = earlier.find(({ status }) => mayHaveArrived(status));
  if (!doubted) return ways;
  return own.provider === doubted.provider ? stays() : ways.filter(({ provider }) => provider === doubted.provider);
}

/** The sender it was accepted with. */
function ownSender({ senders, accounts }: Workspace, { senderId, from }: OutboundMessage): Sender {
  return senders.find(({ id }) => id === senderId) ?? { id: senderId, phoneNumber: from, provider: accounts[0]?.provider ?? '' };
}

async function take(
  { breakers }: Dependencies,
  workspace: Workspace,
  { messageId }: OutboundMessage,
  { provider, sender, standing }: Way,
): Promise<ChosenWay | undefined> {
  const account = accountAt(workspace, provider);
  if (standing.kind === 'open' || !account) return undefined;
  const nowMs = wallClock.now();
  const probes =
    standing.kind === 'due'
      ? breakersOn(provider, sender.id).filter(
          ({ scope, subject }) => standingOf(breakerOf(workspace, scope, subject), nowMs).kind === 'due',
        )
      : [];
  if (probes.length > 0 && !(await breakers.claim(workspace.id, messageId, probes))) return undefined;
  return { kind: 'way', account, sender, probes };
}

/** The wait before the breaker that opens first, spread so that not all come at once. */
export function waitBefore(ways: readonly Way[], nowMs: number, random = Math.random()): BreakerWait {
  const soonest = ways
    .map(({ provider, standing }) =>
      // Due, but claimed by another just now: that one will know soon.
      standing.kind === 'open' ? { provider, ...standing } : { provider, untilMs: nowMs + breakerSpreadMinMs, sinceMs: nowMs },
    )
    .reduce((first, one) => (one.untilMs < first.untilMs ? one : first));
  const { provider, untilMs, sinceMs } = soonest;
  const outageMs = Math.max(0, nowMs - sinceMs);
  const sleepMaxMs = within(outageMs * breakerSleepShare, breakerSleepMinMs, breakerSleepMaxMs);
  const spreadMs = within(outageMs * breakerSpreadShare, breakerSpreadMinMs, breakerSpreadMaxMs);
  const waitMs = Math.ceil(within(untilMs - nowMs, 0, sleepMaxMs) + spreadMs * random + 1);
  return { kind: 'wait', waitMs, waitingFor: 'breaker', provider, token: null };
}

const within = (value: number, min: number, max: number) => Math.min(max, Math.max(min, value));

import { cooldownMaxMs } from '../domain/limits.js';
import type { OutboundMessage } from '../domain/message.js';
import { senderRateCodes } from '../domain/twilioErrors.js';
import { startCooldown } from '../storage/limits.js';
import type { Workspace } from '../storage/workspaces.js';
import type { Dependencies } from './dependencies.js';

/**
 * After a rate error of the provider: stops the sender whose queue is full, or the whole workspace, for its cooldown, or for
 * as long as the provider has asked where that is longer. The limiter lets it come back slowly. A cooldown that could not be
 * stored is none: the next refusal starts it.
 */
export async function coolDown(
  { database, store, workspaces, telemetry, logger }: Dependencies,
  workspace: Workspace,
  message: OutboundMessage,
  { code, retryAfterMs }: { code: string; retryAfterMs: number | null },
): Promise<void> {
  const forMs = Math.min(cooldownMaxMs, Math.ceil(Math.max(workspace.limits.cooldownMs, retryAfterMs ?? 0)));
  if (forMs === 0) return;
  const about = { workspaceId: workspace.id, code, forMs };
  // Another provider may take what this one does not: only the number that lives here rests.
  const scope = senderRateCodes.has(code) || message.routed ? { senderId: message.senderId } : {};
  try {
    const reason = `rate error ${code} of the provider`;
    if (await startCooldown(database, workspace.id, { ...scope, forMs, reason, actor: 'provider' })) {
      telemetry.count('cooldowns_started_total', { scope: 'senderId' in scope ? 'sender' : 'workspace' });
      logger.warn({ event: 'cooldown.started', ...about, ...scope });
      const [what, subject] = 'senderId' in scope ? ['a sender', message.senderId] : ['the workspace', 'workspace'];
      const summary = `Nothing is sent by ${what} for ${Math.ceil(forMs / 1_000)} s: the provider refused for its rate.`;
      await store.notify({ workspaceId: workspace.id, kind: 'cooldown.started', subject, summary, details: { code, forMs, ...scope } });
    }
    workspaces.forget(workspace.id);
  } catch (error) {
    logger.warn({ event: 'cooldown.not_stored', ...about, error: String(error) });
  }
}

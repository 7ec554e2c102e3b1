import { Context } from '@temporalio/activity';
import type { Advance } from '../domain/advance.js';
import { candidateLagMs, candidateLeadMs, pollBatchMax, pollFetchesMax, statusPollAgesMs } from '../domain/limits.js';
import type { PollResult, PollSpan } from '../domain/maintenance.js';
import { isTerminal } from '../domain/messageStatus.js';
import { storeAndTell } from '../lives/storeAndTell.js';
import type { ProviderMessage } from '../providers/provider.js';
import { providerNamed } from '../providers/registry.js';
import { type UnheardMessage, unheardMessages } from '../storage/openMessages.js';
import { accountAt } from '../storage/workspaces.js';
import type { MaintenanceDependencies } from './dependencies.js';

/**
 * Asks the providers about messages they have taken and said nothing of: by pages of each account's list, and one by one
 * for the few that the list does not show. What they say is stored and told like a callback.
 */
export function pollUnheardMessages(dependencies: MaintenanceDependencies) {
  const { database, telemetry, logger } = dependencies;
  return async ({ sinceMs, untilMs }: PollSpan): Promise<Omit<PollResult, 'untilMs'>> => {
    const spans = statusPollAgesMs.map((ageMs) => ({ fromMs: sinceMs - ageMs, toMs: untilMs - ageMs }));
    const due = await unheardMessages(database, spans, pollBatchMax);
    let finished = 0;
    for (const messages of groupsOf(due)) {
      Context.current().heartbeat();
      const [{ workspaceId, provider }] = messages;
      try {
        finished += await pollAccount(dependencies, messages);
      } catch (error) {
        // One account that can't be asked must not keep the others waiting.
        logger.warn({ event: 'poll.account_failed', workspaceId, provider, error: String(error) });
      }
    }
    telemetry.count('polled_messages_total', { result: 'finished' }, finished);
    telemetry.count('polled_messages_total', { result: 'open' }, due.length - finished);
    return { asked: due.length, finished };
  };
}

/** Messages of one account. */
type OfAccount = [UnheardMessage, ...UnheardMessage[]];

function groupsOf(messages: UnheardMessage[]): OfAccount[] {
  const groups = new Map<string, OfAccount>();
  for (const message of messages) {
    const key = `${message.workspaceId}/${message.provider}`;
    const group = groups.get(key);
    if (group) group.push(message);
    else groups.set(key, [message]);
  }
  return [...groups.values()];
}

async function pollAccount(dependencies: MaintenanceDependencies, messages: OfAccount): Promise<number> {
  const { workspaces, providers } = dependencies;
  const [{ workspaceId, provider: name }] = messages;
  const workspace = await workspaces.get(workspaceId);
  const account = accountAt(workspace, name);
  if (!account) return 0;
  const provider = providerNamed(providers, name);
  const times = messages.map(({ startedAtMs }) => startedAtMs);
  const span = { fromMs: Math.min(...times) - candidateLeadMs, toMs: Math.max(...times) + candidateLagMs };
  const listed = provider.capabilities.canList ? await provider.listMessages(account, span) : [];
  const known = new Map(listed.map((message) => [message.id, message]));
  let fetches = 0;
  let finished = 0;
  for (const message of messages) {
    let found: ProviderMessage | undefined = known.get(message.providerMessageId);
    if (!found && fetches++ < pollFetchesMax) found = await provider.fetchMessage(account, message.providerMessageId);
    if (!found) continue;
    const { attempt, messageId, createdAtMs } = message;
    const ref = { workspaceId, messageId, createdAtMs };
    const news: Advance = {
      ...ref,
      attempt,
      provider: name,
      attemptStatus: found.status,
      messageStatus: found.status,
      providerMessageId: found.id,
      error: found.error,
      evidence: "the provider's list, no receipt came in time",
    };
    const advanced = await storeAndTell(dependencies, news, workspace.errorPolicy);
    if (advanced?.moved && isTerminal(advanced.status)) finished += 1;
  }
  return finished;
}

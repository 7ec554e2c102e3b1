import { listSpan } from '../domain/listSpan.js';
import { matchOneToOne } from '../domain/matchOneToOne.js';
import { type ProviderMessage, ProviderUnavailable } from '../providers/provider.js';
import { type ProviderRegistry, providerNamed } from '../providers/registry.js';
import type { Readable } from '../storage/contents.js';
import { type DoubtfulAttempt, doubtsAround } from '../storage/doubts.js';
import type { StoredRef } from '../storage/messages.js';
import { accountAt, type Workspace } from '../storage/workspaces.js';

export interface LookServices extends Readable {
  providers: ProviderRegistry;
}

/** What was to be sent, and by whose accounts. */
export interface SoughtMessage extends StoredRef, Pick<Workspace, 'accounts'> {
  to: string;
  /** As it was accepted. */
  from: string;
  body: string;
}

/** What a look into the provider's list saw of one attempt in doubt. */
export interface Look {
  own: DoubtfulAttempt;
  /** The message of the list that is this send, where exactly one can be. */
  match: ProviderMessage | undefined;
  /** All doubts about the same contact and sender. */
  doubts: DoubtfulAttempt[];
  /** How many of them look like this one to a provider, itself included. */
  twins: number;
  /** Whether the provider has a list at all; where not, nothing is seen in it and nothing proved by that. */
  canList: boolean;
  /** Messages of the list that belong to nothing we know; undefined where it could not be read. */
  unexplained: ProviderMessage[] | undefined;
}

/**
 * Looks for one of a message's sends in its provider's list. Undefined where there is no such doubt, or it was resolved
 * while the list was read. Throws where the list can't be read, until `giveUpAtMs`.
 */
export async function lookForSend(
  services: LookServices,
  sought: SoughtMessage,
  isMeant: (attempt: DoubtfulAttempt) => boolean,
  giveUpAtMs = Number.POSITIVE_INFINITY,
): Promise<Look | undefined> {
  const { providers } = services;
  const { messageId, to, body } = sought;
  const isOwn = (one: DoubtfulAttempt) => one.messageId === messageId && isMeant(one);

  const before = (await doubtsAround(services, sought, { provider: '', ids: [] })).attempts;
  const inDoubt = before.find(isOwn);
  if (!inDoubt) return undefined;
  const { provider } = inDoubt;
  const looksAlike = (one: DoubtfulAttempt) => one.provider === provider && one.body === body;
  const { canList } = providerNamed(providers, provider).capabilities;
  // Another number than the message was accepted with, where it went on to another provider.
  const from = inDoubt.from ?? sought.from;
  const listed = await listOrGiveUp(async () => {
    if (!canList) return [];
    const account = accountAt(sought, provider);
    if (!account) throw new ProviderUnavailable(`the workspace has no account at ${provider} any more`);
    const span = listSpan(inDoubt, before.filter(looksAlike));
    return providerNamed(providers, provider).listMessages(account, { to, from, ...span });
  }, giveUpAtMs);

  // Read anew: what began, or got its id, while the list was read must not be mistaken for the send in doubt.
  const ids = listed?.map(({ id }) => id) ?? [];
  const { attempts: doubts, referenced } = await doubtsAround(services, sought, { provider, ids });
  const own = doubts.find(isOwn);
  if (own?.attempt !== inDoubt.attempt) return undefined;
  const unexplained = listed?.filter(({ id }) => !referenced.has(id));
  const twins = doubts.filter(looksAlike);
  const match = matchOneToOne(twins, unexplained?.filter((one) => one.body === body) ?? []).get(own);
  return { own, match, doubts, twins: twins.length, canList, unexplained };
}

/** The provider's answer; undefined where it still can't be asked when time is over. Until then that is a failure, and asked again. */
async function listOrGiveUp(list: () => Promise<ProviderMessage[]>, giveUpAtMs: number): Promise<ProviderMessage[] | undefined> {
  try {
    return await list();
  } catch (error) {
    if (Date.now() < giveUpAtMs) throw error;
    return undefined;
  }
}

import { readConsent } from '../domain/consentWords.js';
import { Problem } from '../domain/errors.js';
import { maskNumber } from '../domain/maskNumber.js';
import type { InboundMessage } from '../domain/message.js';
import { toE164 } from '../domain/phoneNumber.js';
import { isTemporalAway } from '../lives/isTemporalAway.js';
import { startReceive } from '../lives/startReceive.js';
import { uuidv7 } from '../platform/uuid.js';
import { contactIdOf } from '../storage/workspaces.js';
import type { VerifiedCallback } from './http/verifiedCallback.js';
import type { Services } from './services.js';

/**
 * Takes a message that came in: stored with what it says of consent before this resolves, and then given to its workflow,
 * for which nobody waits. One that was brought before changes nothing. Throws Problem `invalid_request` where it is
 * none.
 */
export async function receiveCallback(services: Services, { workspace, provider, fields }: VerifiedCallback): Promise<void> {
  const parsed = provider.parseInbound(fields);
  if (!parsed) throw new Problem('invalid_request', 'the message lacks its id, its sender or its recipient');
  const { providerMessageId, messagingService, body, mediaUrls, optOutType } = parsed;
  const [from, to] = [numberOf(parsed.from), numberOf(parsed.to)];
  const senderAt = (address: string | undefined) => workspace.senders.find(({ phoneNumber }) => phoneNumber === address);
  const sender = senderAt(to) ?? senderAt(messagingService);
  const message = await services.store.receive({
    workspaceId: workspace.id,
    messageId: uuidv7(),
    contactId: contactIdOf(workspace.keys.contactId, from),
    from,
    to,
    senderId: sender?.id,
    provider: provider.name,
    providerMessageId,
    body,
    mediaUrls,
    receipt: fields,
    reading: readConsent(body, optOutType),
  });
  if (!message) return;
  note(services, message, sender !== undefined);
  void start(services, message);
}

/** In the form in which numbers are written to, so that both meet; a short code or a name stays as it is. */
const numberOf = (text: string) => toE164(text.trim()) ?? text.trim();

function note({ logger }: Services, { workspaceId, messageId, from, to, consent }: InboundMessage, known: boolean): void {
  const about = { workspaceId, messageId, from: maskNumber(from) };
  if (!known) logger.warn({ event: 'inbound.unknown_sender', ...about, to: maskNumber(to) });
  if (consent) logger.info({ event: 'inbound.consent', ...about, ...consent });
}

/** What Temporal does not take now the sweep starts later. */
async function start(services: Services, message: InboundMessage): Promise<void> {
  const { temporal, temporalHealth, starts, logger } = services;
  if (temporalHealth.isAway) return;
  try {
    await starts.run(`${message.workspaceId}/inbound`, () => startReceive(temporal, message));
  } catch (error) {
    if (isTemporalAway(error)) void temporalHealth.suspect();
    logger.warn({ event: 'inbound.start_failed', workspaceId: message.workspaceId, messageId: message.messageId, error: String(error) });
  }
}

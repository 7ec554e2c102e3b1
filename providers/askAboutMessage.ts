import { ProviderUnavailable } from './provider.js';
import type { TransportResponse } from './transport.js';

/**
 * Asks a vendor about one message. Undefined where it answers that there is none; throws ProviderUnavailable where it can't be
 * asked, or answers what can't be read.
 */
export async function askAboutMessage<T>(
  vendor: string,
  ask: () => Promise<TransportResponse>,
  { notFound, read }: { notFound: readonly number[]; read: (body: string) => T | undefined },
): Promise<T | undefined> {
  const answer = await ask().catch((failure: Error) => {
    throw new ProviderUnavailable(`${vendor} can't be asked: ${failure.message}`, { cause: failure });
  });
  if (notFound.includes(answer.statusCode)) return undefined;
  const message = answer.statusCode === 200 ? read(answer.body) : undefined;
  if (message === undefined) throw new ProviderUnavailable(`${vendor} can't be asked (HTTP ${answer.statusCode})`);
  return message;
}

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { Api } from '../api.js';
import { useInbox } from '../InboxContext.js';

/** What moves before one's eyes, and what changes now and then. Milliseconds. */
export const liveMs = 2_000;
export const calmMs = 15_000;

type Client = Api['client'];

/**
 * Looks something up and keeps it up to date.
 *
 * @param key names it among what this room looks up
 * @param everyMs how often it is looked up again; false for never
 */
export function useLook<T>(
  key: readonly unknown[],
  look: (client: Client, signal: AbortSignal) => Promise<T>,
  everyMs: number | false = calmMs,
) {
  const { inbox } = useInbox();
  return useQuery({
    queryKey: ['operator', ...key],
    queryFn: ({ signal }) => look(inbox.api.client, signal),
    refetchInterval: everyMs,
    placeholderData: keepPreviousData,
  });
}

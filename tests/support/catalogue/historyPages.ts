import { percentiles } from '../../../load/percentiles.js';
import { Database } from '../../../platform/database.js';
import { createLogger } from '../../../platform/logger.js';
import { hotHistory } from '../../../storage/history.js';
import { readableOnly } from '../contents.js';
import type { World, WorldWorkspace } from './world.js';

const pageSize = 50;
const rounds = 5;
const samplesOfRound = 200;
const warmUps = 100;
/** Shares of the way from the newest message to the oldest. */
export const depths = [0, 0.25, 0.5, 0.75, 0.99] as const;

/** How long pages of 50 of the longest conversation took, milliseconds, at each depth: in the round that was disturbed least. */
export interface HistoryPages {
  messages: number;
  conversation: number;
  pages: { depth: number; p50: number; p95: number; max: number }[];
}

/** Reads pages of the longest conversation, as the history API does, at all depths: each at another place. */
export async function readHistoryPages(world: World, conversation: number): Promise<HistoryPages> {
  const [{ id, contactId }] = world.workspaces as [WorldWorkspace];
  const database = new Database(world.url, 2, createLogger('silent'));
  const spanMs = world.weeks * 7 * 24 * 60 * 60 * 1_000;
  const history = hotHistory(readableOnly(database));
  const query = { workspaceId: id, conversationId: contactId };
  const read = async (depth: number) => {
    const at = new Date(Date.now() - (depth + Math.random() * 0.01) * (spanMs - 7 * 24 * 60 * 60 * 1_000));
    const startedAt = performance.now();
    const { messages } = await history(query, { at, id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' }, pageSize);
    if (messages.length !== pageSize) throw new Error(`a page at ${at.toISOString()} has ${messages.length} messages`);
    return performance.now() - startedAt;
  };
  try {
    // Each connection plans a statement once; that is not of a page.
    for (let times = 0; times < warmUps; times++) await Promise.all([read(Math.random() * 0.9), read(Math.random() * 0.9)]);
    const pages = depths.map((depth) => ({ depth, p50: Number.POSITIVE_INFINITY, p95: Number.POSITIVE_INFINITY, max: 0 }));
    for (let round = 0; round < rounds; round++) {
      for (const page of pages) {
        const durations: number[] = [];
        for (let times = 0; times < samplesOfRound; times++) durations.push(await read(page.depth));
        const { p50, p95, max } = percentiles(durations);
        if (p95 !== null && p95 < page.p95) Object.assign(page, { p50, p95, max });
      }
    }
    return { messages: world.messages, conversation, pages };
  } finally {
    await database.close();
  }
}

/** Profile `history`: pages of 50 of one long conversation over HTTP, from the newest message to the oldest, among many others. */
import pg from 'pg';
import { HttpClient } from '../load/httpClient.js';
import { type Percentiles, percentiles } from '../load/percentiles.js';
import { lineChart } from './charts.js';
import { CpuMeter } from './cpuMeter.js';
import { ownCpu, round } from './measure.js';
import { fillWeeks } from './oldMessages.js';
import { type BenchOptions, type Outcome, outcomeOf } from './outcome.js';
import { type Table, times } from './report.js';
import { type Site, withSite } from './site.js';
import type { TargetWorkspace } from './target.js';

/** What the hot tables keep before a week goes into the archive. */
const weeks = 12;
const workspaces = 10;
const conversations = 100;
/** Of each week, in the first conversation of the first workspace besides. */
const extraOfWeek = 2_000;
const pageSize = 50;
const sizes = { full: { amounts: [500_000, 5_000_000], rounds: 5 }, quick: { amounts: [50_000, 500_000], rounds: 2 } };
/** Shares of the way from the newest message to the oldest; the pages that lie nearest to one are counted for it. */
const depths = [0, 0.25, 0.5, 0.75, 1];

interface Pages {
  /** All messages, and those of the conversation that is read. */
  messages: number;
  conversation: number;
  /** Milliseconds at the client, by depth. */
  pageMs: Percentiles[];
  cpuMsPerPage: number;
}

export function runHistory(options: BenchOptions): Promise<Outcome> {
  const { steps, quick, messages } = options;
  const { amounts, rounds } = quick ? sizes.quick : sizes.full;
  return withSite({ ...options, workspaces }, async (site) => {
    const measured: Pages[] = [];
    let there = 0;
    for (const amount of messages ? [messages] : amounts) {
      there += await steps.run(`up to ${amount} messages over ${weeks} weeks`, () => fill(site, amount - there, there === 0));
      const pages = await steps.run(
        `pages among ${there}`,
        () => readAll(site, rounds),
        ({ pageMs }) => `p95 ${pageMs.map(({ p95 }) => p95).join(', ')} ms`,
      );
      measured.push({ messages: there, ...pages });
    }
    const stored = await countConversation(site);
    const last = measured.at(-1)?.conversation;
    const table: Table = {
      head: ['depth, p50 / p95 / p99', ...measured.map((one) => `among ${one.messages} messages, ${one.conversation} in the conversation`)],
      rows: [
        ...depths.map((depth, index) => [`${depth * 100} %`, ...measured.map(({ pageMs }) => times(pageMs[index] as Percentiles))]),
        ['CPU ms a page, product and Postgres', ...measured.map(({ cpuMsPerPage }) => String(cpuMsPerPage))],
      ],
    };
    const report = {
      profile: 'history',
      title: 'Pages of history',
      machine: site.machine,
      text: [
        `\`GET /v1/conversations/{id}/messages\`, ${pageSize} a page, one after the other from the newest to the oldest, ${rounds} times; ${workspaces} workspaces over ${weeks} weeks.`,
      ],
      tables: [table],
      charts: [
        lineChart(
          'A page by its depth, p95',
          ['% of the way', 'ms'],
          measured.map((one) => ({
            name: `${one.messages} messages`,
            points: one.pageMs.map(({ p95 }, index): [number, number] => [(depths[index] as number) * 100, p95 ?? 0]),
          })),
        ),
      ],
    };
    const faults = last === stored ? [] : [`the pages had ${last} messages, and ${stored} are stored`];
    return outcomeOf(report, { depths, measured }, faults);
  });
}

/** Puts so many messages into the hot tables; the first time the long conversation is among them. Answers how many. */
async function fill({ databaseUrl, workspaces: all }: Site, amount: number, isFirst: boolean): Promise<number> {
  const extra = isFirst ? Math.min(extraOfWeek, Math.floor(amount / weeks / 2)) : 0;
  const [first] = all as [TargetWorkspace];
  let put = await fillWeeks(databaseUrl, all, amount - extra * weeks, { weeks, conversations });
  if (extra > 0) put += await fillWeeks(databaseUrl, [first], extra * weeks, { weeks, conversations: 1 });
  return put;
}

/** Reads all pages of the long conversation, once to warm up and then `rounds` times. */
async function readAll(site: Site, rounds: number): Promise<Omit<Pages, 'messages'>> {
  const [{ apiKey }] = site.workspaces as [TargetWorkspace];
  const { contact_id: conversationId } = await longest(site);
  const client = new HttpClient(site.url, 1);
  const walk = async (): Promise<{ ms: number[]; messages: number }> => {
    const ms: number[] = [];
    let messages = 0;
    for (let cursor: string | null = ''; cursor !== null; ) {
      const startedAt = performance.now();
      const path = `/v1/conversations/${conversationId}/messages?limit=${pageSize}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`;
      const answer = await client.request({ method: 'GET', path, headers: { authorization: `Bearer ${apiKey}` } });
      ms.push(performance.now() - startedAt);
      if (answer.status !== 200) throw new Error(`a page was answered ${answer.status}: ${answer.body.slice(0, 300)}`);
      const page = JSON.parse(answer.body) as { data: unknown[]; nextCursor: string | null };
      messages += page.data.length;
      cursor = page.nextCursor;
    }
    return { ms, messages };
  };
  await walk();
  const meter = new CpuMeter(site.metered);
  const byDepth = depths.map((): number[] => []);
  let pages = 0;
  let messages = 0;
  meter.start();
  for (let round = 0; round < rounds; round++) {
    const walked = await walk();
    ({ messages } = walked);
    pages += walked.ms.length;
    for (const [index, ms] of walked.ms.entries())
      byDepth[Math.round((index / Math.max(1, walked.ms.length - 1)) * (depths.length - 1))]?.push(ms);
  }
  // The bench itself asks here, and it is no metered process.
  const cpuMsPerPage = round(ownCpu(meter.stop()) / pages);
  client.close();
  return { conversation: messages, pageMs: byDepth.map((ms) => percentiles(ms)), cpuMsPerPage };
}

async function longest({ databaseUrl, workspaces: [first] }: Site): Promise<{ contact_id: string; count: number }> {
  const text = `select contact_id, count(*)::integer as count from message where workspace_id = $1 group by contact_id order by count desc limit 1`;
  const { rows } = await inDatabase(databaseUrl, (client) => client.query<{ contact_id: string; count: number }>(text, [first?.id]));
  return rows[0] as { contact_id: string; count: number };
}

const countConversation = async (site: Site) => (await longest(site)).count;

async function inDatabase<T>(connectionString: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

import { writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { describeCatalogue } from '../support/catalogue/describeCatalogue.js';
import { depths, type HistoryPages, readHistoryPages } from '../support/catalogue/historyPages.js';
import { makeWorld, type World } from '../support/catalogue/world.js';
import { createTestDatabase, sql } from '../support/database.js';

const small = 500_000;
const large = 5_000_000;
const workspaces = 50;
const pageP95MaxMs = 10;
const hour = 3_600_000;

const amongMany = describeCatalogue(large, { workspaces, timeoutMs: hour });

const conversationOf = async ({ url, workspaces: [first] }: World) =>
  (
    await sql<{ n: number }>(url, 'select count(*)::integer as n from message where workspace_id = $1 and contact_id = $2', [
      first?.id,
      first?.contactId,
    ])
  )[0]?.n ?? 0;

it(
  `a page of 50 of a conversation takes less than ${pageP95MaxMs} ms at any depth, and no longer among ${large} messages than among ${small}`,
  async () => {
    const own = await createTestDatabase();
    let few: HistoryPages;
    try {
      const world = await makeWorld(own.url, small, { workspaces });
      few = await readHistoryPages(world, await conversationOf(world));
    } finally {
      await own.drop();
    }
    const { world, ran } = amongMany;
    const many = await readHistoryPages(world, await conversationOf(world));
    const [postgres] = await sql<{ version: string }>(world.url, `select current_setting('server_version') as version`);
    writeFileSync(path.join(__dirname, '../../docs/reports/history.md'), report([few, many], ran, postgres?.version ?? ''));

    for (const { pages } of [few, many]) for (const { p95 } of pages) expect(p95).toBeLessThan(pageP95MaxMs);
    const p50s = ({ pages }: HistoryPages) => pages.map(({ p50 }) => p50);
    // Flat: ten times the messages may cost a level more of an index, not ten times the pages.
    expect(Math.max(...p50s(many))).toBeLessThan(3 * Math.max(...p50s(few)));
  },
  hour,
);

function report(runs: HistoryPages[], ran: (typeof amongMany)['ran'], postgres: string): string {
  const cores = os.cpus();
  const rows = depths.map((depth, index) => {
    const cells = runs.flatMap(({ pages }) => [pages[index]?.p50, pages[index]?.p95, pages[index]?.max]);
    return `| ${Math.round(depth * 100)} % | ${cells.join(' | ')} |`;
  });
  const heads = runs.map(({ messages, conversation }) => `${messages} messages, ${conversation} in the conversation`);
  const most = new Map<string, (typeof ran)[number]>();
  for (const one of ran) if ((most.get(one.name)?.buffers ?? -1) < one.buffers) most.set(one.name, one);
  const statements = [...most.values()]
    .sort((a, b) => b.buffers - a.buffers)
    .map(({ name, role, buffers, executionMs }) => `| ${name.replaceAll('|', '/')} | ${role} | ${buffers} | ${executionMs.toFixed(2)} |`);
  return `# History, and every statement, among millions of messages

By \`npm run test:scale -- --testPathPatterns tests/storage/catalogue\`, on ${cores[0]?.model.trim()}, ${cores.length} cores, ${Math.round(os.totalmem() / 1024 ** 3)} GB; Node ${process.version}, Postgres ${postgres} with 256 MB of shared buffers. ${workspaces} workspaces over 13 weeks, 52 partitions that hold rows; one workspace has three tenths of all messages, and one of its contacts a third of those.

## A page of 50 messages of the longest conversation

Milliseconds, at the client, by the way from the newest message to the oldest; of five rounds of 200 pages the one that the rest of the machine disturbed least.

| depth | ${heads.map((head) => `p50, ${head} | p95 | max`).join(' | ')} |
|---|${runs.map(() => '---|---|---|').join('')}
${rows.join('\n')}

## Every statement among ${large} messages

Pages touched (8 kB each) and milliseconds by EXPLAIN (ANALYZE, BUFFERS), of the run that touched most.

| statement | role | pages | ms |
|---|---|---|---|
${statements.join('\n')}
`;
}

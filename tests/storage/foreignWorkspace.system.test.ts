import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { workspaceCases } from '../support/catalogue/cases.js';
import { ExplainedDatabase, type Ran } from '../support/catalogue/explain.js';
import { type OpenStage, openStage } from '../support/catalogue/stage.js';
import { makeWorld, type World } from '../support/catalogue/world.js';
import { createTestDatabase, sql, type TestDatabase } from '../support/database.js';

/** Every text, number and name of the first workspace has this word in it, or begins with this number. */
const canary = /canary-0|\+121255/;

let own: TestDatabase;
let world: World;
let database: ExplainedDatabase;
let owners: OpenStage;
let strangers: OpenStage;
let digestText: string;

beforeAll(async () => {
  own = await createTestDatabase();
  world = await makeWorld(own.url, 6_000, { workspaces: 3 });
  database = new ExplainedDatabase(own.url);
  owners = await openStage(database, world, 0);
  strangers = await openStage(database, world, 1);
  const tables = await sql<{ name: string; own: string }>(
    own.url,
    `select c.relname as name, a.attname as own from pg_class c
       join pg_attribute a on a.attrelid = c.oid and a.attname = case c.relname when 'workspace' then 'id' else 'workspace_id' end
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') order by 1`,
  );
  expect(tables.length).toBeGreaterThan(20);
  digestText = tables
    .map(
      ({ name, own: column }) =>
        `select '${name}' as name, coalesce(sum(hashtextextended(t::text, 0)), 0)::text as digest from "${name}" t where "${column}" = '${world.workspaces[0]?.id}'`,
    )
    .join(' union all ')
    .concat(' order by name');
}, 60_000);
afterAll(async () => {
  await owners?.close();
  await strangers?.close();
  await database?.close();
  await own.drop();
});

/** What the first workspace has, table by table. */
const digest = (client: pg.Client) => client.query(digestText).then(({ rows }) => rows as { name: string; digest: string }[]);

async function asSuperuser<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: own.url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** All that is in an answer, as text. */
const textOf = (answer: unknown) =>
  JSON.stringify(answer, (_key, value: unknown) =>
    value instanceof Map ? [...value] : typeof value === 'bigint' ? String(value) : value,
  ) ?? '';

describe('a workspace that names what belongs to another', () => {
  it.each(Object.keys(workspaceCases))('gets and changes nothing of it by %s', async (name) => {
    await asSuperuser(async (client) => {
      const before = await digest(client);
      // A refusal is as good as an empty answer.
      const answer = await workspaceCases[name]?.(strangers).catch((error: unknown) => String(error));
      // What it named itself it may hear again.
      const said = textOf(answer)
        .replaceAll(world.workspaces[0]?.contactNumber ?? '', '')
        .replaceAll(world.workspaces[0]?.senderNumber ?? '', '');
      expect(said).not.toMatch(canary);
      expect(await digest(client)).toEqual(before);
    });
  });
});

/** Runs what the owner ran, in a transaction that names the other workspace; answers what came of it and undoes it. */
async function replay(client: pg.Client, { text, values, role }: Ran): Promise<{ rows: unknown[]; digest: unknown } | 'refused'> {
  await client.query(`begin; set local role ${role}; set local app.ws = '${world.workspaces[1]?.id}'`);
  try {
    const { rows } = await client.query(text, values);
    await client.query('reset role');
    return { rows, digest: await digest(client) };
  } catch {
    return 'refused';
  } finally {
    await client.query('rollback');
  }
}

describe('the database itself, where a statement of the product names one workspace and its transaction another', () => {
  let owned: Ran[];

  beforeAll(async () => {
    const from = database.ran.length;
    for (const [name, run] of Object.entries(workspaceCases)) {
      await run(owners).catch((error: unknown) => {
        throw new Error(`${name} failed for its owner`, { cause: error });
      });
    }
    // Both see all workspaces: which one is meant, their statements say.
    owned = database.ran.slice(from).filter(({ role }) => role !== 'maintenance' && role !== 'identity');
  }, 60_000);

  it('answers nothing and changes nothing, whatever the statement says', async () => {
    expect(owned.length).toBeGreaterThan(90);
    await asSuperuser(async (client) => {
      const before = await digest(client);
      for (const ran of owned) {
        const came = await replay(client, ran);
        if (came === 'refused') continue;
        const named = textOf(ran.values);
        const said = textOf(came.rows);
        expect([ran.name, canary.test(said) && !canary.test(named), came.digest]).toEqual([ran.name, false, before]);
      }
    });
  }, 60_000);

  it('would have shown it: the owner gets texts by the same statements', async () => {
    await asSuperuser(async (client) => {
      const shown = new Set<string>();
      for (const { name, text, values, role } of owned) {
        await client.query(`begin; set local role ${role}; set local app.ws = '${world.workspaces[0]?.id}'`);
        const rows = await client.query(text, values).then(
          ({ rows: all }) => all,
          () => [],
        );
        await client.query('rollback');
        if (canary.test(textOf(rows))) shown.add(name);
      }
      expect([...shown]).toEqual(
        expect.arrayContaining(['find_message', 'history_conversation', 'conversations', 'open_of_queue', 'webhook_deliveries_due']),
      );
    });
  }, 60_000);
});

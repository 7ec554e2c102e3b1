import { randomBytes } from 'node:crypto';
import pg from 'pg';

function fromEnvironment(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run the system tests by npm test`);
  return value;
}

export const temporalAddress = () => fromEnvironment('TEST_TEMPORAL_ADDRESS');
export const testDirectory = () => fromEnvironment('TEST_DIRECTORY');

/** Runs SQL as the superuser; answers the rows. */
export async function sql<T extends Record<string, unknown>>(url: string, text: string, values: unknown[] = []): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<T>(text, values)).rows;
  } finally {
    await client.end();
  }
}

export interface TestDatabase {
  url: string;
  drop(): Promise<void>;
}

/** A database of this test file's own: migrated, or with nothing in it. */
export async function createTestDatabase({ empty = false } = {}): Promise<TestDatabase> {
  const server = fromEnvironment('TEST_POSTGRES_URL');
  const name = `test_${randomBytes(6).toString('hex')}`;
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    // Two files at once can't copy the template at the same moment: they take turns.
    await client.query('select pg_advisory_lock(1)');
    await client.query(`create database ${name} template ${empty ? 'template0' : 'template_postrider'}`);
  } finally {
    await client.end();
  }
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: async () => {
      await sql(server, `drop database ${name} with (force)`);
      // Made by whoever starts the system on it.
      await sql(server, `drop database if exists ${name}_keys with (force)`);
    },
  };
}

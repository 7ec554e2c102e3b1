import pg from 'pg';
import { ConfigError } from './config.js';
import { type StandingQuestion, untilAnswered } from './untilAnswered.js';

const answerWithinMs = 2_000;
const askAgainMs = 5_000;

const question = `select session_user as name, r.rolsuper or r.rolbypassrls as above,
    exists (select from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and pg_has_role(r.oid, c.relowner, 'member')) as owns
  from pg_roles r where r.rolname = session_user`;

/**
 * Refuses to run the product by a login that row-level security does not bind: a superuser, or who owns the tables. Throws
 * ConfigError. Where the database does not answer the product starts without it, and the login is looked at when it does.
 */
export function refuseOwner(databaseUrl: string): Promise<StandingQuestion> {
  return untilAnswered(() => lookAtLogin(databaseUrl), askAgainMs);
}

async function lookAtLogin(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: answerWithinMs, query_timeout: answerWithinMs });
  client.on('error', () => undefined);
  let found: { name: string; above: boolean; owns: boolean } | undefined;
  try {
    await client.connect();
    ({
      rows: [found],
    } = await client.query<{ name: string; above: boolean; owns: boolean }>(question));
  } finally {
    await client.end().catch(() => undefined);
  }
  if (!found || !(found.above || found.owns)) return;
  const why = found.above ? 'is above row-level security' : 'owns tables';
  throw new ConfigError([
    `DATABASE_URL names ${found.name}, who ${why}. Name a login of its own, such as postrider, and the owner in DATABASE_OWNER_URL; node dist/main/migrate.js makes that login.`,
  ]);
}

import pg from 'pg';
import { ConfigError } from './config.js';

const question = `select session_user as name, r.rolsuper or r.rolbypassrls as above,
    exists (select from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and pg_has_role(r.oid, c.relowner, 'member')) as owns
  from pg_roles r where r.rolname = session_user`;

/**
 * Refuses to run the product by a login that row-level security does not bind: a superuser, or who owns the tables. Throws
 * ConfigError. A database that does not answer is not asked again: the product starts without it, and waits.
 */
export async function refuseOwner(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 2_000, query_timeout: 2_000 });
  client.on('error', () => undefined);
  let found: { name: string; above: boolean; owns: boolean } | undefined;
  try {
    await client.connect();
    ({
      rows: [found],
    } = await client.query<{ name: string; above: boolean; owns: boolean }>(question));
  } catch {
    return;
  } finally {
    await client.end().catch(() => undefined);
  }
  if (!found || !(found.above || found.owns)) return;
  const why = found.above ? 'is above row-level security' : 'owns tables';
  throw new ConfigError([
    `DATABASE_URL names ${found.name}, who ${why}. Name a login of its own, such as postrider, and the owner in DATABASE_OWNER_URL; node dist/main/migrate.js makes that login.`,
  ]);
}

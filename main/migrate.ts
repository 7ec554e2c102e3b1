/**
 * Applies the migrations as the owner of the tables (DATABASE_OWNER_URL), who must be allowed to create roles and tables, and
 * makes sure that the product's login (DATABASE_URL) is there; the same for the database of contacts' keys, which is made where it
 * is missing. For deployments.
 */
import { ensureDatabase } from '../local/embeddedPostgres.js';
import { readConfigOf, readOwnerUrl } from '../platform/config.js';
import { migrate, migrateKeys } from '../storage/migrate.js';
import { ensureProductLogin } from '../storage/productLogin.js';

async function main(): Promise<void> {
  const [owner, login] = [readOwnerUrl(), readConfigOf('DATABASE_URL')];
  const names = await migrate(owner);
  await ensureProductLogin(owner, login);

  const keysLogin = readConfigOf('KEYS_DATABASE_URL');
  const keysOwner = readConfigOf('KEYS_DATABASE_OWNER_URL') ?? asOwner(keysLogin, owner);
  const { pathname } = new URL(keysOwner);
  await ensureDatabase(Object.assign(new URL(keysOwner), { pathname: '/postgres' }).href, decodeURIComponent(pathname.slice(1)));
  names.push(...(await migrateKeys(keysOwner)));
  await ensureProductLogin(keysOwner, keysLogin);
  process.stdout.write(names.length > 0 ? `applied ${names.join(', ')}\n` : 'nothing to apply\n');
}

/** Where the keys lie, as the owner of the main database. */
function asOwner(keysLogin: string, owner: string): string {
  const { username, password } = new URL(owner);
  return Object.assign(new URL(keysLogin), { username, password }).href;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});

/**
 * Applies the migrations as the owner of the tables (DATABASE_OWNER_URL), who must be allowed to create roles and tables, and
 * makes sure that the product's login (DATABASE_URL) is there. For deployments.
 */
import { readConfigOf, readOwnerUrl } from '../platform/config.js';
import { migrate } from '../storage/migrate.js';
import { ensureProductLogin } from '../storage/productLogin.js';

async function main(): Promise<void> {
  const [owner, login] = [readOwnerUrl(), readConfigOf('DATABASE_URL')];
  const names = await migrate(owner);
  await ensureProductLogin(owner, login);
  process.stdout.write(names.length > 0 ? `applied ${names.join(', ')}\n` : 'nothing to apply\n');
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});

/** Applies the migrations to DATABASE_URL, whose user must be allowed to create roles and tables. For deployments. */

import { readConfigOf } from '../platform/config.js';
import { migrate } from '../storage/migrate.js';

migrate(readConfigOf('DATABASE_URL'))
  .then((names) => process.stdout.write(names.length > 0 ? `applied ${names.join(', ')}\n` : 'nothing to apply\n'))
  .catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  });

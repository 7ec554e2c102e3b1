/**
 * `node dist/main/makeOperator.js EMAIL [--remove]`: lets a person work in every workspace, and prints a link that signs her or
 * him in, once. For whoever runs the installation; it needs DATABASE_URL.
 */
import { z } from 'zod';
import { readConfigOf } from '../platform/config.js';
import { Database } from '../platform/database.js';
import { createLogger } from '../platform/logger.js';
import { setOperator } from '../storage/people.js';
import { createSignInLink } from '../storage/signInLinks.js';

const usage = 'node dist/main/makeOperator.js EMAIL [--remove]';

async function main([email, flag, ...more]: string[]): Promise<string> {
  if (!z.email().safeParse(email).success || (flag !== undefined && flag !== '--remove') || more.length > 0) throw new Error(usage);
  const database = new Database(readConfigOf('DATABASE_URL'), 2, createLogger('warn'));
  try {
    const personId = await setOperator(database, email as string, flag === undefined);
    if (flag === '--remove') return `${personId} works in every workspace no more`;
    const link = await createSignInLink(database, personId, null, { actor: 'system' });
    if (!link) throw new Error('that person was disabled');
    const url = (readConfigOf('PUBLIC_BASE_URL') ?? `http://127.0.0.1:${readConfigOf('PORT')}`).replace(/\/+$/, '');
    return `${personId} works in every workspace. Sign in, once, until ${link.endsAt.toISOString()}:\n${url}/#sign-in=${link.token}`;
  } finally {
    await database.close();
  }
}

main(process.argv.slice(2))
  .then((said) => process.stdout.write(`${said}\n`))
  .catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });

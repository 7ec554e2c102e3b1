/** Applies all migrations to an empty database of a Postgres of its own and compares prisma/schema.prisma with it. For `npm run check`. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { ensureDatabase, startEmbeddedPostgres } from '../local/embeddedPostgres.js';
import { freePort } from '../local/ports.js';
import { projectRoot } from '../platform/projectRoot.js';
import { migrate } from '../storage/migrate.js';
import { columnsOfModels, columnsOfTables, driftOf } from '../storage/schemaDrift.js';

async function drift(): Promise<string[]> {
  const models = columnsOfModels(readFileSync(path.join(projectRoot, 'prisma/schema.prisma'), 'utf8'));
  const directory = mkdtempSync(path.join(os.tmpdir(), 'postrider-schema-'));
  // Postgres may run as another user.
  await chmod(directory, 0o755);
  try {
    const place = { directory: path.join(directory, 'postgres'), logFile: path.join(directory, 'postgres.log') };
    const postgres = await startEmbeddedPostgres({ ...place, port: await freePort(), settings: { fsync: 'off' } });
    try {
      const url = await ensureDatabase(postgres.url, 'postrider');
      await migrate(url);
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      try {
        return driftOf(models, await columnsOfTables(client, [...new Set(models.map(({ table }) => table))]));
      } finally {
        await client.end();
      }
    } finally {
      await postgres.stop();
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

drift()
  .then((sentences) => {
    process.stdout.write(sentences.map((sentence) => `${sentence}\n`).join(''));
    process.exitCode = sentences.length > 0 ? 1 : 0;
  })
  .catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });

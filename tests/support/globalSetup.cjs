// Before the system tests: one Postgres and one Temporal for all of them. Each test file makes its own database (a copy
// of a migrated template) and its own namespace in them.
const { mkdtempSync } = require('node:fs');
const os = require('node:os');
const path = require('node:path');

module.exports = async function globalSetup() {
  const dist = path.join(__dirname, '../../dist');
  const { startEmbeddedPostgres, ensureDatabase } = require(`${dist}/local/embeddedPostgres.js`);
  const { startTemporalDevServer } = require(`${dist}/local/temporalDevServer.js`);
  const { freePort } = require(`${dist}/local/ports.js`);
  const { migrate } = require(`${dist}/storage/migrate.js`);

  const directory = mkdtempSync(path.join(os.tmpdir(), 'postrider-tests-'));
  require('node:fs').chmodSync(directory, 0o755);
  const [postgresPort, temporalPort, uiPort] = [await freePort(), await freePort(), await freePort()];
  const postgres = await startEmbeddedPostgres({
    directory: path.join(directory, 'postgres'),
    port: postgresPort,
    logFile: path.join(directory, 'postgres.log'),
  });
  const temporal = process.env.TEMPORAL_ADDRESS
    ? { address: process.env.TEMPORAL_ADDRESS, stop: async () => undefined }
    : await startTemporalDevServer({
        directory,
        port: temporalPort,
        uiPort,
        namespace: 'default',
        logFile: path.join(directory, 'temporal.log'),
        say: (text) => process.stdout.write(`${text}\n`),
      });
  await migrate(await ensureDatabase(postgres.url, 'template_postrider'));

  process.env.TEST_POSTGRES_URL = postgres.url;
  process.env.TEST_TEMPORAL_ADDRESS = temporal.address;
  process.env.TEST_DIRECTORY = directory;
  globalThis.postriderServices = [temporal, postgres];
  globalThis.postriderDirectory = directory;
};

// Before the system tests: one Postgres and one Temporal for all of them. Each test file makes its own database (a copy
// of a migrated template) and its own namespace in them.
const { execFileSync } = require('node:child_process');
const { mkdtempSync } = require('node:fs');
const os = require('node:os');
const path = require('node:path');

/** To load the product, alone, on a machine on which things take as long as the tests say. */
const usualLoadMs = 1_000;
/** Beside another file whose processes start, everything takes several times as long as alone. */
const patienceMin = 2;
const patienceMax = 10;

/** How many times longer than usual things take on this machine now: tests are to fail for what hangs, not for what is slow. */
function patienceHere(dist) {
  const startedAt = performance.now();
  execFileSync(process.execPath, ['-e', `require(${JSON.stringify(`${dist}/main/process.js`)})`]);
  return Math.min(patienceMax, patienceMin * Math.max(1, (performance.now() - startedAt) / usualLoadMs));
}

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

  const patience = patienceHere(dist);
  if (patience > 2 * patienceMin) process.stdout.write(`this machine is slow: tests may take ${patience.toFixed(1)} times as long\n`);
  process.env.TEST_PATIENCE = String(patience);
  process.env.TEST_POSTGRES_URL = postgres.url;
  process.env.TEST_TEMPORAL_ADDRESS = temporal.address;
  process.env.TEST_DIRECTORY = directory;
  globalThis.postriderServices = [temporal, postgres];
  globalThis.postriderDirectory = directory;
};

/** One process of the product: the roles, ports and services that its environment names. */
import { ConfigError, readConfig } from '../platform/config.js';
import { refuseOwner } from '../platform/refuseOwner.js';
import { startProcess } from './process.js';

async function main(): Promise<void> {
  const config = readConfig();
  const login = await refuseOwner(config.DATABASE_URL);
  const running = await startProcess(config);
  process.send?.({ event: 'ready', port: running.port });

  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    login.close();
    await running.stop();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop());
  // Started by a launcher that is gone: nobody is left to stop this process.
  process.on('disconnect', () => void stop());
  await Promise.race([running.ended, login.failed]);
}

main().catch((error: unknown) => {
  process.stderr.write(
    `${error instanceof ConfigError ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exit(error instanceof ConfigError ? 2 : 1);
});

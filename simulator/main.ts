import { ArgumentError, parseArguments } from './arguments.js';
import { startSimulator } from './server.js';

async function main(): Promise<void> {
  const simulator = await startSimulator(parseArguments(process.argv.slice(2)));

  let isStopping = false;
  const stop = (): void => {
    if (isStopping) return;
    isStopping = true;
    void simulator.close().then(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  // A parent that is gone must not leave a simulator behind that nobody can stop.
  process.once('disconnect', stop);

  process.stdout.write(`${JSON.stringify({ event: 'simulator.ready', url: simulator.url })}\n`);
  process.send?.({ event: 'ready', url: simulator.url });
}

main().catch((error: Error & { code?: string }) => {
  const isUse = error instanceof ArgumentError;
  process.stderr.write(`${isUse ? error.message : `The simulator cannot start: ${error.message}`}\n`);
  process.exit(isUse ? 2 : 1);
});

import type { RivalSettings } from './settings.js';

type Start = (settings: RivalSettings) => Promise<() => Promise<void>>;

/** The whole of a rival's process: starts its role, says that it is ready, and stops it on SIGTERM. */
export function runRole(roles: Record<RivalSettings['role'], Start>): void {
  const settings = JSON.parse(process.argv[2] ?? '{}') as RivalSettings;
  const run = async () => {
    const stop = await roles[settings.role](settings);
    process.once('SIGTERM', () => void stop().finally(() => process.exit(0)));
    process.send?.({ event: 'ready' });
  };
  void run();
}

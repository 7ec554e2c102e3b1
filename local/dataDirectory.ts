import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runningFrom, writeIdentity } from './processIdentity.js';

/** What an installation keeps between starts. */
interface Settings {
  /** Master key, base64. */
  encryptionKey: string;
  /** Ports by name, so that URLs stay the same. */
  ports: Record<string, number>;
}

export interface DataDirectory {
  path: string;
  logs: string;
  settings: Settings;
  save(): void;
  release(): void;
}

/**
 * Opens a data folder for one launcher: makes it where it is missing, locks it, and reads what it keeps. Throws where
 * another launcher holds it.
 */
export function openDataDirectory(directory: string): DataDirectory {
  const root = path.resolve(directory);
  const logs = path.join(root, 'logs');
  mkdirSync(logs, { recursive: true, mode: 0o755 });
  const lock = path.join(root, 'launcher.pid');
  const other = runningFrom(lock);
  if (other) throw new Error(`Postrider already runs on ${root} (pid ${other.pid}): stop it, or use another folder with --data DIR`);
  writeIdentity(lock, process.pid);

  const file = path.join(root, 'settings.json');
  const settings = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as Settings)
    : { encryptionKey: randomBytes(32).toString('base64'), ports: {} };
  const save = () => writeFileSync(file, `${JSON.stringify(settings, null, 2)}\n`, { mode: 0o600 });
  save();
  return { path: root, logs, settings, save, release: () => rmSync(lock, { force: true }) };
}

import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { LockedError, takeLock } from './lock.js';

/** What an installation keeps between starts. */
interface Settings {
  /** Master key, base64. */
  encryptionKey: string;
  /** What operators show to the codec of the Web UI. */
  codecToken?: string;
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
  const release = lock(root);
  try {
    const file = path.join(root, 'settings.json');
    const settings = readSettings(file);
    const save = () => writeFileSync(file, `${JSON.stringify(settings, null, 2)}\n`, { mode: 0o600 });
    save();
    return { path: root, logs, settings, save, release };
  } catch (error) {
    release();
    throw error;
  }
}

function lock(root: string): () => void {
  try {
    return takeLock(path.join(root, 'launcher.pid'));
  } catch (error) {
    if (!(error instanceof LockedError)) throw error;
    throw new Error(`Postrider already runs on ${root} (pid ${error.pid}): stop it, or use another folder with --data DIR`, {
      cause: error,
    });
  }
}

function readSettings(file: string): Settings {
  if (!existsSync(file)) return { encryptionKey: randomBytes(32).toString('base64'), ports: {} };
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Settings;
  } catch (error) {
    // A new key would make what the old one encrypted unreadable: that is for a person to decide.
    throw new Error(`${file} can't be read (${(error as Error).message}): mend it, or remove the whole folder to begin anew`, {
      cause: error,
    });
  }
}

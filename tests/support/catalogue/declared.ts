import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(__dirname, '../../..');
/** Folders that may ask the database by the means of platform/database.ts: storage, and platform itself. */
const asks = /\bdatabase\.(forWorkspaces?|asMaintenance|asIdentity)\b/;

const sources = (folder: string): [file: string, text: string][] =>
  readdirSync(path.join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .map((file) => [file, readFileSync(path.join(root, file), 'utf8')]);

/** Every exported function and class of storage/ that takes a way to the database: `<file>.<name>`. */
export function declaredFunctions(): string[] {
  return sources('storage').flatMap(([file, text]) => {
    const place = file.replace(/^storage\/|\.ts$/g, '');
    const functions = [...text.matchAll(/^export (?:async )?function (\w+)(?:<[^(]*>)?\(([\s\S]*?)\{\n/gm)]
      .filter(([, , parameters]) => /\b(Database|Readable|SettingsStore|Transaction|MessageStore|CheckedKeys)\b/.test(parameters ?? ''))
      .map(([, name]) => name);
    const classes = [...text.matchAll(/^export class (\w+)[\s\S]*?constructor\(([\s\S]*?)\) \{/gm)]
      .filter(([, , parameters]) => /\b(Database|Readable)\b/.test(parameters ?? ''))
      .map(([, name]) => name);
    return [...functions, ...classes].map((name) => `${place}.${name}`);
  });
}

/** The name of every statement that is declared anywhere in the product. */
export function declaredStatements(): string[] {
  const texts = ['storage', 'platform'].flatMap(sources).map(([, text]) => text);
  return texts.flatMap((text) => [
    ...[...text.matchAll(/\bname: '([a-z_]+)',\s*text\b/g)].map(([, name]) => name as string),
    ...[...text.matchAll(/Statement\('([a-z_]+)'/g)].map(([, name]) => name as string),
  ]);
}

/** Files outside storage/ and platform/ that ask the database themselves. */
export function othersThatAsk(): string[] {
  const folders = ['activities', 'lives', 'limiter', 'main', 'providers', 'server', 'workers', 'workflows'];
  return folders.flatMap(sources).flatMap(([file, text]) => (asks.test(text) ? [file] : []));
}

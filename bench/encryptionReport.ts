import os from 'node:os';
import type { EncryptionResult } from './encryption.js';
import { saveFiles } from './report.js';

const rows: [string, (result: EncryptionResult) => number][] = [
  ['sealing a text of 155 characters', ({ sealUs }) => sealUs],
  ['opening it', ({ openUs }) => openUs],
  ["sealing a message as its workflow's history has it", ({ codecEncodeUs }) => codecEncodeUs],
  ['opening it', ({ codecDecodeUs }) => codecDecodeUs],
  ['key of a contact that the process remembers', ({ keyKnownUs }) => keyKnownUs],
  ['key that it does not, in a batch of 200', ({ keyFoundUs }) => keyFoundUs],
  ['key of a new contact, in a batch of 200', ({ keyMadeUs }) => keyMadeUs],
  ['storing a message without sealing, in a batch of 200', ({ persistPlainUs }) => persistPlainUs],
  ['… sealed, keys remembered', ({ persistSealedUs }) => persistSealedUs],
  ['… sealed, all contacts new (their rows are new too)', ({ persistNewUs }) => persistNewUs],
];

/** The result as a table for a terminal, which is one of Markdown too. */
export function encryptionTable(result: EncryptionResult): string {
  const cores = os.cpus();
  const machine = `${cores[0]?.model.trim() ?? 'unknown'}, ${cores.length} cores, ${Math.round(os.totalmem() / 1024 ** 3)} GB; Node ${process.version}, Postgres ${result.postgres}`;
  const lines = ['| µs a message, median | |', '|---|---|', ...rows.map(([name, of]) => `| ${name} | ${of(result)} |`)];
  return `\n${machine}\n\n${lines.join('\n')}\n`;
}

/** Writes docs/reports/encryption.md; answers the file. */
export function saveEncryption(result: EncryptionResult): string[] {
  return saveFiles([
    { name: 'encryption.md', text: `# What sealing costs\n\nMade by \`npm run bench -- encryption --save\`.\n${encryptionTable(result)}` },
  ]);
}

import { readFileSync } from 'node:fs';
import { readConfigOf } from '../../platform/config.js';
import { masterKeysOf } from '../../platform/masterKeys.js';
import { type RecordVerdict, verifyRecord } from '../../platform/signedRecord.js';
import type { OperatorArguments } from './arguments.js';

/** Says whether a record of a message is as it was exported, and names what was changed. Exit code 1 where it is not. Throws ConfigError. */
export function verifyRecordFile({ id: file, json }: Pick<OperatorArguments, 'id' | 'json'>): void {
  const keys = masterKeysOf({
    ENCRYPTION_KEY: readConfigOf('ENCRYPTION_KEY'),
    ENCRYPTION_KEYS_OLD: readConfigOf('ENCRYPTION_KEYS_OLD'),
  });
  const verdict = verifyRecord(keys, contentOf(file));
  if (verdict.verdict !== 'intact') process.exitCode = 1;
  process.stdout.write(json ? `${JSON.stringify(verdict)}\n` : `${wordsOf(verdict)}\n`);
}

function contentOf(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new Error(`${file} can not be read: ${(error as Error).message}`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${file} is not JSON: it was cut off, or changed by hand`);
  }
}

function wordsOf(verdict: RecordVerdict): string {
  switch (verdict.verdict) {
    case 'intact': {
      const { message, workspace, exported } = verdict.record as Record<string, Record<string, unknown>>;
      return `intact: message ${message?.id} of ${workspace?.name}, exported ${exported?.at} by ${exported?.by}, signed by key ${verdict.keyId}`;
    }
    case 'changed':
      return `CHANGED since it was exported:\n${verdict.faults.map(({ part, fault }) => `  ${part} ${sentences[fault]}`).join('\n')}`;
    case 'unsigned':
      return `NOT OURS: ${verdict.reason}`;
  }
}

const sentences = { changed: 'is not what it was', missing: 'was taken out', added: 'was put in' } as const;

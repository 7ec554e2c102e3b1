/**
 * Records that show later whether somebody changed them: plain JSON, each part of it under a digest of its own, and the
 * digests under one signature. So a check can name the part that was changed.
 */
import { deriveKey, equalBytes, hmac, keyId } from './crypto.js';
import type { MasterKeys } from './masterKeys.js';

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type RecordContent = { [section: string]: Json };

const recordVersion = 1;
const algorithm = 'HMAC-SHA256';

export interface SignedRecord {
  postriderRecord: typeof recordVersion;
  record: RecordContent;
  signature: {
    algorithm: typeof algorithm;
    /** Names the master key that the signing key is derived from. */
    keyId: string;
    /** By the path of each part, such as `message.body` or `events.2`; base64url. */
    digests: Record<string, string>;
    /** Over all digests; base64url. */
    value: string;
  };
}

/** A part that is not as it was signed. */
export interface RecordFault {
  part: string;
  fault: 'changed' | 'missing' | 'added';
}

/** What a check found: nothing wrong, parts that are wrong, or a signature that is not ours. */
export type RecordVerdict =
  | { verdict: 'intact'; record: RecordContent; keyId: string }
  | { verdict: 'changed'; faults: RecordFault[] }
  | { verdict: 'unsigned'; reason: string };

/** Signs what JSON makes of `content`, under a key that is derived from the master key. */
export function signRecord(masterKey: Uint8Array, content: object): SignedRecord {
  const record = JSON.parse(JSON.stringify(content)) as RecordContent;
  const key = deriveKey(masterKey, 'record');
  const digests = digestsOf(key, record);
  return {
    postriderRecord: recordVersion,
    record,
    signature: { algorithm, keyId: keyId(masterKey), digests, value: signatureOf(key, digests).toString('base64url') },
  };
}

/** Checks what was read from a file. It throws nothing, whatever that is. */
export function verifyRecord(keys: Pick<MasterKeys, 'byId'>, given: unknown): RecordVerdict {
  if (!isSignedRecord(given)) return { verdict: 'unsigned', reason: 'this is no record that Postrider exported, or its signature is gone' };
  const { record, signature } = given;
  const master = keys.byId.get(signature.keyId);
  if (!master) {
    const reason = `it names the key ${signature.keyId}, and ENCRYPTION_KEY is ${[...keys.byId.keys()].join(', ')}: name the one of before in ENCRYPTION_KEYS_OLD`;
    return { verdict: 'unsigned', reason };
  }
  const key = deriveKey(master, 'record');
  if (!equalBytes(signatureOf(key, signature.digests), Buffer.from(signature.value, 'base64url')))
    return { verdict: 'unsigned', reason: 'the signature is not that of its digests: it was made elsewhere, or the digests were changed' };
  const faults = faultsOf(signature.digests, digestsOf(key, record));
  return faults.length > 0 ? { verdict: 'changed', faults } : { verdict: 'intact', record, keyId: signature.keyId };
}

function faultsOf(signed: Record<string, string>, found: Record<string, string>): RecordFault[] {
  const parts = [...new Set([...Object.keys(signed), ...Object.keys(found)])];
  return parts.flatMap((part): RecordFault[] => {
    if (signed[part] === found[part]) return [];
    return [{ part, fault: found[part] === undefined ? 'missing' : signed[part] === undefined ? 'added' : 'changed' }];
  });
}

function signatureOf(key: Buffer, digests: Record<string, string>): Buffer {
  return hmac(key, 'record', String(recordVersion), canonical(digests));
}

/** Keyed, so that a part which was blacked out can't be guessed by its digest. */
function digestsOf(key: Buffer, record: RecordContent): Record<string, string> {
  return Object.fromEntries(partsOf(record).map(([part, value]) => [part, hmac(key, part, canonical(value)).toString('base64url')]));
}

/** The members of each section; a section without any is a part itself. */
function partsOf(record: RecordContent): [part: string, value: Json][] {
  return Object.entries(record).flatMap(([section, value]) => {
    const members = typeof value === 'object' && value !== null ? Object.entries(value) : [];
    return members.length === 0 ? [[section, value]] : members.map(([name, one]): [string, Json] => [`${section}.${name}`, one]);
  });
}

/** JSON with the names of each object in order, so that equal values are equal texts. */
function canonical(value: Json): string {
  return JSON.stringify(value, (_name, one: Json) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

function isSignedRecord(given: unknown): given is SignedRecord {
  if (!isObject(given) || given.postriderRecord !== recordVersion || !isObject(given.record) || !isObject(given.signature)) return false;
  const { algorithm: named, keyId: id, digests, value } = given.signature;
  return (
    named === algorithm &&
    typeof id === 'string' &&
    typeof value === 'string' &&
    isObject(digests) &&
    Object.values(digests).every((digest) => typeof digest === 'string')
  );
}

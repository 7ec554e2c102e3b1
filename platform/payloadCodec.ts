/**
 * What lies in workflow histories, sealed: a payload codec for every client and worker. A history has to be read while the
 * database is away, so its keys need none: they derive from the master key and the workspace that the workflow's id names.
 * What it carries of a contact goes with the workflow, at the latest by the retention of the namespace (docs/adr/0015).
 */
import { hkdfSync } from 'node:crypto';
import type { DataConverter, Payload, PayloadCodec, SerializationContext } from '@temporalio/common';
import { SecretError } from './crypto.js';
import type { MasterKeys } from './masterKeys.js';
import { openBytes, type SealingKey, sealBytes, sealingKey } from './sealedBytes.js';

const sealedEncoding = 'binary/encrypted';
const names = { encoding: 'encoding', original: 'sealed-encoding', key: 'sealing-key', workspace: 'sealing-workspace' } as const;
/** Beyond so many derived keys all are forgotten: they cost microseconds. */
const keysMax = 20_000;

/** Every workflow id of a workspace has its id in the second place: `msg/<workspace>/<message>`. */
const workspaceOf = (context: SerializationContext | undefined) =>
  /^[a-z-]+\/([0-9a-f]{8}-[0-9a-f-]{27})(?:\/|$)/i.exec(context?.workflowId ?? '')?.[1] ?? '';

const text = (bytes: Uint8Array | null | undefined) => (bytes ? Buffer.from(bytes).toString() : '');
const contextOf = (workspace: string, encoding: string) => `payload/${workspace}/${encoding}`;

export class SealingCodec implements PayloadCodec {
  private readonly keys = new Map<string, SealingKey>();
  private readonly masterKeyOf: Map<string, Buffer>;
  private readonly currentId: string;

  constructor(masterKeys: MasterKeys) {
    this.masterKeyOf = masterKeys.byId;
    this.currentId = masterKeys.currentId;
  }

  encode(payloads: Payload[], context?: SerializationContext): Promise<Payload[]> {
    return Promise.resolve(payloads.map((payload) => this.sealed(payload, workspaceOf(context))));
  }

  /** What was not sealed stays as it is: histories of before, and what the Web UI sends along. Rejects with SecretError. */
  decode(payloads: Payload[]): Promise<Payload[]> {
    return new Promise((resolve) => resolve(payloads.map((payload) => this.opened(payload))));
  }

  private sealed(payload: Payload, workspace: string): Payload {
    const { encoding, ...metadata } = payload.metadata ?? {};
    const data = payload.data ?? new Uint8Array();
    // Of nothing there is nothing to hide.
    if (data.length === 0 || text(encoding) === sealedEncoding) return payload;
    const key = this.keyOf(this.currentId, workspace) as SealingKey;
    return {
      metadata: {
        ...metadata,
        [names.encoding]: Buffer.from(sealedEncoding),
        [names.original]: encoding ?? new Uint8Array(),
        [names.key]: Buffer.from(this.currentId),
        [names.workspace]: Buffer.from(workspace),
      },
      data: sealBytes(key, contextOf(workspace, text(encoding)), data),
    };
  }

  private opened(payload: Payload): Payload {
    const {
      [names.encoding]: encoding,
      [names.original]: original,
      [names.key]: id,
      [names.workspace]: owner,
      ...metadata
    } = payload.metadata ?? {};
    if (text(encoding) !== sealedEncoding || !id) return payload;
    const key = this.keyOf(text(id), text(owner));
    const plain = key && openBytes(key, contextOf(text(owner), text(original)), Buffer.from(payload.data ?? []));
    if (!plain) throw new SecretError(`a payload is sealed under master key ${text(id)}: name it in ENCRYPTION_KEYS_OLD`);
    return { metadata: { ...metadata, encoding: original ?? new Uint8Array() }, data: plain };
  }

  private keyOf(masterKeyId: string, workspace: string): SealingKey | undefined {
    const name = `${masterKeyId}/${workspace}`;
    const known = this.keys.get(name);
    const masterKey = this.masterKeyOf.get(masterKeyId);
    if (known || !masterKey) return known;
    const key = sealingKey(Buffer.from(hkdfSync('sha256', masterKey, Buffer.alloc(0), `postrider/payloads/${workspace}`, 32)));
    if (this.keys.size >= keysMax) this.keys.clear();
    this.keys.set(name, key);
    return key;
  }
}

/** Messages and stacks of failures go through the codec as well. Given by its place: the bundle of workflows loads it too. */
export const failureConverterPath = require.resolve('./failureConverter');

/** What clients and workers of this installation read and write histories with. */
export function dataConverterOf(masterKeys: MasterKeys, codec = new SealingCodec(masterKeys)): DataConverter {
  return { payloadCodecs: [codec], failureConverterPath };
}

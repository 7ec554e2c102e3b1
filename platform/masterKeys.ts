import { keyId, keyIdOf, open, SecretError, seal } from './crypto.js';

/**
 * The keys under which the keys of workspaces are wrapped: one that seals, and those of before, which only open until
 * nothing is sealed under them any more (docs/adr/0015).
 */
export class MasterKeys {
  /** All that open, by their ids. */
  readonly byId: Map<string, Buffer>;

  /** 32 bytes each. */
  constructor(
    readonly current: Buffer,
    earlier: readonly Buffer[] = [],
  ) {
    this.byId = new Map([...earlier, current].map((key) => [keyId(key), key]));
  }

  /** Names the key that seals, and says nothing of it. */
  get currentId(): string {
    return keyId(this.current);
  }

  seal(context: string, plain: Uint8Array): string {
    return seal(this.current, context, plain);
  }

  /** Throws SecretError where no key of these has sealed it. */
  open(context: string, envelope: string): Buffer {
    const id = keyIdOf(envelope);
    const key = this.byId.get(id);
    if (!key)
      throw new SecretError(
        `the stored secret was sealed under key ${id}, and ENCRYPTION_KEY is ${this.currentId}: set the key that sealed it, or name it in ENCRYPTION_KEYS_OLD`,
      );
    return open(key, context, envelope);
  }
}

/** The master keys of the environment: ENCRYPTION_KEY and ENCRYPTION_KEYS_OLD, base64. */
export function masterKeysOf({
  ENCRYPTION_KEY,
  ENCRYPTION_KEYS_OLD = [],
}: {
  ENCRYPTION_KEY: string;
  ENCRYPTION_KEYS_OLD?: string[] | undefined;
}): MasterKeys {
  const bytes = (text: string) => Buffer.from(text, 'base64');
  return new MasterKeys(bytes(ENCRYPTION_KEY), ENCRYPTION_KEYS_OLD.map(bytes));
}

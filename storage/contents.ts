import type { Database } from '../platform/database.js';
import { openBytes, type SealingKey, sealBytes } from '../platform/sealedBytes.js';
import { type ContactKeys, type ContactRef, contactRefKey } from './contactKeys.js';

/** What of a message says something. */
export interface MessageContents {
  body: string;
  mediaUrls: string[];
  metadata: Record<string, string>;
}

/** Who a contact is. */
export interface ContactContents {
  phoneNumber: string;
  name: string | null;
}

/** What is sealed, by the kind of row that it lies in. */
interface Kinds {
  message: MessageContents;
  contact: ContactContents;
  receipt: Record<string, unknown>;
  /** Its id is the message's. */
  statusCallback: { url: string; accountSid: string };
  /** In the row of a contact that is on the list; its id is the contact's. */
  suppression: { phoneNumber: string };
}

/** The row that something sealed lies in, and whose key seals it. */
interface Place<Kind extends keyof Kinds> extends ContactRef {
  kind: Kind;
  /** Id of the row. What is sealed opens there and nowhere else. */
  id: string;
}

export type Sealable = { [Kind in keyof Kinds]: Place<Kind> & { value: Kinds[Kind] } }[keyof Kinds];
export type Sealed<Kind extends keyof Kinds> = Place<Kind> & { sealed: Buffer };

/** What functions that read texts or numbers need. */
export interface Readable {
  database: Database;
  contents: Contents;
}

const contextOf = ({ kind, workspaceId, id }: Place<keyof Kinds>) => `${kind}/${workspaceId}/${id}`;

/**
 * Texts and numbers as they are stored: sealed under the key of the contact they belong to, many at once, with one look-up of
 * keys. Once a contact's key is destroyed nothing of it opens any more, wherever it lies.
 */
export class Contents {
  constructor(private readonly keys: ContactKeys) {}

  /** Seals; a contact without a key gets one. In order; null stays null. */
  async seal(values: (Sealable | null)[]): Promise<(Buffer | null)[]> {
    return sealed(values, await this.keys.ensure(values.filter((one) => one !== null)));
  }

  /** Seals what belongs to contacts that are there; null where one was erased, or never was. */
  async sealKnown(values: (Sealable | null)[]): Promise<(Buffer | null)[]> {
    return sealed(values, await this.keys.find(values.filter((one) => one !== null)));
  }

  /** Opens, in order; null where nothing is, and where the contact's key is gone. Throws SecretError where something is damaged. */
  async open<Kind extends keyof Kinds>(values: (Sealed<Kind> | null)[]): Promise<(Kinds[Kind] | null)[]> {
    const keys = await this.keys.find(values.filter((one) => one !== null));
    return values.map((one) => {
      const key = one && keys.get(contactRefKey(one));
      const plain = one && key ? openBytes(key, contextOf(one), one.sealed) : undefined;
      return plain ? (JSON.parse(plain.toString()) as Kinds[Kind]) : null;
    });
  }
}

function sealed(values: (Sealable | null)[], keys: Map<string, SealingKey>): (Buffer | null)[] {
  return values.map((one) => {
    const key = one && keys.get(contactRefKey(one));
    return one && key ? sealBytes(key, contextOf(one), Buffer.from(JSON.stringify(one.value))) : null;
  });
}

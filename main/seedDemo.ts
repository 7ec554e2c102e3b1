import { createHmac } from 'node:crypto';
import { membersMax } from '../domain/identityLimits.js';
import { uuidFromBytes } from '../domain/ids.js';
import { Database } from '../platform/database.js';
import { createLogger } from '../platform/logger.js';
import { masterKeysOf } from '../platform/masterKeys.js';
import { checkMasterKeys } from '../storage/checkKeys.js';
import { createWorkspaces, type NewWorkspace } from '../storage/createWorkspaces.js';
import { addMember } from '../storage/people.js';
import { createSignInLink } from '../storage/signInLinks.js';

export interface DemoOptions {
  databaseUrl: string;
  /** Where the keys of contacts lie; without it the first workspace has no contacts. */
  keysDatabaseUrl?: string;
  /** The master key, base64. */
  encryptionKey: string;
  /** Those of before, after a rotation. */
  encryptionKeysOld?: string[] | undefined;
  /** A real account for the first workspace; by default each has one of its own, made up for the simulator. */
  providerAccount?: { accountSid: string; authToken: string };
  /** Senders of the first workspace, E.164 or SIDs of Messaging Services; by default two made-up numbers. */
  senders?: string[];
  /** How many workspaces to have; 1 by default. */
  workspaces?: number;
}

export interface DemoWorkspace {
  id: string;
  name: string;
  apiKey: string;
  senders: string[];
  contacts: string[];
  twilioAccountSid: string;
  twilioAuthToken: string;
}

const contacts = [
  { phoneNumber: '+14155552671', name: 'Maria Okafor' },
  { phoneNumber: '+14155552672', name: 'Jonas Lindqvist' },
  { phoneNumber: '+442071838750', name: 'Priya Raman' },
];

/** Who owns the first workspace. */
const owner = { email: 'owner@demo.example', name: 'Demo owner', role: 'owner', max: membersMax } as const;
const bySystem = { actor: 'system' };

/** First of the made-up sender numbers, without +1415. */
const firstSender = 5_550_100;

/**
 * Makes sure that the demo workspaces exist, with senders, contacts and an API key. Everything made up is derived from
 * the master key, so that the same installation shows the same key at each start and another one other keys. The first has an
 * owner, for whom there is another link at each start.
 */
export async function seedDemo(options: DemoOptions): Promise<{ workspaces: DemoWorkspace[]; signInToken: string | undefined }> {
  const masterKey = Buffer.from(options.encryptionKey, 'base64');
  const made = (what: string, index: number) => createHmac('sha256', masterKey).update(`demo/${what}/${index}`).digest();
  const all = Array.from({ length: options.workspaces ?? 1 }, (_, index): NewWorkspace => {
    const real = index === 0 ? options.providerAccount : undefined;
    const numbers = [0, 1].map((place) => `+1415${firstSender + 2 * index + place}`);
    return {
      id: uuidFromBytes(made('workspace', index)),
      name: index === 0 ? 'Demo' : `Demo ${index + 1}`,
      senders: (index === 0 && options.senders) || numbers,
      contacts: index === 0 && options.keysDatabaseUrl ? contacts : [],
      account: {
        provider: 'twilio',
        accountSid: real?.accountSid ?? `AC${made('account', index).toString('hex').slice(0, 32)}`,
        authToken: real?.authToken ?? made('token', index).toString('hex').slice(0, 32),
        settings: {},
      },
      apiKey: { id: made('key-id', index).toString('hex').slice(0, 8), secret: made('key', index).toString('base64url') },
    };
  });

  const logger = createLogger('warn');
  const database = new Database(options.databaseUrl, 2, logger);
  const keys = new Database(options.keysDatabaseUrl ?? options.databaseUrl, 2, logger);
  try {
    const masterKeys = masterKeysOf({ ENCRYPTION_KEY: options.encryptionKey, ENCRYPTION_KEYS_OLD: options.encryptionKeysOld });
    // Before anything is made: other keys would make other workspaces.
    await checkMasterKeys(database, masterKeys);
    const apiKeys = await createWorkspaces({ database, keys, masterKeys }, all);
    const [first] = all;
    const person = first && (await addMember(database, first.id, owner, bySystem));
    const link = person && (await createSignInLink(database, person.id, null, bySystem));
    return {
      signInToken: link?.token,
      workspaces: all.map(({ id, name, senders, contacts: people, account }, index) => ({
        id,
        name,
        apiKey: apiKeys[index] ?? '',
        senders,
        contacts: people.map(({ phoneNumber }) => phoneNumber),
        twilioAccountSid: account.accountSid,
        twilioAuthToken: account.authToken,
      })),
    };
  } finally {
    await database.close();
    await keys.close();
  }
}

import { describe, expect, test } from '@jest/globals';
import { plainLimits } from '../../domain/rateLimit.js';
import { deriveKey } from '../../platform/crypto.js';
import { type CallbackSubject, isOurCallback, statusCallbackUrl } from '../../storage/callbackUrls.js';
import type { Workspace } from '../../storage/workspaces.js';

function workspace(id: string, seed: number): Workspace {
  const key = Buffer.alloc(32, seed);
  return {
    id,
    name: 'a workspace',
    limits: { ...plainLimits({ ratePerSecond: 10, burst: 50, epoch: 1 }), cooldownMs: 60_000 },
    errorPolicy: {},
    senders: [],
    accounts: [],
    routes: {},
    callbackEndpoints: [],
    wordSearch: false,
    breakers: [],
    keys: {
      messageId: deriveKey(key, 'message-id'),
      contactId: deriveKey(key, 'contact-id'),
      callback: deriveKey(key, 'callback'),
      secrets: deriveKey(key, 'secrets'),
      cursor: deriveKey(key, 'cursor'),
      words: deriveKey(key, 'words'),
      export: deriveKey(key, 'export'),
      contactKeys: deriveKey(key, 'contact-keys'),
    },
  };
}

const ours = workspace('0198c1f0-0000-7000-8000-000000000001', 1);
const subject: CallbackSubject = {
  messageId: '0198c1f0-0000-7000-8000-000000000011',
  createdAtMs: 1_700_000_000_123,
  attempt: 2,
  contactId: '0198c1f0-0000-7000-8000-000000000021',
};

function read(url: string) {
  const { origin, pathname, searchParams } = new URL(url);
  return {
    origin,
    pathname,
    ...(Object.fromEntries(searchParams) as { message: string; stored: string; attempt: string; contact: string; signature: string }),
  };
}

describe('the URL of status callbacks', () => {
  const url = statusCallbackUrl('https://sms.example.com', ours, 'twilio', subject);

  test('names workspace, message and attempt, and nothing that is secret or personal', () => {
    const { signature, ...rest } = read(url);
    expect(rest).toEqual({
      origin: 'https://sms.example.com',
      pathname: `/callbacks/twilio/${ours.id}/status`,
      message: subject.messageId,
      stored: String(subject.createdAtMs),
      attempt: '2',
      contact: subject.contactId,
    });
    expect(signature).toMatch(/^[\w-]{22}$/);
  });

  test('is the same each time, so that a retried send is not another one', () => {
    expect(statusCallbackUrl('https://sms.example.com', ours, 'twilio', { ...subject })).toBe(url);
  });

  test('is known as ours when it comes back', () => {
    expect(isOurCallback(ours, subject, read(url).signature)).toBe(true);
  });

  test.each<[string, Workspace, CallbackSubject]>([
    ['another message', ours, { ...subject, messageId: '0198c1f0-0000-7000-8000-00000000000b' }],
    ['another time', ours, { ...subject, createdAtMs: subject.createdAtMs + 1 }],
    ['another attempt', ours, { ...subject, attempt: 1 }],
    ['another workspace', workspace('0198c1f0-0000-7000-8000-000000000002', 1), subject],
    ['a workspace with another key', workspace(ours.id, 2), subject],
    ['another contact', ours, { ...subject, contactId: subject.messageId }],
    ['no contact', ours, { ...subject, contactId: undefined }],
    ['parts that run into each other', ours, { ...subject, messageId: subject.messageId.slice(0, -1), attempt: 12 }],
  ])('is refused for %s', (_what, owner, about) => {
    expect(isOurCallback(owner, about, read(url).signature)).toBe(false);
  });

  test.each([
    ['empty', () => ''],
    ['cut short', (signature: string) => signature.slice(0, -2)],
    ['longer', (signature: string) => `${signature}AA`],
    ['changed', (signature: string) => (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1)],
    ['no base64', () => '"><script>'],
  ])('is refused when its signature is %s', (_what, change) => {
    expect(isOurCallback(ours, subject, change(read(url).signature))).toBe(false);
  });
});

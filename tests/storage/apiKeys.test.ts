import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { apiKeyUnheardMs } from '../../domain/limits.js';
import { sha256 } from '../../platform/crypto.js';
import type { Database } from '../../platform/database.js';
import { ApiKeyRegister, newApiKey, parseApiKey } from '../../storage/apiKeys.js';

const workspaceId = '0198c1f0-0000-7000-8000-000000000001';
const otherWorkspaceId = '0198c1f0-0000-7000-8000-000000000002';

describe('an API key', () => {
  test('carries its workspace, its id and its secret, and is read back', () => {
    fc.assert(
      fc.property(fc.uuid({ version: 7 }), (owner) => {
        const { text, id, secretSha256 } = newApiKey(owner);
        const parsed = parseApiKey(text);
        expect(parsed).toEqual({ workspaceId: owner, id, secret: expect.any(String) });
        expect(sha256(parsed?.secret ?? '')).toEqual(secretSha256);
      }),
    );
  });

  test('is another each time, with 256 random bits', () => {
    const keys = [newApiKey(workspaceId), newApiKey(workspaceId)].map(({ text }) => parseApiKey(text));
    expect(keys[0]?.secret).not.toBe(keys[1]?.secret);
    expect(Buffer.from(keys[0]?.secret ?? '', 'base64url')).toHaveLength(32);
  });

  const { text } = newApiKey(workspaceId);
  test.each([
    ['nothing', ''],
    ['another prefix', text.replace('pr_', 'sk_')],
    ['more before it', ` ${text}`],
    ['more after it', `${text}x`],
    ['a line break after it', `${text}\n`],
    ['a workspace that is none', text.replace('0198c1f0', 'zzzzzzzz')],
    ['a workspace that is no UUID', text.replace('7000', '0000')],
    ['capital letters in the workspace', text.replace('c1f0', 'C1F0')],
    ['a secret cut short', text.slice(0, -1)],
    ['a quote', text.replace(/.$/, "'")],
  ])('is not %s', (_what, wrong) => {
    expect(parseApiKey(wrong)).toBeUndefined();
  });
});

/** A process that does not hear of changes. */
const deaf = { isLive: false, onChange: () => undefined };

describe('the register of keys', () => {
  const key = newApiKey(workspaceId);
  let stored: Map<string, Buffer>;
  let asked: unknown[][];
  let expiresAtMs: string | null;
  let register: ApiKeyRegister;

  beforeEach(() => {
    jest.useFakeTimers();
    stored = new Map([[`${workspaceId} ${key.id}`, key.secretSha256]]);
    asked = [];
    expiresAtMs = null;
    const database: Pick<Database, 'forWorkspace'> = {
      forWorkspace: async (owner: string, _statement: unknown, values: unknown[]) => {
        asked.push([owner, ...values]);
        const hash = stored.get(values.join(' '));
        return (hash ? [{ secret_sha256: hash, scopes: ['messages:send'], expires_at_ms: expiresAtMs }] : []) as never[];
      },
    };
    register = new ApiKeyRegister(database as Database, deaf);
  });
  afterEach(() => void jest.useRealTimers());
  const opens = async (text: string) => (await register.find(text))?.workspaceId;

  test('opens the workspace of a key, and looks for it nowhere else', async () => {
    expect(await register.find(key.text)).toEqual({ workspaceId, id: key.id, scopes: ['messages:send'], expiresAtMs: null });
    expect(asked).toEqual([[workspaceId, workspaceId, key.id]]);
  });

  test.each([
    ['a wrong secret', newApiKey(workspaceId, undefined, key.id).text],
    ['an unknown id', newApiKey(workspaceId).text],
    ['the workspace of someone else', key.text.replace(/^pr_[0-9a-f]{32}/, `pr_${otherWorkspaceId.replaceAll('-', '')}`)],
  ])('refuses a key with %s', async (_what, text) => {
    expect(await register.find(text)).toBeUndefined();
  });

  test('refuses what is no key without asking the database', async () => {
    expect(await register.find('Bearer nonsense')).toBeUndefined();
    expect(asked).toEqual([]);
  });

  test('asks once for many requests, refusals too', async () => {
    const wrong = newApiKey(workspaceId).text;
    for (let request = 0; request < 3; request += 1) {
      expect([await opens(key.text), await opens(wrong)]).toEqual([workspaceId, undefined]);
    }
    expect(asked).toHaveLength(2);
  });

  test('stops a revoked key, and lets a new one in, when what it remembers is old', async () => {
    const later = newApiKey(workspaceId);
    await register.find(key.text);
    await register.find(later.text);
    stored.clear();
    stored.set(`${workspaceId} ${later.id}`, later.secretSha256);
    jest.advanceTimersByTime(apiKeyUnheardMs - 1);
    expect([await opens(key.text), await opens(later.text)]).toEqual([workspaceId, undefined]);
    jest.advanceTimersByTime(1);
    expect([await opens(key.text), await opens(later.text)]).toEqual([undefined, workspaceId]);
  });

  test('stops a key at its end, also one that it remembers', async () => {
    expiresAtMs = String(Date.now() + 1_000);
    expect(await opens(key.text)).toBe(workspaceId);
    jest.advanceTimersByTime(999);
    expect(await opens(key.text)).toBe(workspaceId);
    jest.advanceTimersByTime(1);
    expect(await opens(key.text)).toBeUndefined();
  });

  test('tells of each use of a good key, and of no other', async () => {
    const used: string[] = [];
    register = new ApiKeyRegister(
      { forWorkspace: async () => [{ secret_sha256: key.secretSha256, scopes: ['*'], expires_at_ms: null }] } as unknown as Database,
      deaf,
      ({ id }) => used.push(id),
    );
    await register.find(key.text);
    await register.find(newApiKey(workspaceId, undefined, key.id).text);
    await register.find('nonsense');
    expect(used).toEqual([key.id]);
  });

  test('remembers nothing of a question that failed', async () => {
    const failing = new ApiKeyRegister({ forWorkspace: () => Promise.reject(new Error('away')) } as unknown as Database, deaf);
    await expect(failing.find(key.text)).rejects.toThrow('away');
    await expect(failing.find(key.text)).rejects.toThrow('away');
  });
});

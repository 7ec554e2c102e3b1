import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isUuid, messageOfWorkflowId, messageWorkflowId, rateLimiterWorkflowId, uuidFromBytes } from '../../domain/ids.js';

const sixteenBytes = fc.uint8Array({ minLength: 16, maxLength: 16 });

describe('a workflow id', () => {
  test('of a message says what it is and where it lives, and can be read back', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.uuid(), (workspaceId, messageId) => {
        const workflowId = messageWorkflowId({ workspaceId, messageId });
        expect(workflowId).toBe(`msg/${workspaceId}/${messageId}`);
        expect(messageOfWorkflowId(workflowId)).toEqual({ workspaceId, messageId });
      }),
    );
  });

  test('of anything else is no message', () => {
    for (const workflowId of [rateLimiterWorkflowId('w'), '', 'msg', 'msg/', 'msg/w', 'msg/w/', 'msg//m', 'other/w/m']) {
      expect(messageOfWorkflowId(workflowId)).toBeUndefined();
    }
  });

  test('of a rate limiter is one for each workspace', () => {
    expect(rateLimiterWorkflowId('w')).toBe('ratelimiter/w');
  });
});

describe('a UUID', () => {
  test('is made of 16 bytes, and only its version and variant are not theirs', () => {
    fc.assert(
      fc.property(sixteenBytes, fc.constantFrom(7 as const, 8 as const), (bytes, version) => {
        const id = uuidFromBytes(bytes, version);
        expect(isUuid(id)).toBe(true);
        expect(id[14]).toBe(String(version));
        const read = Buffer.from(id.replaceAll('-', ''), 'hex');
        const free = (from: Uint8Array) => [...from].map((byte, index) => (index === 6 ? byte & 0x0f : index === 8 ? byte & 0x3f : byte));
        expect(free(read)).toEqual(free(bytes));
      }),
    );
  });

  test('is custom (version 8) where no version is asked', () => {
    expect(uuidFromBytes(new Uint8Array(16))).toBe('00000000-0000-8000-8000-000000000000');
  });

  test('may come from the first bytes of a longer hash, never from fewer', () => {
    const bytes = Uint8Array.from({ length: 32 }, (_, index) => index);
    expect(uuidFromBytes(bytes)).toBe(uuidFromBytes(bytes.subarray(0, 16)));
    expect(() => uuidFromBytes(bytes.subarray(0, 15))).toThrow('a UUID needs 16 bytes, got 15');
  });

  test.each([
    '',
    '0198c1f0-0000-7000-8000-00000000000',
    '0198c1f0-0000-7000-8000-0000000000000',
    '0198C1F0-0000-7000-8000-000000000000',
    '0198c1f0-0000-0000-8000-000000000000',
    '0198c1f0-0000-7000-c000-000000000000',
    ' 0198c1f0-0000-7000-8000-000000000000',
    "0198c1f0-0000-7000-8000-000000000000'",
    '0198c1f0-0000-7000-8000-000000000000\n',
    '0198c1f0000070008000000000000000',
  ])('is not %j', (text) => {
    expect(isUuid(text)).toBe(false);
  });
});

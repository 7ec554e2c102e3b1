import { describe, expect, it } from '@jest/globals';
import { type Message, Refusal, Unreachable } from '../../web/src/api.js';
import type { OutboxEntry } from '../../web/src/outbox.js';
import { outcomeOfError, outcomeOfRefusedAck, sendMessage } from '../../web/src/sendMessage.js';

const entry: OutboxEntry = {
  idempotencyKey: 'k1',
  conversationId: 'c1',
  to: '+447700900001',
  body: 'hello',
  createdAt: '2026-11-20T10:00:00.000Z',
  state: 'sending',
};

const message: Message = {
  id: 'm1',
  conversationId: 'c1',
  direction: 'outbound',
  to: entry.to,
  from: '+447700900002',
  body: entry.body,
  status: 'queued',
  createdAt: entry.createdAt,
  error: null,
  sendAt: null,
  contentKeptDays: null,
  archived: false,
};

describe('sending a message', () => {
  it('leaves HTTP alone where the socket answers', async () => {
    const live = { send: async () => ({ ok: true, id: 'm1', status: 'queued', conversationId: 'c1' }) as const };
    const api = { send: () => Promise.reject(new Error('not to be called')) };
    expect(await sendMessage(entry, live, api)).toEqual({ kind: 'accepted', id: 'm1', conversationId: 'c1', status: 'queued' });
  });

  it('repeats over HTTP with the same key what the socket did not answer, so that it cannot become two', async () => {
    const keys: string[] = [];
    const live = {
      send: async ({ idempotencyKey }: { idempotencyKey: string }) => {
        keys.push(idempotencyKey);
        return null;
      },
    };
    const api = {
      send: async (_: unknown, idempotencyKey: string) => {
        keys.push(idempotencyKey);
        return message;
      },
    };
    expect((await sendMessage(entry, live, api)).kind).toBe('accepted');
    expect(keys).toEqual(['k1', 'k1']);
  });

  it('waits where the server cannot be reached or asks for patience', () => {
    expect(outcomeOfError(new Unreachable())).toEqual({ kind: 'later', afterMs: null });
    expect(outcomeOfError(new Refusal(503, 'unavailable', 'Busy.', [], 2_000))).toEqual({ kind: 'later', afterMs: 2_000 });
    for (const code of ['unavailable', 'overloaded', 'too_many_requests'])
      expect(outcomeOfRefusedAck({ ok: false, code, message: 'Busy.' }).kind).toBe('later');
  });

  it('is refused in the server’s words', () => {
    const errors = [{ field: 'to', message: 'Not a phone number.' }];
    expect(outcomeOfError(new Refusal(422, 'invalid_request', 'Look again.', errors))).toEqual({
      kind: 'refused',
      code: 'invalid_request',
      sentence: 'Look again.',
      errors,
      inDoubt: false,
    });
    expect(outcomeOfRefusedAck({ ok: false, code: 'invalid_request', message: 'Look again.' })).toMatchObject({ sentence: 'Look again.' });
  });

  it('stays in doubt when the server failed over it', () => {
    expect(outcomeOfError(new Refusal(500, 'internal', 'Sorry.'))).toMatchObject({ kind: 'refused', inDoubt: true });
    expect(outcomeOfRefusedAck({ ok: false, code: 'internal', message: 'Sorry.' })).toMatchObject({ inDoubt: true });
  });
});

import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createOutbox, type KeyValueStorage, type OutboxEntry, retryDelayMsMin, type SendOutcome } from '../../web/src/outbox.js';

function memoryStorage(): KeyValueStorage {
  const values = new Map<string, string>();
  return { getItem: (key) => values.get(key) ?? null, setItem: (key, value) => void values.set(key, value) };
}

function words(body: string): Omit<OutboxEntry, 'state'> {
  return { idempotencyKey: `key of ${body}`, conversationId: 'c1', to: '+447700900001', body, createdAt: '2026-11-20T10:00:00.000Z' };
}

const accepted = (id: string): SendOutcome => ({ kind: 'accepted', id, conversationId: 'c1', status: 'queued' });
const refused: SendOutcome = { kind: 'refused', code: 'invalid_request', sentence: 'No.', errors: [], inDoubt: false };
const later: SendOutcome = { kind: 'later', afterMs: null };

/** An outbox whose server answers as told, in turn, and then accepts. */
function outboxWith(answers: SendOutcome[], storage = memoryStorage()) {
  const attempts: OutboxEntry[] = [];
  const log: string[] = [];
  const outbox = createOutbox({
    storage,
    storageKey: 'outbox',
    attempt: async (entry) => {
      attempts.push(entry);
      return answers.shift() ?? accepted(`m${attempts.length}`);
    },
    onAccepted: (entry) => log.push(`accepted ${entry.body}`),
    onRefused: (entry, { sentence }) => log.push(`refused ${entry.body}: ${sentence}`),
  });
  return { outbox, attempts, log, storage };
}

const settle = () => jest.advanceTimersByTimeAsync(0);

describe('the outbox', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('sends messages in the order in which they were written', async () => {
    const { outbox, log } = outboxWith([]);
    void outbox.add(words('one'));
    void outbox.add(words('two'));
    await settle();
    expect(log).toEqual(['accepted one', 'accepted two']);
    expect(outbox.entries.get()).toEqual([]);
  });

  it('tries again with the same key until the server answers, and holds back what was written after', async () => {
    const { outbox, attempts, log } = outboxWith([later, later]);
    void outbox.add(words('one'));
    await settle();
    void outbox.add(words('two'));
    await settle();
    expect(outbox.entries.get().map((entry) => entry.state)).toEqual(['waiting', 'waiting']);
    await jest.advanceTimersByTimeAsync(retryDelayMsMin * 10);
    expect(log).toEqual(['accepted one', 'accepted two']);
    expect(new Set(attempts.filter((entry) => entry.body === 'one').map((entry) => entry.idempotencyKey))).toEqual(new Set(['key of one']));
  });

  it('comes back when the server asked it to', async () => {
    const { outbox, attempts } = outboxWith([{ kind: 'later', afterMs: 7_000 }]);
    void outbox.add(words('one'));
    await jest.advanceTimersByTimeAsync(6_900);
    expect(attempts).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(200);
    expect(attempts).toHaveLength(2);
  });

  it('does not wait out its delay when the connection is back', async () => {
    const { outbox, log } = outboxWith([later]);
    void outbox.add(words('one'));
    await settle();
    outbox.retryNow();
    await settle();
    expect(log).toEqual(['accepted one']);
  });

  it('gives a refused message back and goes on with the next', async () => {
    const { outbox, log } = outboxWith([refused]);
    const outcome = outbox.add(words('one'));
    void outbox.add(words('two'));
    await settle();
    expect(log).toEqual(['refused one: No.', 'accepted two']);
    expect((await outcome).kind).toBe('refused');
  });

  it('keeps what is unsent through a reload', async () => {
    const first = outboxWith([later]);
    void first.outbox.add(words('one'));
    await settle();
    first.outbox.close();

    const second = outboxWith([], first.storage);
    second.outbox.retryNow();
    await settle();
    expect(second.attempts.map((entry) => entry.idempotencyKey)).toEqual(['key of one']);
    expect(second.outbox.entries.get()).toEqual([]);
  });

  it('sends nothing more once it is closed', async () => {
    const { outbox, attempts } = outboxWith([later]);
    void outbox.add(words('one'));
    await settle();
    outbox.close();
    await jest.advanceTimersByTimeAsync(60_000);
    expect(attempts).toHaveLength(1);
  });
});

import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { settingsKeptMaxMs, settingsReadPatienceMs } from '../../domain/limits.js';
import { SettingsCache } from '../../storage/settingsCache.js';

const unheardMs = 5_000;

/** A watch that the test switches, and a database whose answers the test gives. */
function stage() {
  let tell: (workspaceId: string | undefined) => void = () => undefined;
  const watch = { isLive: true, onChange: (listener: typeof tell) => void (tell = listener) };
  const cache = new SettingsCache<string>(watch, unheardMs);
  const database = { says: (): Promise<string> => Promise.resolve('first'), asked: 0 };
  const get = (workspaceId = 'a') =>
    cache.get(workspaceId, 'key', () => {
      database.asked += 1;
      return database.says();
    });
  return { watch, database, get, changed: (workspaceId?: string) => tell(workspaceId) };
}

describe('what a process remembers of settings', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  test('is read once while changes are heard of, and anew after one', async () => {
    const { database, get, changed } = stage();
    expect([await get(), await get()]).toEqual(['first', 'first']);
    jest.advanceTimersByTime(unheardMs * 10);
    await get();
    expect(database.asked).toBe(1);
    database.says = async () => 'second';
    changed('a');
    expect(await get()).toBe('second');
  });

  test('of other workspaces stays when one has changed', async () => {
    const { database, get, changed } = stage();
    await get('a');
    await get('b');
    changed('a');
    await get('b');
    expect(database.asked).toBe(2);
  });

  test('is dropped whole when changes may have gone unheard', async () => {
    const { database, get, changed } = stage();
    await get('a');
    await get('b');
    changed(undefined);
    await get('a');
    await get('b');
    expect(database.asked).toBe(4);
  });

  test('is not what was read before a change that came while it was read', async () => {
    const { database, get, changed } = stage();
    let answer: (text: string) => void = () => undefined;
    database.says = () => new Promise((resolve) => (answer = resolve));
    const reading = get();
    changed('a');
    answer('stale');
    await reading;
    database.says = async () => 'second';
    expect(await get()).toBe('second');
  });

  test('is read anew after a short time where changes are not heard of', async () => {
    const { watch, database, get } = stage();
    watch.isLive = false;
    await get();
    database.says = async () => 'second';
    jest.advanceTimersByTime(unheardMs - 1);
    expect(await get()).toBe('first');
    jest.advanceTimersByTime(1);
    expect(await get()).toBe('second');
  });

  test('serves on while the database is away, for five minutes and no longer', async () => {
    const { watch, database, get } = stage();
    await get();
    watch.isLive = false;
    database.says = () => Promise.reject(new Error('away'));
    jest.advanceTimersByTime(settingsKeptMaxMs - 1);
    expect(await get()).toBe('first');
    jest.advanceTimersByTime(1);
    await expect(get()).rejects.toThrow('away');
  });

  test('serves while the database hangs, after a moment of patience', async () => {
    const { watch, database, get } = stage();
    await get();
    watch.isLive = false;
    database.says = () => new Promise(() => undefined);
    jest.advanceTimersByTime(unheardMs);
    const answer = get();
    await jest.advanceTimersByTimeAsync(settingsReadPatienceMs);
    expect(await answer).toBe('first');
  });

  test('does not outlive a revocation, though the database is away afterwards', async () => {
    const { database, get, changed } = stage();
    await get();
    changed('a');
    database.says = () => Promise.reject(new Error('away'));
    await expect(get()).rejects.toThrow('away');
  });

  test('is nothing where the first read failed', async () => {
    const { database, get } = stage();
    database.says = () => Promise.reject(new Error('away'));
    await expect(get()).rejects.toThrow('away');
    database.says = async () => 'first';
    expect(await get()).toBe('first');
  });
});

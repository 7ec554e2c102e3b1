import { createHash } from 'node:crypto';
import { expect, it } from '@jest/globals';
import type { ObjectStore } from '../../../platform/objectStore/objectStore.js';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

async function* chunksOf(count: number, size: number): AsyncIterable<Uint8Array> {
  for (let index = 0; index < count; index++) yield new Uint8Array(size).fill(index);
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** What every store of objects promises. */
export function describeObjectStore(open: () => ObjectStore | Promise<ObjectStore>): void {
  it('gives back what was put under a key, and its size', async () => {
    const store = await open();
    expect(await store.put('week/a.txt', bytesOf('one text'))).toEqual({ bytes: 8 });
    expect(textOf(await store.get('week/a.txt'))).toBe('one text');
    expect(await store.head('week/a.txt')).toEqual({ bytes: 8 });
  });

  it('replaces an object, unless it is to be put only where none is', async () => {
    const store = await open();
    await store.put('replace', bytesOf('first'));
    await store.put('replace', bytesOf('second'));
    await expect(store.put('replace', bytesOf('third'), { ifAbsent: true })).rejects.toMatchObject({ failure: 'exists' });
    expect(textOf(await store.get('replace'))).toBe('second');
    await store.put('absent', bytesOf('new'), { ifAbsent: true });
    expect(textOf(await store.get('absent'))).toBe('new');
  });

  it('stores a stream of any length whole, without a length told before', async () => {
    const store = await open();
    // More than one part of an upload.
    const [count, size] = [13, 1_000_000];
    expect(await store.put('big', chunksOf(count, size))).toEqual({ bytes: count * size });
    const [written, read] = [createHash('sha256'), createHash('sha256')];
    for await (const chunk of chunksOf(count, size)) written.update(chunk);
    for await (const chunk of store.stream('big')) read.update(chunk);
    expect(read.digest('hex')).toBe(written.digest('hex'));
    expect(Buffer.from(await store.get('big', { start: 2_999_999, endExclusive: 3_000_002 }))).toEqual(Buffer.from([2, 3, 3]));
    await expect(store.put('big', chunksOf(7, size), { ifAbsent: true })).rejects.toMatchObject({ failure: 'exists' });
    expect(await store.head('big')).toEqual({ bytes: count * size });
  });

  it('reads exactly the bytes of a range, and of one beyond the end those that there are', async () => {
    const store = await open();
    await store.put('digits', bytesOf('0123456789'));
    const range = async (start: number, endExclusive: number) => textOf(await store.get('digits', { start, endExclusive }));
    expect(await range(0, 1)).toBe('0');
    expect(await range(3, 7)).toBe('3456');
    expect(await range(8, 20)).toBe('89');
    expect(await range(10, 20)).toBe('');
    expect(await range(5, 5)).toBe('');
  });

  it('says that an object is missing', async () => {
    const store = await open();
    await expect(store.get('nowhere')).rejects.toMatchObject({ failure: 'missing' });
    await expect(store.get('nowhere', { start: 0, endExclusive: 4 })).rejects.toMatchObject({ failure: 'missing' });
    await expect(all(store.stream('nowhere'))).rejects.toMatchObject({ failure: 'missing' });
    expect(await store.head('nowhere')).toBeUndefined();
    await store.delete('nowhere');
  });

  it('leaves nothing behind where what is to be stored fails on its way', async () => {
    const store = await open();
    async function* broken(): AsyncIterable<Uint8Array> {
      yield bytesOf('half');
      throw new RangeError('the source broke');
    }
    await expect(store.put('halves/one', broken())).rejects.toThrow('the source broke');
    expect(await store.head('halves/one')).toBeUndefined();
    expect(await all(store.list('halves'))).toEqual([]);
  });

  it('lists by prefix in order of keys, and forgets what is deleted', async () => {
    const store = await open();
    for (const key of ['list/b/2', 'list/a', 'list/b/10', 'listing']) await store.put(key, bytesOf(key));
    expect((await all(store.list('list/'))).map(({ key }) => key)).toEqual(['list/a', 'list/b/10', 'list/b/2']);
    expect(await all(store.list('list/b/1'))).toEqual([{ key: 'list/b/10', bytes: 9 }]);
    await store.delete('list/a');
    expect((await all(store.list('list'))).map(({ key }) => key)).toEqual(['list/b/10', 'list/b/2', 'listing']);
  });

  it.each(['', '/absolute', '../up', 'a/../b', 'a//b', 'a/', 'spa ce', 'a/.hidden'])('refuses the key %j', async (key) => {
    const store = await open();
    await expect(store.put(key, bytesOf('x'))).rejects.toThrow('not a key of an object');
    await expect(store.get(key)).rejects.toThrow(/not a key of an object/);
  });
}

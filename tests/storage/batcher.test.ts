import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { batched } from '../../storage/batcher.js';

interface Input {
  key: string;
  value: number;
}

const input = (value: number, key = String(value)): Input => ({ key, value });
const keyOf = ({ key }: Input) => key;
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A statement that ends when the test says so. */
function slowStatement() {
  const started: { values: number[]; end(error?: Error): void }[] = [];
  const run = (inputs: Input[]) =>
    new Promise<string[]>((resolve, reject) => {
      const values = inputs.map(({ value }) => value);
      started.push({ values, end: (error) => (error ? reject(error) : resolve(values.map((value) => `row ${value}`))) });
    });
  return { started, run };
}

describe('single calls', () => {
  test('made together travel together, and each gets its own row', async () => {
    const { started, run } = slowStatement();
    const store = batched(run, { keyOf });
    const rows = Promise.all([store(input(1)), store(input(2)), store(input(3))]);
    await turn();
    started[0]?.end();
    expect(await rows).toEqual(['row 1', 'row 2', 'row 3']);
    expect(started.map(({ values }) => values)).toEqual([[1, 2, 3]]);
  });

  test('made while statements run gather for the next one', async () => {
    const { started, run } = slowStatement();
    const store = batched(run, { keyOf, concurrentMax: 1 });
    const rows = [store(input(1))];
    await turn();
    for (const value of [2, 3]) {
      rows.push(store(input(value)));
      await turn();
    }
    expect(started.map(({ values }) => values)).toEqual([[1]]);
    started[0]?.end();
    await rows[0];
    await turn();
    expect(started.map(({ values }) => values)).toEqual([[1], [2, 3]]);
    started[1]?.end();
    expect(await Promise.all(rows)).toEqual(['row 1', 'row 2', 'row 3']);
  });

  test('never make more statements at once than allowed, nor larger ones', async () => {
    const { started, run } = slowStatement();
    const store = batched(run, { keyOf, concurrentMax: 2, sizeMax: 3 });
    const rows = Array.from({ length: 10 }, (_, value) => store(input(value)));
    await turn();
    expect(started.map(({ values }) => values)).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
    for (let ended = 0; ended < 4; ended += 1) {
      started[ended]?.end();
      await turn();
    }
    expect(started.map(({ values }) => values.length)).toEqual([3, 3, 3, 1]);
    expect(await Promise.all(rows)).toHaveLength(10);
  });

  test('of one key never share a statement, and keep their order', async () => {
    const { started, run } = slowStatement();
    const store = batched(run, { keyOf, concurrentMax: 1 });
    const rows = [store(input(1, 'a')), store(input(2, 'a')), store(input(3, 'b')), store(input(4, 'a'))];
    for (let ended = 0; ended < 3; ended += 1) {
      await turn();
      started[ended]?.end();
      await turn();
    }
    await Promise.all(rows);
    expect(started.map(({ values }) => values)).toEqual([[1, 3], [2], [4]]);
  });
});

describe('a statement that fails', () => {
  test('is run again row by row, so that one bad row fails alone', async () => {
    const ran: number[][] = [];
    const store = batched(
      async (inputs: Input[]) => {
        ran.push(inputs.map(({ value }) => value));
        if (inputs.some(({ value }) => value === 2)) throw new Error('a bad row');
        return inputs.map(({ value }) => `row ${value}`);
      },
      { keyOf },
    );
    const results = await Promise.allSettled([1, 2, 3].map((value) => store(input(value))));
    expect(results).toEqual([
      { status: 'fulfilled', value: 'row 1' },
      { status: 'rejected', reason: new Error('a bad row') },
      { status: 'fulfilled', value: 'row 3' },
    ]);
    expect(ran).toEqual([[1, 2, 3], [1], [2], [3]]);
  });

  test('does not stop the next one', async () => {
    const { started, run } = slowStatement();
    const store = batched(run, { keyOf, concurrentMax: 1 });
    const lost = expect(store(input(1))).rejects.toThrow('away');
    await turn();
    started[0]?.end(new Error('away'));
    await lost;
    const row = store(input(2));
    await turn();
    started[1]?.end();
    expect(await row).toBe('row 2');
  });
});

test('whatever comes, each call gets the answer to its own input, once', async () => {
  const calls = fc.array(fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd'), bad: fc.boolean(), later: fc.boolean() }), {
    minLength: 1,
    maxLength: 40,
  });
  await fc.assert(
    fc.asyncProperty(calls, fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 3 }), async (inputs, sizeMax, concurrentMax) => {
      const done: number[] = [];
      let running = 0;
      const store = batched(
        async (batch: { key: string; bad: boolean; index: number }[]) => {
          running += 1;
          expect(batch.length).toBeLessThanOrEqual(sizeMax);
          expect(running).toBeLessThanOrEqual(concurrentMax);
          expect(new Set(batch.map(({ key }) => key)).size).toBe(batch.length);
          await turn();
          running -= 1;
          if (batch.some(({ bad }) => bad)) throw new Error(`bad ${batch.map(({ index }) => index)}`);
          done.push(...batch.map(({ index }) => index));
          return batch.map(({ index }) => index);
        },
        { sizeMax, concurrentMax, keyOf: ({ key }) => key },
      );
      const results: Promise<unknown>[] = [];
      for (const [index, { later, ...one }] of inputs.entries()) {
        if (later) await turn();
        results.push(store({ ...one, index }).catch((error: Error) => error.message));
      }
      expect(await Promise.all(results)).toEqual(inputs.map(({ bad }, index) => (bad ? `bad ${index}` : index)));
      expect([...done].sort((a, b) => a - b)).toEqual(inputs.flatMap(({ bad }, index) => (bad ? [] : [index])));
    }),
  );
});

import { expect, it } from '@jest/globals';
import { TurnedAway, Turns } from '../../platform/turns.js';

it('never runs more than so many at once, keeps their order, and goes on after a failure', async () => {
  const turns = new Turns(3);
  const order: number[] = [];
  let running = 0;
  let most = 0;
  const results = await Promise.allSettled(
    Array.from({ length: 20 }, (_, index) =>
      turns.run(async () => {
        order.push(index);
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        if (index % 4 === 0) throw new Error('failed');
        return index;
      }),
    ),
  );
  expect(most).toBe(3);
  expect(order).toEqual(Array.from({ length: 20 }, (_, index) => index));
  expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(5);
});

it('after its end begins nothing more, tells those who wait, and lets what runs come to its end', async () => {
  const turns = new Turns(1);
  let finish: (result: string) => void = () => undefined;
  const running = turns.run(() => new Promise<string>((resolve) => (finish = resolve)));
  const begun: string[] = [];
  const waiting = turns.run(async () => begun.push('waiting'));
  turns.close();
  const late = turns.run(async () => begun.push('late'));
  await expect(waiting).rejects.toBeInstanceOf(TurnedAway);
  await expect(late).rejects.toBeInstanceOf(TurnedAway);
  finish('to its end');
  expect([await running, begun]).toEqual(['to its end', []]);
});

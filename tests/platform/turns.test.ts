import { expect, it } from '@jest/globals';
import { TurnedAway, Turns } from '../../platform/turns.js';

it('never runs more than so many at once, keeps their order, and goes on after a failure', async () => {
  const turns = new Turns(3);
  const order: number[] = [];
  let running = 0;
  let most = 0;
  const results = await Promise.allSettled(
    Array.from({ length: 20 }, (_, index) =>
      turns.run('one', async () => {
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
  const running = turns.run('one', () => new Promise<string>((resolve) => (finish = resolve)));
  const begun: string[] = [];
  const waiting = turns.run('one', async () => begun.push('waiting'));
  turns.close();
  const late = turns.run('one', async () => begun.push('late'));
  await expect(waiting).rejects.toBeInstanceOf(TurnedAway);
  await expect(late).rejects.toBeInstanceOf(TurnedAway);
  finish('to its end');
  expect([await running, begun]).toEqual(['to its end', []]);
});

/** Has work of these parties brought in one after the other; answers in which order it was begun. */
async function orderOf(turns: Turns, names: string[]): Promise<string[]> {
  const order: string[] = [];
  const work = async (name: string) => {
    order.push(name);
    await new Promise((resolve) => setImmediate(resolve));
  };
  await Promise.all(names.map((name) => turns.run(name, () => work(name))));
  return order;
}

it('lets parties take turns: who comes with one piece of work waits for none of the flood of another', async () => {
  const order = await orderOf(new Turns(2), ['flood', 'flood', 'flood', 'flood', 'flood', 'flood', 'other', 'third', 'other']);
  expect(order).toEqual(['flood', 'flood', 'flood', 'other', 'third', 'flood', 'other', 'flood', 'flood']);
});

it('leaves the places beyond the share of one party to others, and gives them to nobody else', async () => {
  const turns = new Turns(4, 2);
  const running: string[] = [];
  let most = 0;
  const work = (name: string) =>
    turns.run(name, async () => {
      running.push(name);
      most = Math.max(most, running.filter((one) => one === 'flood').length);
      await new Promise((resolve) => setImmediate(resolve));
      running.splice(running.indexOf(name), 1);
    });
  const flood = Array.from({ length: 6 }, () => work('flood'));
  await Promise.resolve();
  expect(running).toEqual(['flood', 'flood']);
  const others = [work('other'), work('third'), work('fourth')];
  await Promise.resolve();
  expect(running).toEqual(['flood', 'flood', 'other', 'third']);
  await Promise.all([...flood, ...others]);
  expect([most, running]).toEqual([2, []]);
});

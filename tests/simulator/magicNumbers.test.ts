import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { actionSchema } from '../../simulator/actions.js';
import { magicNumbers } from '../../simulator/magicNumbers.js';
import { eventually } from './eventually.js';
import { openStage, type Stage } from './stage.js';

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

test.each(Object.entries(magicNumbers))('%s is a valid US number with a valid action, and the README tells of it', (number, magic) => {
  const parsed = parsePhoneNumberFromString(number);
  expect([parsed?.isValid(), parsed?.country]).toEqual([true, 'US']);
  expect(actionSchema.safeParse(magic.action).success).toBe(true);
  const readme = readFileSync(join(__dirname, '../../simulator/README.md'), 'utf8');
  expect(readme).toContain(`| \`${number}\` | ${magic.meaning} |`);
});

test.each([
  ['+14155552610', 21610],
  ['+14155552614', 21614],
  ['+14155552621', 21211],
])('%s is refused with %i', async (to, code) => {
  await expect(stage.send({ to })).rejects.toMatchObject({ status: 400, code });
});

test.each([
  ['+14155552600', 'delivered', null],
  ['+14155552601', 'undelivered', 30003],
  ['+14155552602', 'failed', 30007],
])('a message to %s ends %s', async (to, status, errorCode) => {
  const { sid } = await stage.send({ to });
  const ended = await eventually('its end', async () => {
    const message = await stage.client.messages(sid).fetch();
    return message.status === status && message;
  });
  expect(ended.errorCode).toBe(errorCode);
});

test('+14155552629 refuses the first two tries of each text, then takes it, and starts over', async () => {
  const tries = async (body: string): Promise<unknown[]> => {
    const results: unknown[] = [];
    for (let index = 0; index < 3; index += 1) {
      results.push(
        await stage.send({ to: '+14155552629', body }).then(
          () => 'accepted',
          (error: { code: number }) => error.code,
        ),
      );
    }
    return results;
  };
  expect(await tries('one')).toEqual([20429, 20429, 'accepted']);
  expect(await tries('two')).toEqual([20429, 20429, 'accepted']);
  expect(await tries('one')).toEqual([20429, 20429, 'accepted']);
});

test('a rule comes before a magic number', async () => {
  await stage.control('POST', '/rules', { name: 'mine', match: { to: '+14155552610' }, action: { delayMs: 1 } });
  await stage.send({ to: '+14155552610' });
  expect((await stage.control('GET', '/requests')).json.requests.at(-1)).toMatchObject({ outcome: 'accepted', ruleName: 'mine' });
});

import { describe, expect, test } from '@jest/globals';
import { MasterKeys, masterKeysOf } from '../../platform/masterKeys.js';

const [old, current, other] = [1, 2, 3].map((seed) => Buffer.alloc(32, seed)) as [Buffer, Buffer, Buffer];
const context = 'workspace/1/wrapped_key';

describe('the master keys', () => {
  test('open what any of them sealed, and seal by the current one', () => {
    const envelope = new MasterKeys(old).seal(context, Buffer.from('secret'));
    const keys = masterKeysOf({ ENCRYPTION_KEY: current.toString('base64'), ENCRYPTION_KEYS_OLD: [old.toString('base64')] });
    expect(keys.open(context, envelope).toString()).toBe('secret');
    const again = keys.seal(context, Buffer.from('secret'));
    expect(new MasterKeys(current).open(context, again).toString()).toBe('secret');
    expect(() => new MasterKeys(old).open(context, again)).toThrow('sealed under key');
  });

  test('say which key is wanted and where to name it, without a word of any key', () => {
    const envelope = new MasterKeys(old).seal(context, Buffer.from('secret'));
    const { currentId: wanted } = new MasterKeys(old);
    const keys = new MasterKeys(other);
    expect(() => keys.open(context, envelope)).toThrow(
      `the stored secret was sealed under key ${wanted}, and ENCRYPTION_KEY is ${keys.currentId}: set the key that sealed it, or name it in ENCRYPTION_KEYS_OLD`,
    );
  });

  test('refuse what was sealed for another place', () => {
    const keys = new MasterKeys(current);
    expect(() => keys.open('workspace/2/wrapped_key', keys.seal(context, Buffer.from('secret')))).toThrow('does not belong here');
  });
});

import { describe, expect, it } from '@jest/globals';
import { createDrafts } from '../../web/src/drafts.js';
import type { KeyValueStorage } from '../../web/src/outbox.js';

function memoryStorage(): KeyValueStorage {
  const values = new Map<string, string>();
  return { getItem: (key) => values.get(key) ?? null, setItem: (key, value) => void values.set(key, value) };
}

let keys = 0;
const newKey = () => `new ${(keys += 1)}`;
const refusal = { sentence: 'The contact has opted out.', errors: [] };

describe('drafts', () => {
  it('are kept by conversation through a reload', () => {
    const storage = memoryStorage();
    const drafts = createDrafts(storage, 'drafts', newKey);
    drafts.edit('c1', { body: 'half a sen' });
    drafts.edit('c2', { body: 'other' });
    drafts.clear('c2');
    const reloaded = createDrafts(storage, 'drafts', newKey);
    expect([reloaded.get('c1').body, reloaded.get('c2').body]).toEqual(['half a sen', '']);
  });

  it('come back with the reason when the server refuses them', () => {
    const drafts = createDrafts(memoryStorage(), 'drafts', newKey);
    drafts.giveBack('c1', { body: 'hello', refusal });
    expect(drafts.get('c1')).toMatchObject({ body: 'hello', refusal });
  });

  it('lose no words that were typed while a refused message was under way', () => {
    const drafts = createDrafts(memoryStorage(), 'drafts', newKey);
    drafts.edit('c1', { body: 'and another thing' });
    drafts.giveBack('c1', { body: 'hello', refusal, key: 'k1', inDoubt: true });
    expect(drafts.get('c1').body).toBe('hello\nand another thing');
    // Other words than those in doubt are another message.
    expect(drafts.get('c1')).toMatchObject({ key: expect.stringMatching(/^new/) });
    expect(drafts.get('c1').inDoubt).toBeUndefined();
  });

  it('keep the key of words in doubt until the words change', () => {
    const drafts = createDrafts(memoryStorage(), 'drafts', newKey);
    drafts.giveBack('c1', { body: 'hello', refusal, key: 'k1', inDoubt: true });
    expect(drafts.get('c1').key).toBe('k1');
    drafts.edit('c1', { body: 'hello!' });
    expect(drafts.get('c1')).toEqual({ body: 'hello!', key: expect.stringMatching(/^new/) });
  });

  it('are the same message in a tab that was copied, however the words go on', () => {
    const storage = memoryStorage();
    const drafts = createDrafts(storage, 'drafts', newKey);
    drafts.edit('c1', { body: 'hel' });
    const copy = createDrafts(storage, 'drafts', newKey);
    drafts.edit('c1', { body: 'hello' });
    copy.edit('c1', { body: 'hello' });
    expect(copy.get('c1').key).toBe(drafts.get('c1').key);
    drafts.clear('c1');
    drafts.edit('c1', { body: 'another' });
    expect(drafts.get('c1').key).not.toBe(copy.get('c1').key);
  });

  it('start empty where the storage holds nonsense', () => {
    const storage = memoryStorage();
    storage.setItem('drafts', '{');
    expect(createDrafts(storage, 'drafts', newKey).get('c1')).toEqual({ body: '' });
  });
});

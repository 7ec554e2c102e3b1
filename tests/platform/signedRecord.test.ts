import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { randomKey } from '../../platform/crypto.js';
import { MasterKeys } from '../../platform/masterKeys.js';
import { type SignedRecord, signRecord, verifyRecord } from '../../platform/signedRecord.js';

const key = randomKey();
const keys = new MasterKeys(key);
const content = {
  workspace: { id: 'w', name: 'Demo' },
  message: { id: 'm', body: 'مرحبا \u202e 👩‍👩‍👧‍👦', error: null, segments: 2 },
  events: [
    { seq: 1, status: 'queued' },
    { seq: 2, status: 'sent' },
  ],
  interventions: [],
};
const signed = () => signRecord(key, content);
/** As it comes back from a file, after somebody has had it. */
const after = (change: (record: any) => void): SignedRecord => {
  const copy = JSON.parse(JSON.stringify(signed(), null, 2));
  change(copy);
  return copy;
};
const faults = (given: unknown) => {
  const verdict = verifyRecord(keys, given);
  return verdict.verdict === 'changed' ? verdict.faults : verdict.verdict;
};

describe('a signed record', () => {
  it('is intact as long as nobody changes what it says, however it is laid out', () => {
    expect(
      verifyRecord(
        keys,
        after(() => undefined),
      ),
    ).toMatchObject({ verdict: 'intact', record: content });
    const turned = after((copy) => {
      copy.record.message = Object.fromEntries(Object.entries(copy.record.message).reverse());
    });
    expect(faults(turned)).toBe('intact');
  });

  const changes: [what: string, change: (copy: any) => void, faults: { part: string; fault: string }[]][] = [
    [
      'a text',
      (copy) => {
        copy.record.message.body = 'hello';
      },
      [{ part: 'message.body', fault: 'changed' }],
    ],
    [
      'a state',
      (copy) => {
        copy.record.events[1].status = 'failed';
      },
      [{ part: 'events.1', fault: 'changed' }],
    ],
    ['the last event', (copy) => copy.record.events.pop(), [{ part: 'events.1', fault: 'missing' }]],
    [
      'a word',
      (copy) => {
        delete copy.record.message.error;
      },
      [{ part: 'message.error', fault: 'missing' }],
    ],
    ['one more event', (copy) => copy.record.events.push({ seq: 3 }), [{ part: 'events.2', fault: 'added' }]],
    [
      'one more word',
      (copy) => {
        copy.record.note = 'trust me';
      },
      [{ part: 'note', fault: 'added' }],
    ],
    [
      'an intervention where there was none',
      (copy) => copy.record.interventions.push({ actor: 'nobody' }),
      [
        { part: 'interventions', fault: 'missing' },
        { part: 'interventions.0', fault: 'added' },
      ],
    ],
  ];
  it.each(changes)('names what was changed: %s', (_what, change, expected) => {
    expect(faults(after(change))).toEqual(expected);
  });

  it('is refused where the digests were made to fit, or the key is another', () => {
    const fitted = after((copy) => {
      copy.record.message.body = 'hello';
      copy.signature.digests['message.body'] = signRecord(randomKey(), { message: { body: 'hello' } }).signature.digests['message.body'];
    });
    expect(faults(fitted)).toBe('unsigned');
    expect(verifyRecord(new MasterKeys(randomKey()), signed())).toMatchObject({
      verdict: 'unsigned',
      reason: expect.stringContaining(signed().signature.keyId),
    });
    expect(verifyRecord(new MasterKeys(randomKey(), [key]), signed())).toMatchObject({ verdict: 'intact' });
  });

  it('throws nothing at whatever else a file holds', () => {
    fc.assert(fc.property(fc.jsonValue(), (anything) => expect(verifyRecord(keys, anything).verdict).toBe('unsigned')));
    for (const part of ['algorithm', 'keyId', 'digests', 'value'])
      expect(
        faults(
          after((copy) => {
            copy.signature[part] = part === 'digests' ? { a: 1 } : 7;
          }),
        ),
      ).toBe('unsigned');
  });
});

import { describe, expect, it } from '@jest/globals';
import { searchWordsOf } from '../../domain/searchWords.js';

describe('the words of a text', () => {
  it.each([
    ['Your Parcel, has arrived!', 'parcel', true],
    ['Ihr Päckchen ist da', 'PACKCHEN', true],
    ['Straße 7', 'strasse', true],
    ['Ｆｕｌｌ width', 'full', true],
    ['مرحبا بك', 'مرحبا', true],
    ["don't wait", 'dont', true],
    ['parcels', 'parcel', false],
    ['one-two', 'two', true],
  ])('%j and %j: %s', (text, word, isIn) => {
    expect(searchWordsOf(text).some((one) => searchWordsOf(word).includes(one))).toBe(isIn);
  });

  it('are counted once, and only so many letters of each', () => {
    expect(searchWordsOf('a A á').length).toBe(1);
    expect(searchWordsOf('x'.repeat(1_600))[0]).toHaveLength(64);
    expect(searchWordsOf('… !')).toEqual([]);
  });
});

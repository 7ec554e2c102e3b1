import { expect, test } from '@jest/globals';
import { maskNumbersIn } from '../../domain/maskNumbersIn.js';

test.each([
  ["The 'To' number +12125550147 is not a valid phone number", "The 'To' number +1212***0147 is not a valid phone number"],
  ['Permission to send to 12125550147 has not been enabled', 'Permission to send to 121***47 has not been enabled'],
  ['status callback: delivered', 'status callback: delivered'],
  ['error 21211, message SM0123456789012345678901234567890123', 'error 21211, message SM0123456789012345678901234567890123'],
  ['resolved as 0198c1f0-0000-7000-8000-000000000001', 'resolved as 0198c1f0-0000-7000-8000-000000000001'],
])('of "%s" is kept "%s"', (words, kept) => {
  expect(maskNumbersIn(words)).toBe(kept);
});

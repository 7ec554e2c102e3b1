import { describe, expect, it } from '@jest/globals';
import { isFromOwnPage } from '../../server/ownOrigin.js';

const base = 'https://sms.example.com/app';
const said = (headers: Record<string, string>) => isFromOwnPage({ headers: { host: '10.0.0.5:3000', ...headers } }, base);

describe('a request', () => {
  it('is from our own page where its browser says so', () => {
    expect(said({ origin: 'https://sms.example.com' })).toBe(true);
    expect(said({ origin: 'http://10.0.0.5:3000' })).toBe(true);
    expect(said({ 'sec-fetch-site': 'same-origin' })).toBe(true);
    expect(said({ origin: 'null', 'sec-fetch-site': 'same-origin' })).toBe(true);
  });

  it.each<[Record<string, string>]>([
    [{ origin: 'https://evil.example' }],
    [{ origin: 'https://sms.example.com.evil.example' }],
    [{ origin: 'http://sms.example.com' }],
    [{ origin: 'null' }],
    [{ origin: 'nonsense' }],
    [{ origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' }],
    [{ 'sec-fetch-site': 'same-site' }],
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'none' }],
    [{ origin: 'null', 'sec-fetch-site': 'cross-site' }],
  ])('is not with %p', (headers) => {
    expect(said(headers)).toBe(false);
  });

  it('of a program says nothing of it', () => {
    expect(said({})).toBeUndefined();
  });
});

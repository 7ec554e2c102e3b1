import { describe, expect, test } from '@jest/globals';
import { getCountries, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { areaCodes } from '../../domain/areaCodes.js';
import { countryZones } from '../../domain/countryZones.js';
import { localTime } from '../../domain/localTime.js';
import { nextAllowedMs } from '../../domain/quietHours.js';
import { quietHoursTable } from '../../domain/quietHoursTable.js';
import { recipientPlace } from '../../domain/recipientPlace.js';

/** Codes that belong to no place: toll-free, premium, personal and machine numbers. */
const placeless = /^(500|52[1-9]|53[23]|544|566|577|588|600|622|633|8(00|33|44|55|66|77|88)|900|710)$/;
const exchanges = ['2345678', '5550123', '6212345', '9765432'];

describe('a number', () => {
  test.each([
    ['+12145550123', 'US-TX', ['America/Chicago']],
    ['+18505550123', 'US-FL', ['America/New_York', 'America/Chicago']],
    ['+16045550123', 'CA-BC', ['America/Vancouver']],
    ['+442079460958', 'GB', ['Europe/London']],
    ['+17875550123', 'PR', ['America/Puerto_Rico']],
    ['+87077312345', null, ['UTC']],
  ])('%s is in %s', (number, region, zones) => {
    expect(recipientPlace(number)).toEqual({ region, zones });
  });

  test('without a place of its own may be anywhere in its country', () => {
    const { region, zones } = recipientPlace('+18005550123');
    expect(region).toBe('US');
    expect(zones).toEqual(expect.arrayContaining(['America/New_York', 'America/Los_Angeles', 'Pacific/Honolulu']));
  });
});

test('every area code of the United States and Canada that can have a number belongs to a state or province', () => {
  const codes = Array.from({ length: 800 }, (_, index) => String(200 + index)).filter((code) =>
    exchanges.some((rest) => ['US', 'CA'].includes(parsePhoneNumberFromString(`+1${code}${rest}`)?.country ?? '')),
  );
  expect(codes.length).toBeGreaterThan(400);
  expect(codes.filter((code) => !areaCodes.has(code) && !placeless.test(code))).toEqual([]);
});

test('no area code stands in two places', () => {
  for (const [code, { region }] of areaCodes) {
    const country = parsePhoneNumberFromString(`+1${code}5550123`)?.country;
    if (country) expect(`${code} ${region.slice(0, 2)}`).toBe(`${code} ${country}`);
  }
});

test('every country with telephones has zones, every zone has a clock, and marketing can be sent everywhere within three days', () => {
  const places = [...areaCodes.values(), ...getCountries().map((region) => ({ region, zones: countryZones(region) ?? [] }))];
  const now = Date.parse('2026-11-28T22:00:00Z');
  for (const place of places) {
    expect(place.zones.length).toBeGreaterThan(0);
    for (const zone of place.zones) expect(localTime(zone, now).readingMs).toBeGreaterThan(0);
    expect(nextAllowedMs(place, now, quietHoursTable)).toBeLessThan(now + 3 * 86_400_000);
  }
});

test('the rules of states are of states that area codes lie in', () => {
  const regions = new Set([...areaCodes.values()].map(({ region }) => region));
  expect(Object.keys(quietHoursTable.regions).filter((region) => !regions.has(region))).toEqual([]);
});

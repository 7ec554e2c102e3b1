import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max';

/** The E.164 form of a number, or undefined where it is not one that can exist. Numbers must start with + and a country code. */
export function toE164(text: string): string | undefined {
  if (!/^\+[1-9][0-9 ().-]{5,24}$/.test(text)) return undefined;
  const number = parsePhoneNumberFromString(text);
  return number?.isValid() ? number.number : undefined;
}

/** The country (ISO 3166-1) of a number in E.164 form, or undefined where it belongs to none, as satellite numbers do. */
export function countryOf(e164: string): string | undefined {
  return parsePhoneNumberFromString(e164)?.country;
}

/** Whether a code is that of a country with numbers of its own (ISO 3166-1 alpha-2). */
export function isCountry(code: string): boolean {
  return isSupportedCountry(code);
}

/** The digits of a number in E.164 form without its country code, or undefined where it can not be told apart. */
export function nationalNumberOf(e164: string): string | undefined {
  return parsePhoneNumberFromString(e164)?.nationalNumber;
}

import { areaCodes } from './areaCodes.js';
import { countryZones } from './countryZones.js';
import { countryOf } from './phoneNumber.js';

/** Where the holder of a number may be, as far as the number tells. */
export interface RecipientPlace {
  /** ISO 3166-2 of the state or province, or ISO 3166-1 of the country; null where the number tells neither. */
  region: string | null;
  /** All zones that are possible, at least one. */
  zones: readonly string[];
}

/**
 * The place that a number in E.164 form stands for. A person who moved and kept the number can't be seen in it; nobody
 * but the recipient knows better.
 */
export function recipientPlace(e164: string): RecipientPlace {
  const country = countryOf(e164);
  if (country === 'US' || country === 'CA') {
    const known = areaCodes.get(e164.slice(2, 5));
    if (known) return known;
  }
  const zones = country && countryZones(country);
  return zones ? { region: country, zones } : { region: null, zones: ['UTC'] };
}

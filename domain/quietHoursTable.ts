/** One day's hours in which marketing may arrive, minutes after local midnight; null where the day is closed. */
export type DayHours = { opensAtMinute: number; closesAtMinute: number } | null;

/** The hours of a week, from Sunday. */
export type WeekHours = readonly [DayHours, DayHours, DayHours, DayHours, DayHours, DayHours, DayHours];

export interface QuietHoursTable {
  /** Names this state of the data, for the trace and for whoever has to prove by which rule a message waited. */
  version: string;
  usual: WeekHours;
  /** Stricter rules of single regions, by ISO 3166-2 code. */
  regions: Readonly<Record<string, WeekHours>>;
}

const hours = (opensAtHour: number, closesAtHour: number): DayHours => ({
  opensAtMinute: opensAtHour * 60,
  closesAtMinute: closesAtHour * 60,
});

/** The same hours from Monday to Friday; Saturday's and Sunday's are those too unless they are given. */
function week(weekday: DayHours, sunday: DayHours = weekday, saturday: DayHours = weekday): WeekHours {
  return [sunday, weekday, weekday, weekday, weekday, weekday, saturday];
}

const eightToEight = week(hours(8, 20));
const nineToNine = week(hours(9, 21));

/**
 * When marketing may arrive, in the recipient's local time. The usual hours are those of the federal rule of the United
 * States, 47 CFR 64.1200(c)(1); where a state is stricter its own hold. Holidays of single states are not in it. The
 * sources were read in November 2026; docs/reference/quiet-hours.md says how to change it.
 */
export const quietHoursTable: QuietHoursTable = {
  version: '2026-11',
  usual: week(hours(8, 21)),
  regions: {
    // Ala. Admin. Code r. 770-X-5-.17
    'US-AL': week(hours(8, 20), null),
    // Cal. Pub. Util. Code § 2872(c), automatic dialling
    'US-CA': nineToNine,
    // Conn. Gen. Stat. § 42-288a
    'US-CT': week(hours(9, 20)),
    // Fla. Stat. § 501.616(6)(a)
    'US-FL': eightToEight,
    // 815 ILCS 305/15, automatic dialling
    'US-IL': nineToNine,
    // Ky. Rev. Stat. § 367.46955
    'US-KY': week(hours(10, 21)),
    // La. Rev. Stat. § 45:844.11 and the orders of the Public Service Commission
    'US-LA': week(hours(8, 20), null),
    // Mass. Gen. Laws ch. 159C § 3
    'US-MA': eightToEight,
    // Md. Code, Com. Law § 14-4502
    'US-MD': eightToEight,
    // Mich. Comp. Laws § 484.125, automatic dialling
    'US-MI': nineToNine,
    // Minn. Stat. § 325E.30, automatic dialling
    'US-MN': nineToNine,
    // Miss. Code § 77-3-723
    'US-MS': week(hours(8, 20), null),
    // N.J. Stat. § 56:8-130, as the trade reads it
    'US-NJ': eightToEight,
    // N.M. Stat. § 57-12-22
    'US-NM': nineToNine,
    // Nev. Rev. Stat. ch. 599B
    'US-NV': week(hours(9, 20)),
    // Okla. Stat. tit. 15 § 775C.4
    'US-OK': eightToEight,
    // R.I. Gen. Laws § 5-61-3.6
    'US-RI': week(hours(9, 18), null, hours(10, 17)),
    // S.D. Codified Laws § 37-30A-3
    'US-SD': week(hours(9, 21), null),
    // Tex. Bus. & Com. Code § 301.051
    'US-TX': week(hours(9, 21), hours(12, 21)),
    // Utah Code § 13-25a-103
    'US-UT': week(hours(8, 21), null),
    // Wash. Rev. Code § 80.36.390
    'US-WA': eightToEight,
    // Wyo. Stat. § 40-12-302
    'US-WY': eightToEight,
  },
};

/**
 * ISO 8601 text of nanosecond times (docs/format.md 18). The pure folders use no Date: this is arithmetic on a given
 * number.
 */

const SECONDS_PER_DAY = 86400;
/** Days from 0000-03-01 to 1970-01-01 in the proleptic Gregorian calendar. */
const EPOCH_DAYS = 719468;
const DAYS_PER_ERA = 146097;

const two = (value: number): string => (value < 10 ? '0' : '') + value;

/**
 * `2026-05-28T20:26:40.000000001Z` for nanoseconds since the Unix epoch given as decimal text. The 64-bit range ends in
 * the year 2554, so the year has always four digits.
 */
export const isoTime = (nanoseconds: string): string => new IsoTimes().of(nanoseconds);

/** The same for times that mostly share their second, as those of one batch do. */
export class IsoTimes {
  private lastSeconds = '';
  private lastText = '';

  of(nanoseconds: string): string {
    const seconds = nanoseconds.length > 9 ? nanoseconds.slice(0, -9) : '0';
    if (seconds !== this.lastSeconds) {
      this.lastSeconds = seconds;
      this.lastText = isoSeconds(Number(seconds));
    }
    return this.lastText + '.' + nanoseconds.slice(-9).padStart(9, '0') + 'Z';
  }
}

function isoSeconds(seconds: number): string {
  const days = Math.floor(seconds / SECONDS_PER_DAY);
  const rest = seconds - days * SECONDS_PER_DAY;
  // Eras of 400 years beginning in March put the leap day at the end of a year.
  const shifted = days + EPOCH_DAYS;
  const era = Math.floor(shifted / DAYS_PER_ERA);
  const dayOfEra = shifted - era * DAYS_PER_ERA;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) / 365
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1;
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const date = String(year).padStart(4, '0') + '-' + two(month) + '-' + two(day);
  return date + 'T' + two(Math.floor(rest / 3600)) + ':' + two(Math.floor(rest / 60) % 60) + ':' + two(rest % 60);
}

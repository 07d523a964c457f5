/** Time of OPC UA: ticks of 100 ns since 1601-01-01 (docs/format.md 27). */

/** Ticks at 1970-01-01. */
export const UNIX_EPOCH_TICKS = 116_444_736_000_000_000n;
/** From here on a DateTime is no valid time any more (Part 6, 5.2.2.5). */
const NO_TIME_FROM = 2_650_467_743_990_000_000n;
const MAX_U64 = 0xffff_ffff_ffff_ffffn;

/** Ticks in a millisecond. */
export const TICKS_PER_MS = 10_000n;

/** So many milliseconds in ticks, rounded. */
export const ticksOfMs = (ms: number): bigint => {
  // As one number, milliseconds since 1970 have more ticks than a double can tell apart.
  const whole = Math.floor(ms);
  return BigInt(whole) * TICKS_PER_MS + BigInt(Math.round((ms - whole) * 10_000));
};

/** The earlier of two times, in ticks. */
export const earlierOf = (a: bigint, b: bigint): bigint => (a < b ? a : b);
/** The later of two times, in ticks; the second may be unknown. */
export const laterOf = (a: bigint, b: bigint | undefined): bigint => (b === undefined || a > b ? a : b);

/** Ticks in milliseconds. */
export const msOfTicks = (ticks: bigint): number => Number(ticks) / 10_000;

/** Whether a DateTime is a time at all: 0 and below and the end of 9999 and above are not. */
export const isValidTime = (ticks: bigint): boolean => ticks > 0n && ticks < NO_TIME_FROM;

/** Nanoseconds since 1970 that fit 64 bits (until 2554), or undefined. */
export function unixNsOfTicks(ticks: bigint): bigint | undefined {
  if (!isValidTime(ticks) || ticks < UNIX_EPOCH_TICKS) return undefined;
  const ns = (ticks - UNIX_EPOCH_TICKS) * 100n;
  return ns <= MAX_U64 ? ns : undefined;
}

/** Ticks of nanoseconds since 1970, rounded down. */
export const ticksOfUnixNs = (ns: bigint): bigint => ns / 100n + UNIX_EPOCH_TICKS;

/** Ticks of milliseconds since 1970. */
export const ticksOfUnixMs = (ms: number): bigint => ticksOfMs(ms) + UNIX_EPOCH_TICKS;

const TICKS_PER_SECOND = 10_000_000n;
const SECONDS_PER_DAY = 86_400;

const two = (value: number): string => (value < 10 ? `0${value}` : `${value}`);

/** `2026-11-30T22:09:33.1234567Z`; undefined for what is no valid time. */
export function isoOfTicks(ticks: bigint): string | undefined {
  if (!isValidTime(ticks)) return undefined;
  const below = ticks % TICKS_PER_SECOND;
  const seconds = Number(ticks / TICKS_PER_SECOND);
  const { year, month, day } = dateOfDay(Math.floor(seconds / SECONDS_PER_DAY));
  const inDay = seconds % SECONDS_PER_DAY;
  const time = `${two(Math.floor(inDay / 3600))}:${two(Math.floor(inDay / 60) % 60)}:${two(inDay % 60)}`;
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${time}.${String(below).padStart(7, '0')}Z`;
}

/** Days from 0000-03-01 to 1601-01-01 in the calendar without an end. */
const DAYS_TO_1601 = 584_694;

/** The date of a day counted from 1601-01-01. Years that begin in March put the leap day at their end. */
function dateOfDay(day: number): { year: number; month: number; day: number } {
  const all = day + DAYS_TO_1601;
  const era = Math.floor(all / 146_097);
  const inEra = all - era * 146_097;
  const yearOfEra = Math.floor(
    (inEra - Math.floor(inEra / 1460) + Math.floor(inEra / 36_524) - Math.floor(inEra / 146_096)) / 365
  );
  const inYear = inEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * inYear + 2) / 153);
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  return {
    year: era * 400 + yearOfEra + (month <= 2 ? 1 : 0),
    month,
    day: inYear - Math.floor((153 * marchMonth + 2) / 5) + 1
  };
}

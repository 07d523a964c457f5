/** What a wrong clock looks like (docs/format.md 22). Times and offsets in nanoseconds. */

const SECOND = 1_000_000_000n;
const MINUTE = 60n * SECOND;
const DAY = 86_400n * SECOND;
/** Seconds from 1601, where Windows' clocks begin, to 1970. */
const FROM_1601 = 11_644_473_600n * SECOND;
/**
 * How near to whole quarters of an hour an offset must be to be taken for a time zone: clocks are seldom right to the
 * second.
 */
const TOLERANCE = MINUTE;

/** Quarters of an hour by which the zones differ from UTC that are in use beside the whole hours. */
const ODD_ZONES: ReadonlySet<number> = new Set([-38, -14, -10, 14, 18, 22, 23, 26, 35, 38, 42, 51, 55]);

/** `kind` for machines, `text` for people. */
export interface ClockHint {
  readonly kind:
    'local_time' | 'seconds' | 'milliseconds' | 'microseconds' | 'ticks_1601' | 'nanoseconds_1601' | 'not_set';
  readonly text: string;
  /** `UTC+01:00`, of local time. */
  readonly zone?: string;
}

/**
 * The hint for a clock that is `aheadNs` ahead (behind where negative): local time, if that is a time zone's offset.
 */
export function zoneHint(aheadNs: bigint): ClockHint | undefined {
  const quarter = 15n * MINUTE;
  const size = aheadNs < 0n ? -aheadNs : aheadNs;
  const quarters = Number((size + quarter / 2n) / quarter);
  const off = size - BigInt(quarters) * quarter;
  if (quarters === 0 || off > TOLERANCE || off < -TOLERANCE) return undefined;
  const signed = aheadNs < 0n ? -quarters : quarters;
  const isZone = quarters % 4 === 0 ? signed >= -48 && signed <= 56 : ODD_ZONES.has(signed);
  if (!isZone) return undefined;
  const two = (value: number): string => String(value).padStart(2, '0');
  const zone = `UTC${signed < 0 ? '-' : '+'}${two(Math.floor(quarters / 4))}:${two((quarters % 4) * 15)}`;
  return { kind: 'local_time', text: `local time (${zone}) instead of UTC`, zone };
}

const misreadings: readonly (readonly [ClockHint['kind'], string, (sourceNs: bigint) => bigint])[] = [
  ['seconds', 'seconds instead of nanoseconds', (ns) => ns * SECOND],
  ['milliseconds', 'milliseconds instead of nanoseconds', (ns) => ns * 1_000_000n],
  ['microseconds', 'microseconds instead of nanoseconds', (ns) => ns * 1000n],
  ['ticks_1601', 'units of 100 ns since 1601 instead of nanoseconds since 1970', (ns) => ns * 100n - FROM_1601],
  ['nanoseconds_1601', 'nanoseconds since 1601 instead of since 1970', (ns) => ns - FROM_1601]
];

/** The hint for a time that cannot be: what would make it about now, or that the clock was never set. */
export function implausibleHint(sourceNs: bigint, receiveNs: bigint): ClockHint | undefined {
  for (const [kind, text, read] of misreadings) {
    const age = receiveNs - read(sourceNs);
    // Records may have waited in the ring for a while.
    if (age > -DAY && age < 30n * DAY) return { kind, text };
  }
  return sourceNs < PLAUSIBLE_FROM
    ? { kind: 'not_set', text: 'a clock that was not set since power came back' }
    : undefined;
}

/** 2020-01-01: no controller wrote such records before. */
export const PLAUSIBLE_FROM = 1_577_836_800n * SECOND;

/** No clock is a day ahead by its time zone. */
export const PLAUSIBLE_AHEAD = DAY;

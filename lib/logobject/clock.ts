/** One reading of the device's CurrentTime, everything in milliseconds since 1970. */
export interface ClockReading {
  /** The host's clock before it was asked. */
  readonly beforeMs: number;
  /** The host's clock when the answer was there. */
  readonly afterMs: number;
  /** What the device answered. */
  readonly deviceMs: number;
}

/** How far a device's clock is from the host's. */
export interface ClockOffset {
  /** Device minus host, milliseconds. */
  readonly offsetMs: number;
  /** The true offset is within this, milliseconds. */
  readonly errorMs: number;
}

/** A clock that counts milliseconds may show a time that is this much older. */
const FINE_MS = 1;
/** Differences that are this near to a multiple of a step count as multiples. */
const NEAR_MS = 1;
/** A step below this is not told from chance. */
const LEAST_STEP_MS = 4;

/**
 * The offset of a device's clock from readings in order (docs/format.md 30). Each says: when it was made, between
 * `beforeMs` and `afterMs`, the device's clock stood at `deviceMs`, or up to one step of that clock above; the
 * offset is
 * the middle of what all of them allow. Pauses of different lengths between the readings show a clock's steps better.
 *
 * @example measureClock([{ beforeMs: 1000, afterMs: 1002, deviceMs: 6001 }]) // { offsetMs: 5000.5, errorMs: 1.5 }
 */
export function measureClock(readings: readonly ClockReading[]): ClockOffset | undefined {
  if (readings.length === 0) return undefined;
  const step = clockStep(readings);
  const least = Math.max(...readings.map(({ deviceMs, afterMs }) => deviceMs - afterMs));
  const most = Math.min(...readings.map(({ deviceMs, beforeMs }) => deviceMs - beforeMs)) + step;
  if (least <= most) return { offsetMs: (least + most) / 2, errorMs: (most - least) / 2 };
  // The readings contradict each other: a clock was set meanwhile. The last one knows best.
  const { deviceMs, beforeMs, afterMs } = readings[readings.length - 1];
  return { offsetMs: deviceMs - (beforeMs + afterMs) / 2, errorMs: (afterMs - beforeMs) / 2 + step + (least - most) };
}

/** Whether every reading shows the same time: more of them are needed to see the clock's step. */
export const standsStill = (readings: readonly ClockReading[]): boolean =>
  readings.every(({ deviceMs }) => deviceMs === readings[0].deviceMs);

/** The largest step of which all changes seen are multiples; where none was seen, as long as the readings took. */
function clockStep(readings: readonly ClockReading[]): number {
  const changes = readings
    .slice(1)
    .map(({ deviceMs }, i) => deviceMs - readings[i].deviceMs)
    .filter((change) => change > 0);
  if (changes.length === 0) return Math.max(FINE_MS, readings[readings.length - 1].afterMs - readings[0].beforeMs);
  const smallest = Math.min(...changes);
  for (let parts = 1; smallest / parts >= LEAST_STEP_MS; parts++) {
    const step = smallest / parts;
    if (changes.every((change) => Math.abs(change - Math.round(change / step) * step) <= NEAR_MS))
      return step + NEAR_MS;
  }
  return FINE_MS;
}

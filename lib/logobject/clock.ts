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
  /** The clock counts in steps of at most this, milliseconds: the smallest that it was seen to take. */
  readonly stepMs: number;
}

/** The offset lies between these, milliseconds. */
interface Bounds {
  readonly least: number;
  readonly most: number;
}

/** What a clock that tells whole milliseconds cuts off. */
const CUT_OFF_MS = 1;

/**
 * The offset of a device's clock from readings in order (docs/format.md 30). A clock never shows more than its time:
 * each reading tells the least that the offset can be. It shows its time when it changes: two readings with a change
 * between them tell the most. Nothing is assumed of how often it changes. Short pauses between the readings make the
 * error small.
 *
 * @example
 * measureClock([
 *   { beforeMs: 1000, afterMs: 1002, deviceMs: 6001 },
 *   { beforeMs: 1003, afterMs: 1005, deviceMs: 6004 }
 * ]); // { offsetMs: 5002, errorMs: 3, stepMs: 3 }
 */
export function measureClock(readings: readonly ClockReading[]): ClockOffset | undefined {
  if (readings.length === 0) return undefined;
  const stepMs = clockStep(readings);
  const { least, most } = boundsOf(readings);
  const wasSetBack = readings.some(({ deviceMs }, i) => i > 0 && deviceMs < readings[i - 1].deviceMs);
  if (least <= most && !wasSetBack) return { offsetMs: (least + most) / 2, errorMs: (most - least) / 2, stepMs };
  // The readings contradict each other: a clock was set meanwhile. The last one knows best.
  const { deviceMs, beforeMs, afterMs } = readings[readings.length - 1];
  const errorMs = (afterMs - beforeMs) / 2 + stepMs + Math.max(0, least - most);
  return { offsetMs: deviceMs - (beforeMs + afterMs) / 2, errorMs, stepMs };
}

/** Whether every reading shows the same time: more of them are needed to see the clock change. */
export const standsStill = (readings: readonly ClockReading[]): boolean =>
  readings.every(({ deviceMs }) => deviceMs === readings[0].deviceMs);

function boundsOf(readings: readonly ClockReading[]): Bounds {
  const cutOff = readings.every(({ deviceMs }) => Number.isInteger(deviceMs)) ? CUT_OFF_MS : 0;
  const least = Math.max(...readings.map(({ deviceMs, afterMs }) => deviceMs - afterMs));
  const changed = readings
    .slice(1)
    .map(({ deviceMs }, i) => ({ deviceMs, earlier: readings[i] }))
    .filter(({ deviceMs, earlier }) => deviceMs > earlier.deviceMs);
  if (changed.length > 0)
    return { least, most: Math.min(...changed.map(({ deviceMs, earlier }) => deviceMs - earlier.beforeMs)) + cutOff };
  // It was not seen to change: its time may be ahead of what it shows by as long as it was looked at, or longer.
  const { deviceMs, beforeMs } = readings[0];
  return { least, most: deviceMs - beforeMs + clockStep(readings) };
}

/** The smallest change seen; where none was seen, as long as the readings took. */
function clockStep(readings: readonly ClockReading[]): number {
  const changes = readings
    .slice(1)
    .map(({ deviceMs }, i) => deviceMs - readings[i].deviceMs)
    .filter((change) => change > 0);
  const watchedMs = readings[readings.length - 1].afterMs - readings[0].beforeMs;
  return changes.length === 0 ? Math.max(CUT_OFF_MS, watchedMs) : Math.min(...changes);
}

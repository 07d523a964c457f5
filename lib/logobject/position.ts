import { isCount, isObject } from '../base';

/** How often a key was seen, and the Time of its records. */
export interface Seen {
  readonly ticks: bigint;
  readonly count: number;
  /** So many of them were entered before everything that is unread (docs/format.md 29.3). */
  readonly settled: number;
}

/**
 * What has been read of a log (docs/format.md 29). Plain data: a poll makes a new one and changes nothing of the old.
 */
export interface LogPosition {
  /** Of the settings that decide what a record looks like here; keys of another one cannot be compared. */
  readonly fingerprint: string;
  /** The newest Time that was read, in ticks; undefined: nothing yet. */
  readonly watermark: bigint | undefined;
  /** The keys of the records from `watermark` less the overlap on. */
  readonly seen: ReadonlyMap<string, Seen>;
  /** The device's CurrentTime of the last poll, in ticks. */
  readonly deviceTicks: bigint;
  /** Everything up to here was read; below `deviceTicks` where a poll did not get to its end. */
  readonly completeTo: bigint;
  /** The host's clock then, milliseconds since 1970. */
  readonly hostMs: number;
  /** ServerStatus.StartTime then, in ticks; undefined where it was not known. */
  readonly serverStart: bigint | undefined;
  /** The optional fields that are asked for, as a RequestMask: fewer where the device's bytes could not be read. */
  readonly fields: number;
  /** By how much records were seen to be entered after later ones, in ticks. */
  readonly lateBy: bigint;
}

interface Saved {
  fingerprint: string;
  watermark?: string;
  seen: [key: string, ticks: string, count: number, settled?: number][];
  deviceTicks: string;
  completeTo: string;
  hostMs: number;
  serverStart?: string;
  fields: number;
  lateBy?: string;
}

/** The position as JSON text for a state file. */
export function savedPosition(position: LogPosition): string {
  const { fingerprint, watermark, seen, deviceTicks, completeTo, hostMs, serverStart, fields, lateBy } = position;
  const saved: Saved = {
    fingerprint,
    ...(watermark === undefined ? {} : { watermark: watermark.toString() }),
    seen: [...seen].map(([key, { ticks, count, settled }]) => [key, ticks.toString(), count, settled]),
    deviceTicks: deviceTicks.toString(),
    completeTo: completeTo.toString(),
    hostMs,
    ...(serverStart === undefined ? {} : { serverStart: serverStart.toString() }),
    fields,
    ...(lateBy === 0n ? {} : { lateBy: lateBy.toString() })
  };
  return JSON.stringify(saved);
}

const isTicks = (value: unknown): value is string => typeof value === 'string' && /^-?\d{1,19}$/.test(value);
const isSeen = (value: unknown): value is Saved['seen'][number] =>
  Array.isArray(value) && /^[0-9a-f]{32}$/.test(String(value[0])) && isTicks(value[1]) && value.slice(2).every(isCount);

/** The position that `savedPosition` wrote; undefined where the text is none. */
export function positionOf(text: string): LogPosition | undefined {
  let saved: unknown;
  try {
    saved = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(saved)) return undefined;
  const { fingerprint, watermark, seen, deviceTicks, completeTo, hostMs, serverStart, fields, lateBy } = saved;
  if (
    typeof fingerprint !== 'string' ||
    !isCount(fields) ||
    !isTicks(deviceTicks) ||
    !isTicks(completeTo) ||
    typeof hostMs !== 'number'
  )
    return undefined;
  if ((watermark !== undefined && !isTicks(watermark)) || (serverStart !== undefined && !isTicks(serverStart)))
    return undefined;
  if (lateBy !== undefined && !isTicks(lateBy)) return undefined;
  if (!Array.isArray(seen) || !seen.every(isSeen)) return undefined;
  return {
    fingerprint,
    watermark: watermark === undefined ? undefined : BigInt(watermark as string),
    seen: new Map(seen.map(([key, ticks, count, settled = 0]) => [key, { ticks: BigInt(ticks), count, settled }])),
    deviceTicks: BigInt(deviceTicks),
    completeTo: BigInt(completeTo),
    hostMs,
    serverStart: serverStart === undefined ? undefined : BigInt(serverStart as string),
    fields,
    lateBy: lateBy === undefined ? 0n : BigInt(lateBy as string)
  };
}

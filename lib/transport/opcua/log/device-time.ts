import { ticksOfUnixMs, UNIX_EPOCH_TICKS } from '../../../logobject';

/** node-opcua keeps what a Date cannot hold beside it: picoseconds within the millisecond. */
type OpcuaDate = Date & { picoseconds?: number };

const PICOSECONDS_PER_TICK = 100_000;
const TICKS_PER_MS = 10_000n;

/** A time of node-opcua in ticks; undefined for what is none. */
export function ticksOfDate(value: unknown): bigint | undefined {
  if (!(value instanceof Date) || Number.isNaN(value.getTime())) return undefined;
  const { picoseconds = 0 } = value as OpcuaDate;
  return ticksOfUnixMs(value.getTime()) + BigInt(Math.floor(picoseconds / PICOSECONDS_PER_TICK));
}

/** A time of node-opcua with all its ticks. */
export function dateOfTicks(ticks: bigint): Date {
  const since = ticks - UNIX_EPOCH_TICKS;
  const below = ((since % TICKS_PER_MS) + TICKS_PER_MS) % TICKS_PER_MS;
  const date: OpcuaDate = new Date(Number((since - below) / TICKS_PER_MS));
  date.picoseconds = Number(below) * PICOSECONDS_PER_TICK;
  return date;
}

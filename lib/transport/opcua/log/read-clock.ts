import type { NodeId } from 'node-opcua';
import { pause } from '../../../base/system';
import { ClockReading, measureClock, ClockOffset, standsStill, UNIX_EPOCH_TICKS } from '../../../logobject';
import type { CallResult, SharedOpcuaConnection } from '../connection';
import { transportError } from '../../link';
import { loadClient } from '../load';
import { ticksOfDate } from './device-time';

/** What was found of a device's clock. */
export interface DeviceClock {
  /** Its CurrentTime at the last reading, in ticks. */
  readonly deviceTicks: bigint;
  /** The host's clock then, milliseconds since 1970. */
  readonly hostMs: number;
  readonly clock: ClockOffset;
}

/** Milliseconds before each reading: of different lengths, so that a clock that moves in steps is seen doing so. */
const PAUSES_MS = [0, 2, 1, 5, 3, 7, 1, 4, 2];
/** A clock that does not move meanwhile is read on until it does, so many times, this far apart. */
const MORE_READINGS = 44;
const MORE_PAUSE_MS = 27;

/** How near to the truth the host's clock has to be read, and how long that is tried, milliseconds. */
const GOOD_MS = 0.05;
const MOST_MS = 20;

/**
 * The host's wall clock beside `performance.now`, with the error of that: what `Date.now` cuts off is found at one of
 * its changes, between a look before the last old time and one after the first new one. On a busy machine they lie far
 * apart: the next change is tried.
 */
function anchor(): { readonly originMs: number; readonly errorMs: number } {
  const begun = performance.now();
  let best = { originMs: 0, errorMs: Infinity };
  let earlier = begun;
  let before = Date.now();
  for (let later = performance.now(); best.errorMs > GOOD_MS && later - begun < MOST_MS;) {
    const between = later;
    const now = Date.now();
    later = performance.now();
    const errorMs = (later - earlier) / 2;
    if (now !== before && errorMs < best.errorMs) best = { originMs: now - (earlier + later) / 2, errorMs };
    // Before `now` was asked for: the process may be held up right after it as well.
    earlier = between;
    before = now;
  }
  return best.errorMs === Infinity ? { originMs: before - earlier, errorMs: MOST_MS } : best;
}

/** Measures a device's clock by its CurrentTime (docs/format.md 30). */
export async function readClock(
  connection: SharedOpcuaConnection,
  currentTime: NodeId
): Promise<CallResult<DeviceClock>> {
  const { AttributeIds } = loadClient();
  const { originMs: origin, errorMs: hostErrorMs } = anchor();
  const readings: ClockReading[] = [];
  let deviceTicks = 0n;
  const read = async (): Promise<CallResult<undefined>> => {
    const answer = await connection.call(async (session) => {
      const beforeMs = origin + performance.now();
      const value = await session.read({ nodeId: currentTime, attributeId: AttributeIds.Value }, 0);
      return { beforeMs, afterMs: origin + performance.now(), ticks: ticksOfDate(value.value?.value) };
    });
    if (!answer.ok) return answer;
    const { beforeMs, afterMs, ticks } = answer.value;
    if (ticks === undefined)
      return transportError('OPENOT_OPCUA_READ_FAILED', 'the server does not tell its CurrentTime', 'retry');
    deviceTicks = ticks;
    readings.push({ beforeMs, afterMs, deviceMs: Number(ticks - UNIX_EPOCH_TICKS) / 10_000 });
    return { ok: true, value: undefined };
  };
  for (const ms of PAUSES_MS) {
    if (ms > 0) await pause(ms);
    const done = await read();
    if (!done.ok) return done;
  }
  for (let more = 0; more < MORE_READINGS && standsStill(readings); more++) {
    await pause(MORE_PAUSE_MS);
    const done = await read();
    if (!done.ok) return done;
  }
  const last = readings[readings.length - 1];
  const measured = measureClock(readings) as ClockOffset;
  const clock = { ...measured, errorMs: measured.errorMs + hostErrorMs };
  return { ok: true, value: { deviceTicks, hostMs: (last.beforeMs + last.afterMs) / 2, clock } };
}

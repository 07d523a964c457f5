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

/** The host's wall clock to a fraction of a millisecond: what `Date.now` cuts off is found at its next change. */
function anchor(): number {
  const before = Date.now();
  let now = before;
  while (now === before) now = Date.now();
  return now - performance.now();
}

/** Measures a device's clock by its CurrentTime (docs/format.md 30). */
export async function readClock(
  connection: SharedOpcuaConnection,
  currentTime: NodeId
): Promise<CallResult<DeviceClock>> {
  const { AttributeIds } = loadClient();
  const origin = anchor();
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
  const clock = measureClock(readings) as ClockOffset;
  return { ok: true, value: { deviceTicks, hostMs: (last.beforeMs + last.afterMs) / 2, clock } };
}

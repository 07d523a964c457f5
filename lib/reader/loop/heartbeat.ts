import { ReaderError } from '../status';

/** Heartbeats that may be missed before the controller counts as silent. */
const MISSED = 3;

/**
 * What is wrong when nothing new stands in the ring now, although sources promised something at an interval
 * (docs/format.md 1, Heartbeat). `promised` = milliseconds by source id; `newsMs` = when something came last.
 */
export function silence(
  promised: ReadonlyMap<number, number>,
  newsMs: number | undefined,
  nowMs: number
): ReaderError | undefined {
  if (promised.size === 0 || newsMs === undefined) return undefined;
  const interval = Math.min(...promised.values());
  if (nowMs - newsMs <= MISSED * interval) return undefined;
  return {
    code: 'OPENOT_PLC_SILENT',
    message:
      `the controller announced a heartbeat every ${interval} ms and wrote nothing for more than ${MISSED} of ` +
      'them, although it answers: is its program running, and its logger?'
  };
}

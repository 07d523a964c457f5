import { shortened } from '../../lib/base';
import type { NodeStatus } from 'node-red';
import { SenderStatus, SIGNALS } from '../../lib/otlp';
import { shortCause } from '../runtime/held-back';
import { shortAge, shortCount } from '../runtime/status';
import { MAX_STATUS, statusText } from '../runtime/status-text';

/** Milliseconds that the oldest may wait with nothing accepted before the status is no more green. */
export const SLOW_MS = 5000;

/** The clocks of one moment: that of the sender, and that of people. */
export interface Now {
  readonly ms: number;
  readonly wallMs: number;
}

/**
 * The sender in one line: in trouble what is wrong, since when, and what waits; else the counts, and the worst of what
 * the collector said last of each signal.
 */
export function showOtlp(status: SenderStatus, now: Now): NodeStatus {
  const { said, pending, troubled } = status;
  const counts = countsOf(status, now.ms);
  if (troubled.length > 0) return { fill: 'red', shape: 'ring', text: troubleOf(status, now) };
  if (said === undefined)
    return { fill: 'grey', shape: 'ring', text: pending > 0 ? statusText('', ...counts) : 'nothing sent yet' };
  const message = said.outcome === 'accepted' ? said.message : `${said.signal} ${said.message}`;
  if (said.outcome === 'refused') return { fill: 'red', shape: 'dot', text: saying(message, counts) };
  if (isSlow(status, now.ms)) return { fill: 'yellow', shape: 'ring', text: statusText('no answer yet', ...counts) };
  if (said.outcome === 'accepted') return { fill: 'green', shape: 'dot', text: statusText('', ...counts) };
  return { fill: 'yellow', shape: 'dot', text: saying(message, counts) };
}

/** What the collector says, and the most important count. */
const saying = (message: string, [first, ...others]: readonly string[]): string =>
  statusText(shortened(message, MAX_STATUS - first.length - 3), first, ...others);

/**
 * `connection refused since 14:02: 57 wait`; of an answer also for which signals, unless all have it. What is let go of
 * comes first: it does not come again.
 */
function troubleOf({ troubled, said, sinceMs, pending, dropped }: SenderStatus, now: Now): string {
  const isOfHost = said?.code === 'OPENOT_OTLP_UNREACHABLE' || said?.code === 'OPENOT_OTLP_TIMEOUT';
  const which = isOfHost || troubled.length === SIGNALS.length ? '' : ` for ${troubled.join(', ')}`;
  const since = sinceMs === undefined ? '' : ` since ${timeOf(now.wallMs - (now.ms - sinceMs))}`;
  const gone = dropped > 0 ? `${shortCount(dropped)} dropped` : '';
  const room = MAX_STATUS - since.length - (gone === '' ? 0 : gone.length + 2);
  const cause = said?.cause ?? 'sent again';
  const what =
    [cause + which, cause, shortCause(cause)].find(({ length }) => length <= room) ?? shortened(cause, room - 1);
  return statusText(what + since, gone, `${shortCount(pending)} wait`);
}

/** Hours and minutes of the clock on the wall. */
function timeOf(wallMs: number): string {
  const date = new Date(wallMs);
  return [date.getHours(), date.getMinutes()].map((part) => String(part).padStart(2, '0')).join(':');
}

/** The most important ones first. */
function countsOf({ accepted, pending, rejected, dropped, oldestMs }: SenderStatus, nowMs: number): string[] {
  return [
    ...(dropped > 0 ? [`${shortCount(dropped)} dropped`] : []),
    ...(rejected > 0 ? [`${shortCount(rejected)} rejected`] : []),
    `${shortCount(accepted)} sent`,
    ...(pending > 0 ? [`${shortCount(pending)} pending`] : []),
    ...(oldestMs !== undefined && nowMs - oldestMs >= 1000 ? [`oldest ${shortAge(nowMs - oldestMs)}`] : [])
  ];
}

function isSlow({ oldestMs, acceptedMs }: SenderStatus, nowMs: number): boolean {
  return oldestMs !== undefined && nowMs - Math.max(oldestMs, acceptedMs ?? -Infinity) > SLOW_MS;
}

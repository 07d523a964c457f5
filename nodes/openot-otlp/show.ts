import { shortened } from '../../lib/base';
import type { NodeStatus } from 'node-red';
import { SenderStatus, SIGNALS } from '../../lib/otlp';
import { shortAge, shortCount } from '../runtime/status';

/** Milliseconds that the oldest may wait with nothing accepted before the status is no more green. */
export const SLOW_MS = 5000;
/** Longest text of a collector in a status, in characters. */
const MAX_SAID = 80;

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
  if (said === undefined) return { fill: 'grey', shape: 'ring', text: pending > 0 ? counts : 'nothing sent yet' };
  const short = shortened(said.message, MAX_SAID);
  const message = said.outcome === 'accepted' ? short : `${said.signal} ${short}`;
  if (said.outcome === 'refused') return { fill: 'red', shape: 'dot', text: `${counts}: ${message}` };
  if (isSlow(status, now.ms)) return { fill: 'yellow', shape: 'ring', text: `${counts}: no answer yet` };
  if (said.outcome === 'accepted') return { fill: 'green', shape: 'dot', text: `${counts}: ${message}` };
  return { fill: 'yellow', shape: 'dot', text: `${counts}: ${message}` };
}

/** `connection refused since 14:02 (3 min), 57 wait`; of an answer also for which signals, unless all have it. */
function troubleOf({ troubled, said, sinceMs, pending, dropped }: SenderStatus, now: Now): string {
  const isOfHost = said?.code === 'OPENOT_OTLP_UNREACHABLE' || said?.code === 'OPENOT_OTLP_TIMEOUT';
  const which = isOfHost || troubled.length === SIGNALS.length ? '' : ` for ${troubled.join(', ')}`;
  const since =
    sinceMs === undefined ? '' : ` since ${timeOf(now.wallMs - (now.ms - sinceMs))} (${shortAge(now.ms - sinceMs)})`;
  const parts = [`${said?.cause ?? 'sent again'}${which}${since}`, `${shortCount(pending)} wait`];
  if (dropped > 0) parts.push(`${shortCount(dropped)} dropped`);
  return parts.join(', ');
}

/** Hours and minutes of the clock on the wall. */
function timeOf(wallMs: number): string {
  const date = new Date(wallMs);
  return [date.getHours(), date.getMinutes()].map((part) => String(part).padStart(2, '0')).join(':');
}

function countsOf({ accepted, pending, rejected, dropped, oldestMs }: SenderStatus, nowMs: number): string {
  const parts = [`${shortCount(accepted)} sent`];
  if (pending > 0) parts.push(`${shortCount(pending)} pending`);
  if (rejected > 0) parts.push(`${shortCount(rejected)} rejected`);
  if (dropped > 0) parts.push(`${shortCount(dropped)} dropped`);
  if (oldestMs !== undefined && nowMs - oldestMs >= 1000) parts.push(`oldest ${shortAge(nowMs - oldestMs)}`);
  return parts.join(', ');
}

function isSlow({ oldestMs, acceptedMs }: SenderStatus, nowMs: number): boolean {
  return oldestMs !== undefined && nowMs - Math.max(oldestMs, acceptedMs ?? -Infinity) > SLOW_MS;
}

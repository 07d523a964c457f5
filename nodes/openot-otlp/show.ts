import { shortened } from '../../lib/base';
import type { NodeStatus } from 'node-red';
import type { SenderStatus } from '../../lib/otlp';
import { shortAge, shortCount } from '../runtime/status';

/** Milliseconds that the oldest may wait with nothing accepted before the status is no more green. */
export const SLOW_MS = 5000;
/** Longest text of a collector in a status, in characters. */
const MAX_SAID = 80;

/**
 * The sender in one line: sent, pending, rejected, age of the oldest pending, the worst of what the collector said last
 * of each signal. `nowMs` of its clock.
 */
export function showOtlp(status: SenderStatus, nowMs: number): NodeStatus {
  const { accepted, pending, rejected, oldestMs, said, troubled } = status;
  const parts = [`${shortCount(accepted)} sent`];
  if (pending > 0) parts.push(`${shortCount(pending)} pending`);
  if (rejected > 0) parts.push(`${shortCount(rejected)} rejected`);
  if (oldestMs !== undefined && nowMs - oldestMs >= 1000) parts.push(`oldest ${shortAge(nowMs - oldestMs)}`);
  const counts = parts.join(', ');
  if (said === undefined) return { fill: 'grey', shape: 'ring', text: pending > 0 ? counts : 'nothing sent yet' };
  const again =
    said.againMs !== undefined && said.againMs > nowMs ? `, again in ${shortAge(said.againMs - nowMs + 999)}` : '';
  const short = shortened(said.message, MAX_SAID);
  const message = said.outcome === 'accepted' ? short : `${said.signal} ${short}`;
  if (troubled.length > 0)
    return {
      fill: 'red',
      shape: 'ring',
      text: `${counts}: ${said.outcome === 'retry' ? `${message}${again}` : `${troubled.join(', ')} retried`}`
    };
  if (said.outcome === 'refused') return { fill: 'red', shape: 'dot', text: `${counts}: ${message}` };
  if (isSlow(status, nowMs)) return { fill: 'yellow', shape: 'ring', text: `${counts}: no answer yet` };
  if (said.outcome === 'accepted') return { fill: 'green', shape: 'dot', text: `${counts}: ${message}` };
  return { fill: 'yellow', shape: 'dot', text: `${counts}: ${message}` };
}

function isSlow({ oldestMs, acceptedMs }: SenderStatus, nowMs: number): boolean {
  return oldestMs !== undefined && nowMs - Math.max(oldestMs, acceptedMs ?? -Infinity) > SLOW_MS;
}

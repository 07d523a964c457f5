import type { NodeStatus } from 'node-red';
import { shortAge, shortCount } from '../runtime/status';
import type { DecoderTotals } from './controller';

/** A clock of the controller that is further ahead than this, in milliseconds, is told: no age can be shown then. */
const AHEAD_MS = 2000;

/** The decoder in one line: counts, and the age of the newest record at `nowMs` of this machine's clock. */
export function showDecoder(
  { records, notices, newestMs }: DecoderTotals,
  lastError: string,
  nowMs: number
): NodeStatus {
  const counts =
    `${shortCount(records)} ` +
    `records${notices > 0 ? `, ${shortCount(notices)} notice${notices === 1 ? '' : 's'}` : ''}`;
  if (lastError !== '') return { fill: 'red', shape: 'ring', text: `${lastError} (${counts})` };
  if (newestMs === undefined) return { fill: 'green', shape: 'dot', text: counts };
  const age = nowMs - newestMs;
  if (age < -AHEAD_MS) return { fill: 'yellow', shape: 'dot', text: `${counts}, its clock is ${shortAge(-age)} ahead` };
  return { fill: 'green', shape: 'dot', text: `${counts}, newest ${shortAge(age)} old` };
}

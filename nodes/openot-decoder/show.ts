import type { NodeStatus } from 'node-red';
import { statusText } from '../runtime/status-text';
import { wordsOf } from '../runtime/words';
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
  const counted = `${shortCount(records)} records`;
  const told = notices > 0 ? `${shortCount(notices)} notice${notices === 1 ? '' : 's'}` : '';
  if (lastError !== '')
    return { fill: 'red', shape: 'ring', text: statusText(wordsOf(lastError, 'wrong input'), counted, told) };
  if (newestMs === undefined) return { fill: 'green', shape: 'dot', text: statusText('', counted, told) };
  const age = nowMs - newestMs;
  if (age < -AHEAD_MS)
    return { fill: 'yellow', shape: 'dot', text: statusText(`its clock is ${shortAge(-age)} ahead`, counted, told) };
  return { fill: 'green', shape: 'dot', text: statusText('', counted, `newest ${shortAge(age)} old`, told) };
}

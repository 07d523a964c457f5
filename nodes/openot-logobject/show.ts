import type { NodeStatus } from 'node-red';
import { counted } from '../../lib/base';
import { shortCount } from '../runtime/status';
import { statusText } from '../runtime/status-text';
import { wordsOf } from '../runtime/words';
import type { Waiting } from '../runtime/held-back';
import type { LogState } from './log-states';

/**
 * All logs of a node in one line: whom it waits for, or the worst of them, then the counts. `isHeld`: nothing is handed
 * on, whatever the servers say.
 */
export function showCollected(states: readonly LogState[], waiting?: Waiting, isHeld = false): NodeStatus {
  if (waiting !== undefined && isHeld) return lookOf(waiting);
  if (states.length === 0) return { fill: 'yellow', shape: 'ring', text: 'connecting' };
  const records = states.reduce((sum, one) => sum + one.totals.records, 0);
  const gaps = states.reduce((sum, one) => sum + one.totals.gaps, 0);
  const counts = [
    gaps > 0 ? `${shortCount(gaps)} possible gaps` : '',
    `${shortCount(records)} records`,
    states.length > 1 ? `${states.length} logs` : ''
  ];
  const bad = states.find(({ state }) => state === 'outage' || state === 'refused');
  if (bad !== undefined)
    return { fill: 'red', shape: 'ring', text: statusText(wordsOf(bad.code, bad.state), ...counts) };
  if (waiting !== undefined) return lookOf(waiting);
  const odd = states.find(({ code }) => code !== undefined);
  if (odd !== undefined)
    return { fill: 'yellow', shape: 'dot', text: statusText(wordsOf(odd.code, 'reading'), ...counts) };
  return { fill: gaps > 0 ? 'yellow' : 'green', shape: 'dot', text: statusText('reading', ...counts) };
}

const lookOf = ({ code, text }: Waiting): NodeStatus => ({
  fill: code === 'OPENOT_BATCH_REFUSED' ? 'red' : 'yellow',
  shape: 'ring',
  text
});

/** A search under way. */
export const showSearching = (found: number, searched: number): NodeStatus => ({
  fill: 'blue',
  shape: 'dot',
  text: statusText('searching', `${shortCount(found)} of ${shortCount(searched)} records`)
});

/** A search that is over; `errors`: servers that failed. */
export const showFound = (records: number, searched: number, errors: number, stopped: boolean): NodeStatus => ({
  fill: errors > 0 ? 'yellow' : 'green',
  shape: errors > 0 || stopped ? 'ring' : 'dot',
  text: statusText(
    errors > 0 ? counted(errors, 'server failed', 'servers failed') : stopped ? 'stopped' : '',
    `${shortCount(records)} of ${shortCount(searched)} records`
  )
});

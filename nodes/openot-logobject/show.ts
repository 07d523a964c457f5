import type { NodeStatus } from 'node-red';
import { shortCount } from '../runtime/status';
import { statusText } from '../runtime/status-text';
import { wordsOf } from '../runtime/words';
import type { LogState } from './log-states';

/** All logs of a node in one line: the worst of them, then the counts. */
export function showCollected(states: readonly LogState[]): NodeStatus {
  if (states.length === 0) return { fill: 'yellow', shape: 'ring', text: 'connecting' };
  const records = states.reduce((sum, one) => sum + one.records, 0);
  const gaps = states.reduce((sum, one) => sum + one.gaps, 0);
  const counts = [
    gaps > 0 ? `${shortCount(gaps)} possible gaps` : '',
    `${shortCount(records)} records`,
    states.length > 1 ? `${states.length} logs` : ''
  ];
  const bad = states.find(({ state }) => state === 'outage' || state === 'refused');
  if (bad !== undefined)
    return { fill: 'red', shape: 'ring', text: statusText(wordsOf(bad.code, bad.state), ...counts) };
  const odd = states.find(({ code }) => code !== undefined);
  if (odd !== undefined)
    return { fill: 'yellow', shape: 'dot', text: statusText(wordsOf(odd.code, 'reading'), ...counts) };
  return { fill: gaps > 0 ? 'yellow' : 'green', shape: 'dot', text: statusText('reading', ...counts) };
}

import type { NodeStatus } from 'node-red';
import { shortCount } from '../runtime/status';
import type { LogState } from './log-states';

/** All logs of a node in one line: the worst of them, then the counts. */
export function showCollected(states: readonly LogState[]): NodeStatus {
  if (states.length === 0) return { fill: 'yellow', shape: 'ring', text: 'connecting' };
  const records = states.reduce((sum, one) => sum + one.records, 0);
  const gaps = states.reduce((sum, one) => sum + one.gaps, 0);
  const counts =
    `${shortCount(records)} records` +
    (gaps > 0 ? `, ${shortCount(gaps)} possible gaps` : '') +
    (states.length > 1 ? `, ${states.length} logs` : '');
  const bad = states.find(({ state }) => state === 'outage' || state === 'refused');
  if (bad !== undefined) return { fill: 'red', shape: 'ring', text: `${bad.state} ${bad.code ?? ''}: ${counts}` };
  const odd = states.find(({ code }) => code !== undefined);
  if (odd !== undefined) return { fill: 'yellow', shape: 'dot', text: `reading ${odd.code}: ${counts}` };
  return { fill: gaps > 0 ? 'yellow' : 'green', shape: 'dot', text: `reading: ${counts}` };
}

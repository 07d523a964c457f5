import type { NodeStatus } from 'node-red';
import type { ReaderStatus } from '../../lib/reader';
import { shortCount } from '../shared/status';

const green = { fill: 'green', shape: 'dot' } as const;
const yellow = { fill: 'yellow', shape: 'ring' } as const;
const red = { fill: 'red', shape: 'ring' } as const;
const grey = { fill: 'grey', shape: 'ring' } as const;

const looks: Record<ReaderStatus['state'], Pick<NodeStatus, 'fill' | 'shape'>> = {
  stopped: grey,
  connecting: yellow,
  reading: green,
  idle: green,
  paused: grey,
  waiting: yellow,
  updating: yellow,
  outage: red,
  refused: red,
  failed: red
};

/** The reader's state in one line: what it does, how far behind it is, how much it has read and lost. */
export function showReader({ state, code, lag, capacity, totals }: ReaderStatus): NodeStatus {
  const counts = [`${shortCount(totals.records)} records`];
  if (totals.lost > 0) counts.push(`${shortCount(totals.lost)} lost`);
  if (totals.laps > 0) counts.push(`${shortCount(totals.laps)} laps`);
  if (totals.skipped > 0) counts.push(`${shortCount(totals.skipped)} skipped`);
  if (lag !== undefined && capacity !== undefined && capacity > 0) counts.push(`lag ${Math.round((100 * lag) / capacity)} %`);
  const trouble = code === undefined ? state : `${state} ${code}`;
  // Reading with a complaint (an unconfirmed look, say) is not plain green.
  const look = code !== undefined && looks[state] === green ? { fill: 'yellow', shape: 'dot' } as const : looks[state];
  return { ...look, text: `${trouble}: ${counts.join(', ')}` };
}

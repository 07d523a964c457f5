import type { NodeStatus } from 'node-red';
import { shortAge, shortCount } from '../runtime/status';
import { statusText } from '../runtime/status-text';
import { wordsOf } from '../runtime/words';
import type { ArchiveState } from './controller';

/** `1234567` bytes as `1.2 MB`. */
function shortBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  let [value, unit] = [bytes, 0];
  while (value >= 1000 && unit < units.length - 1) [value, unit] = [value / 1000, unit + 1];
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/**
 * The archive in one line: entries, age of the last checkpoint at `nowMs`, bytes since the start, or what stands in its
 * way.
 */
export function showArchive(state: ArchiveState, nowMs: number): NodeStatus {
  if (state.kind === 'blocked')
    return { fill: 'red', shape: 'ring', text: statusText(wordsOf(state.why.code, 'archive fails'), 'nothing passes') };
  if (state.kind === 'opening')
    return state.why === undefined
      ? { fill: 'yellow', shape: 'ring', text: 'opening' }
      : { fill: 'red', shape: 'ring', text: statusText(wordsOf(state.why.code, 'archive fails'), 'tried again') };
  const { entries, signed, signedMs, bytes, trouble } = state.status;
  const counts = `${shortCount(entries)} entries`;
  if (trouble !== undefined)
    return {
      fill: 'red',
      shape: 'ring',
      text: statusText(wordsOf(trouble.code, 'archive fails'), 'nothing passes', counts)
    };
  const age = signedMs === undefined ? `${shortCount(signed)} signed` : `checkpoint ${shortAge(nowMs - signedMs)} ago`;
  return { fill: 'green', shape: 'dot', text: statusText('', counts, age, bytes > 0 ? shortBytes(bytes) : '') };
}

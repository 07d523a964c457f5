import { anchorOf } from '../judge/anchor';
import { Following } from '../judge/ring-state';
import { ControlSample, isPlausible, sameImage } from './control-sample';
import { ReadSize } from './read-size';
import { Wanted, WindowAsk } from './ring-reads';
import { FlatWindow } from './window';

/** What is asked of the ring next: from the cursor on, or where a search for the next record goes on. */
export function windowAsk(
  state: Following,
  size: ReadSize,
  how: { readonly twice: boolean; readonly lookFirst: boolean }
): WindowAsk {
  const { position, last, search } = state;
  return {
    fromAbs: search?.abs ?? position.cursor,
    length: size.window,
    capacity: position.capacity,
    perRead: size.perRead,
    twice: how.twice,
    anchorAbs: anchorOf(position, last.snapshot.oldestAbs),
    ...(how.lookFirst ? { wanted: (sample: ControlSample) => wantedAfter(sample, state, size.window) } : {})
  };
}

/** What is worth asking for after a sample that was taken before its window (RingFacts.lookFirst). */
export function wantedAfter(sample: ControlSample, state: Following, window: number): Wanted {
  const { position, last, search, trust, evicted } = state;
  const fromAbs = search?.abs ?? position.cursor;
  // Also where nothing is new the ring is to be seen: a search goes on, or the anchor has to prove something.
  const mustSee = search !== undefined || trust.kind === 'sinceLap';
  if (!mustSee && position.cursor >= last.snapshot.headAbs && sameImage(sample, last)) return { kind: 'nothing' };
  if (!isPlausible(sample)) return { kind: 'rest', length: last.snapshot.headAbs - fromAbs };
  const { headAbs, oldestAbs } = sample.snapshot;
  if (oldestAbs <= fromAbs) return { kind: 'rest', length: headAbs - fromAbs };
  // Overwritten. What is oldest now will be overwritten too while it is read, on a slow device: the place that will be
  // oldest after the window is aimed at, by what was overwritten during the last one.
  // A window that takes as long as a lap would be overwritten whole.
  const most = Math.min(window, position.capacity >> 2);
  const ahead = Math.max(0, evicted - (most >> 1));
  const begin = Math.min(oldestAbs + ahead - (ahead % 4), headAbs);
  return {
    kind: 'elsewhere',
    fromAbs: begin,
    length: Math.min(most, headAbs - begin),
    anchorAbs: anchorOf(position, oldestAbs)
  };
}

/**
 * The end of the lap that is worth reading once more, where the end of the ring lies inside the window: [fromAbs,
 * fromAbs + length), at most one Read of `perRead` bytes. Undefined where there is no such place.
 */
export function lapTail(
  first: ControlSample,
  { position }: Following,
  window: FlatWindow,
  perRead: number
): { readonly fromAbs: number; readonly length: number } | undefined {
  if (!isPlausible(first) || first.bufferId !== position.bufferId) return undefined;
  if (first.snapshot.bufferBytes !== position.capacity) return undefined;
  const fromAbs = Math.max(position.cursor, window.fromAbs);
  const lapEnd = fromAbs - (fromAbs % position.capacity) + position.capacity;
  const length = lapEnd - fromAbs;
  if (first.snapshot.headAbs <= lapEnd || window.endAbs <= lapEnd || length === position.capacity) return undefined;
  return { fromAbs, length: Math.min(length, perRead) };
}

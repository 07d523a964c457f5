import { anchorOf } from '../judge/anchor';
import { isPlausible, Look, PlausibleLook, sameImage } from './control-sample';
import { Memory } from '../judge/ring-position';
import { Wanted } from './ring-reads';
import { FlatWindow } from './window';

/** What is known when a look was made before its window (RingFacts.lookFirst). */
export interface WantedFacts {
  /** The image accepted last. */
  readonly last: PlausibleLook;
  /** Where the window would begin. */
  readonly fromAbs: number;
  /** Also where nothing is new the ring is to be seen: a search goes on, or the anchor has to prove something. */
  readonly mustSee: boolean;
  /** Bytes that were overwritten while the last window was read. */
  readonly evicted: number;
  /** Bytes of the next window. */
  readonly window: number;
}

/** What is worth asking for after this look. */
export function wantedAfter(look: Look, memory: Memory, facts: WantedFacts): Wanted {
  const { last, fromAbs, mustSee, evicted, window } = facts;
  if (!mustSee && memory.cursor >= last.snapshot.headAbs && sameImage(look, last)) return { kind: 'nothing' };
  if (!isPlausible(look)) return { kind: 'rest', length: last.snapshot.headAbs - fromAbs };
  const { headAbs, oldestAbs } = look.snapshot;
  if (oldestAbs <= fromAbs) return { kind: 'rest', length: headAbs - fromAbs };
  // Overwritten. What is oldest now will be overwritten too while it is read, on a slow device: the place that will be
  // oldest after the window is aimed at, by what was overwritten during the last one.
  // A window that takes as long as a lap would be overwritten whole.
  const most = Math.min(window, memory.capacity >> 2);
  const ahead = Math.max(0, evicted - (most >> 1));
  const begin = Math.min(oldestAbs + ahead - (ahead % 4), headAbs);
  return {
    kind: 'elsewhere',
    fromAbs: begin,
    length: Math.min(most, headAbs - begin),
    anchorAbs: anchorOf(memory, oldestAbs)
  };
}

/**
 * The end of the lap that is worth reading once more, where the end of the ring lies inside the window: [fromAbs,
 * fromAbs +
 * length), at most one Read of `perRead` bytes. Undefined where there is no such place.
 */
export function lapTail(
  first: Look,
  memory: Memory,
  window: FlatWindow,
  perRead: number
): { readonly fromAbs: number; readonly length: number } | undefined {
  if (!isPlausible(first) || first.bufferId !== memory.bufferId || first.snapshot.bufferBytes !== memory.capacity)
    return undefined;
  const fromAbs = Math.max(memory.cursor, window.fromAbs);
  const lapEnd = fromAbs - (fromAbs % memory.capacity) + memory.capacity;
  const length = lapEnd - fromAbs;
  if (first.snapshot.headAbs <= lapEnd || window.endAbs <= lapEnd || length === memory.capacity) return undefined;
  return { fromAbs, length: Math.min(length, perRead) };
}

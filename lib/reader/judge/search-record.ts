import { recordAt } from '../../ring/record-at';
import { HEADER_LENGTH, SYNC_WORD } from '../../wire/header';
import { RingPosition } from './ring-position';
import { FlatWindow } from '../observe/window';

/** Where a search for the next record came to. `found` = a record that can be handed on begins there. */
export interface Found {
  readonly abs: number;
  readonly found: boolean;
  /** The record that was found is not older than the last one handed on: so the bytes before it are of this lap. */
  readonly isProof: boolean;
  /** A record was passed that is not new: these may be bytes of the lap before. */
  readonly metOld: boolean;
}

/**
 * The next record after a place that is none: on a 4-byte boundary of its lap, whole, with a CRC that holds, ending at
 * or before `headAbs`, not below the expected seq (docs/reader.md). Where the window ends first, `abs` is where the
 * search has to go on; at head it ends, because head is where a record will begin.
 * `isLookedAt`: what stands at `fromAbs` itself is known to be none; false where an earlier window ended there.
 */
export function searchRecord(
  position: RingPosition,
  window: FlatWindow,
  fromAbs: number,
  headAbs: number,
  isLookedAt = true
): Found {
  const { capacity } = position;
  const endAbs = Math.min(headAbs, window.endAbs);
  let abs = isLookedAt ? nextBoundary(fromAbs, capacity) : fromAbs;
  let metOld = false;
  while (abs < endAbs) {
    const found = recordAt(window.bytes, abs - window.fromAbs, abs, capacity - (abs % capacity), endAbs - abs);
    if (found.ok === true) {
      if (position.isNew(found)) return { abs, found: true, isProof: !position.isOlder(found), metOld };
      metOld = true;
    }
    // It may be whole in the next window; at head it never will be.
    if (
      found.ok === 'heldBack' &&
      endAbs < headAbs &&
      (found.needed > HEADER_LENGTH || startsLikeOne(window, abs, endAbs))
    )
      return { abs, found: false, isProof: false, metOld };
    abs = nextBoundary(abs, capacity);
  }
  return { abs: Math.min(abs, headAbs), found: false, isProof: false, metOld };
}

/** The first place after `abs` where a record may begin: 4 bytes on, or the beginning of the next lap. */
function nextBoundary(abs: number, capacity: number): number {
  const phys = abs % capacity;
  const next = phys - (phys % 4) + 4;
  return abs - phys + Math.min(next, capacity);
}

function startsLikeOne(window: FlatWindow, abs: number, endAbs: number): boolean {
  for (let i = 0; i < 4 && abs + i < endAbs; i++)
    if (window.bytes[abs + i - window.fromAbs] !== ((SYNC_WORD >>> (8 * i)) & 0xff)) return false;
  return true;
}

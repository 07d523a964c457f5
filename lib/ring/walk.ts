import { RecordView } from '../wire';
import { recordAt } from './record-at';
import { RingError, ringError } from './ring-error';

/**
 * A stretch of the ring, laid out flat: `bytes` hold the absolute positions [fromAbs, fromAbs + bytes.length),
 * the end of the ring followed by its beginning, gaps included. `fromAbs` is where a record or a gap begins.
 */
export interface RingWindow {
  readonly bytes: Uint8Array;
  readonly fromAbs: number;
  /** Nothing at or beyond head is looked at, whatever the bytes hold. */
  readonly headAbs: number;
  /** Ring capacity in bytes. */
  readonly capacity: number;
}

/** Where a walk ended. */
export interface WalkEnd {
  /**
   * Position to read from next: one past the last record handed on, or the beginning of a lap after a gap.
   * A gap is passed only when a record stands behind it, or when that place lies in the next window.
   */
  readonly nextAbs: number;
  /** The place that is not a record; the walk ended before it. */
  readonly stop?: RingError;
  /**
   * Bytes needed from `nextAbs` on for the record that was held back because it was not whole in the window; absent
   * when none was.
   */
  readonly needed?: number;
}

/** A record and the absolute position of its first byte. */
export interface PlacedRecord {
  readonly abs: number;
  readonly record: RecordView;
}

/** The records of a window, and where the walk ended. */
export interface Walk extends WalkEnd {
  readonly records: PlacedRecord[];
}

/**
 * Hands every whole, verified record of a window to `visit`, in order, as views of the window's bytes
 * (docs/format.md 8). It ends quietly at head, and before a record that is not whole in the window or that would
 * end beyond head; it ends with a `stop` before anything that is not a record.
 *
 * Never throws on any bytes, never reads outside them, copies nothing; run time is linear in the window.
 */
export function visitWindow(window: RingWindow, visit: (abs: number, record: RecordView) => void): WalkEnd {
  const { bytes, fromAbs, headAbs, capacity } = window;
  const endAbs = Math.min(headAbs, fromAbs + bytes.length);
  if (!(capacity > 0))
    return fromAbs < endAbs ? { nextAbs: fromAbs, stop: ringError({ kind: 'capacityZero' }) } : { nextAbs: fromAbs };
  let abs = fromAbs;
  // The remainder of positions above 2^32 is slow: taken once, then counted on.
  let phys = fromAbs % capacity;
  // Where to go on from: stays before a gap until the record behind it is seen.
  let nextAbs = fromAbs;
  while (abs < endAbs) {
    const room = capacity - phys;
    if (bytes[abs - fromAbs] === 0) {
      if (phys === 0) return { nextAbs, stop: ringError({ kind: 'unexpectedWrapMarker', abs }) };
      const boundaryAbs = abs + room;
      if (boundaryAbs > headAbs)
        return { nextAbs, stop: ringError({ kind: 'wrapBeyondHead', abs, boundaryAbs, headAbs }) };
      abs = boundaryAbs;
      phys = 0;
      continue;
    }
    const found = recordAt(bytes, abs - fromAbs, abs, room, endAbs - abs);
    if (found.ok === false) return { nextAbs, stop: found };
    if (found.ok === 'heldBack') return heldBack(abs, found.needed, nextAbs, headAbs);
    visit(abs, found);
    abs += found.length;
    phys += found.length;
    if (phys === capacity) phys = 0;
    nextAbs = abs;
  }
  // A gap that reaches to the end of the window is taken: what stands behind it is checked in the next one.
  return { nextAbs: abs < headAbs ? abs : nextAbs };
}

/**
 * As `visitWindow`, with the records in an array.
 *
 * @example
 * ```ts
 * import { walkWindow } from '@openot/node-red/ring';
 *
 * const ring = Buffer.alloc(4096); // as it was read, from its first byte on
 * const { records, stop } = walkWindow({ bytes: ring, fromAbs: 0, headAbs: 128, capacity: ring.length });
 * for (const { abs, record } of records) console.log(abs, record.eventTypeId);
 * if (stop !== undefined) console.error(stop.kind);
 * ```
 */
export function walkWindow(window: RingWindow): Walk {
  const records: PlacedRecord[] = [];
  const end = visitWindow(window, (abs, record) => {
    records.push({ abs, record });
  });
  return { records, ...end };
}

function heldBack(abs: number, needed: number, nextAbs: number, headAbs: number): WalkEnd {
  // Beyond head more bytes would not help: only the producer can complete the record, and a gap before it is not
  // believed.
  return abs + needed > headAbs ? { nextAbs } : { nextAbs: abs, needed };
}

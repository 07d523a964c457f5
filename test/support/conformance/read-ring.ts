import { RecordView } from '../../../lib/wire';
import { RingError, Snapshot } from '../../../lib/ring';
import { recordAt } from '../../../lib/ring/record-at';

/** What the reading of a whole image can find beyond what a walk over a window does (docs/format.md 8). */
export type ImageErrorDetail =
  /** The producer reclaimed bytes that were being read. */
  | { readonly kind: 'overwrittenMidRead'; readonly readAbs: number; readonly oldestAbs: number }
  | { readonly kind: 'controlBlockCapacityMismatch'; readonly snapshotBytes: number; readonly capacity: number }
  | {
      readonly kind: 'invalidCapturedWindow';
      readonly headAbs: number;
      readonly oldestAbs: number;
      readonly capacity: number;
    };

/** Why a whole image gave no records. */
export type ReadRingError = RingError | ({ readonly ok: false } & ImageErrorDetail);

/** Where a reader stands, and where the producer is said to be. Absolute positions. */
export interface RingPositions {
  readonly cursor: number;
  readonly headAbs: number;
  readonly oldestAbs: number;
}

/** How a ring is read that may change meanwhile (docs/format.md 8). */
export interface ReadRingOptions {
  /** Reads oldest again, as a reader of live memory must; by default it stays what it was. */
  readonly rereadOldest?: () => number;
  /** When oldest is read again for each record: after it was decoded (the default) or before. */
  readonly recheck?: 'afterDecode' | 'beforeDecode';
}

/** A record and the absolute positions [startAbs, endAbs) of its bytes. */
export interface RingRecord {
  readonly startAbs: number;
  readonly endAbs: number;
  readonly record: RecordView;
}

/** What one reading of a whole ring gave. */
export interface RingBatch {
  readonly ok: true;
  readonly records: RingRecord[];
  /** Always head, whatever was found. */
  readonly nextCursor: number;
  /** The cursor stood below oldest: bytes between were overwritten unread. */
  readonly lapped: boolean;
}

/**
 * Reads a whole ring the way the public reference does, its oddities included (docs/format.md 8): any error
 * discards the batch, the next cursor is always head, and nothing checks that a record ends before head. The
 * product's reader walks windows instead (`walkWindow`); this one is for captured images and conformance figures.
 */
export function readRing(
  image: Uint8Array,
  positions: RingPositions,
  options: ReadRingOptions = {}
): RingBatch | ReadRingError {
  const { cursor, headAbs, oldestAbs } = positions;
  const capacity = image.length;
  const reread = options.rereadOldest ?? ((): number => oldestAbs);
  const lapped = cursor < oldestAbs;
  const records: RingRecord[] = [];
  let abs = lapped ? oldestAbs : cursor;
  while (abs < headAbs) {
    if (capacity === 0) return { ok: false, kind: 'capacityZero' };
    const phys = abs % capacity;
    if (image[phys] === 0) {
      if (phys === 0) return { ok: false, kind: 'unexpectedWrapMarker', abs };
      abs += capacity - phys;
      continue;
    }
    const early = options.recheck === 'beforeDecode' ? overwritten(abs, reread()) : undefined;
    if (early !== undefined) return early;
    const record = recordAt(image, phys, abs, capacity - phys, capacity - phys);
    if (record.ok === 'heldBack') return { ok: false, kind: 'recordCrossesBoundary', abs };
    if (!record.ok) return record;
    const late = options.recheck === 'beforeDecode' ? undefined : overwritten(abs, reread());
    if (late !== undefined) return late;
    records.push({ startAbs: abs, endAbs: abs + record.length, record });
    abs += record.length;
  }
  const lastOldest = reread();
  if (lastOldest !== oldestAbs && lastOldest > cursor)
    return { ok: false, kind: 'overwrittenMidRead', readAbs: cursor, oldestAbs: lastOldest };
  return { ok: true, records, nextCursor: headAbs, lapped };
}

/** As `readRing`, positions from a snapshot whose capacity must be the ring's. */
export function readRingSnapshot(
  image: Uint8Array,
  snapshot: Pick<Snapshot, 'bufferBytes' | 'headAbs' | 'oldestAbs'>,
  cursor: number
): RingBatch | ReadRingError {
  if (snapshot.bufferBytes !== image.length)
    return {
      ok: false,
      kind: 'controlBlockCapacityMismatch',
      snapshotBytes: snapshot.bufferBytes,
      capacity: image.length
    };
  return readRing(image, { cursor, headAbs: snapshot.headAbs, oldestAbs: snapshot.oldestAbs });
}

/** As `readRing`, of a captured image, whose positions must fit into it. */
export function readCapturedRing(image: Uint8Array, positions: RingPositions): RingBatch | ReadRingError {
  const { headAbs, oldestAbs } = positions;
  const capacity = image.length;
  if (capacity === 0) return { ok: false, kind: 'capacityZero' };
  if (oldestAbs > headAbs || headAbs - oldestAbs > capacity)
    return { ok: false, kind: 'invalidCapturedWindow', headAbs, oldestAbs, capacity };
  return readRing(image, positions);
}

function overwritten(abs: number, oldestAbs: number): ReadRingError | undefined {
  return oldestAbs > abs ? { ok: false, kind: 'overwrittenMidRead', readAbs: abs, oldestAbs } : undefined;
}

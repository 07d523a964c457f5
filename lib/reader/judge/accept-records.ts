import type { OpenotCode } from '../../base/codes';
import { describeRingError, PlacedRecord, RingError, ringErrorCode, walkWindow } from '../../ring';
import { HEADER_LENGTH, RecordView } from '../../wire';
import { Gathering } from './gathering';
import { RingPosition } from './ring-position';
import { FlatWindow } from '../observe/window';

/** Up to where the bytes of a window may be believed, as absolute positions. */
export interface AcceptBounds {
  /** Nothing that ends beyond it is handed on. */
  readonly headAbs: number;
  /** Head that was accepted in the poll before: what lies below it was written before this window was asked for. */
  readonly trustedHead: number;
  /** Head that was seen so long before the window was read that no copy is older (`rereadMs`). */
  readonly settledHead: number;
  /**
   * Up to here the end of the lap was read again after what stands behind it, and is the same: a gap there is a gap.
   */
  readonly tailFreshUntil: number;
}

/** A place where the walk could not go on. */
export interface BadPlace {
  readonly abs: number;
  /** Stable word for notices. */
  readonly reason: OpenotCode;
  readonly message: string;
  /**
   * The seq or run of the record is below what was handed on already: stale bytes, or a restart that nothing else
   * shows.
   */
  readonly notNew?: RecordView;
  /** What stands behind it in the window, where it is a record that is not new. */
  readonly following?: readonly PlacedRecord[];
}

/** Why no further record of a window was handed on. */
export type AcceptEnd =
  /** Everything up to head or the end of the window was taken; `needed` = bytes that the next record takes. */
  | { readonly kind: 'end'; readonly needed?: number }
  /** Head was not known to have passed the rest when its bytes were read: the next poll reads them again. */
  | { readonly kind: 'held' }
  /** What stands there may be a record of the lap before, in an old copy: time will tell. */
  | { readonly kind: 'doubt'; readonly abs: number }
  /** No further batch may be begun now. */
  | { readonly kind: 'full' }
  | { readonly kind: 'bad'; readonly place: BadPlace };

/**
 * Takes the records of one window, in order (docs/reader.md): whole, with a CRC that holds, ending at or before head,
 * not below the seq expected next. The cursor of `draft` moves record by record; a gap at the end of a lap is passed
 * together with the record behind it. `closeBatch` is called when the batch is full; false = no further one may begin.
 */
export function acceptRecords(
  draft: RingPosition,
  window: FlatWindow,
  bounds: AcceptBounds,
  gathering: Gathering,
  limits: { readonly maxRecords: number; readonly maxBytes: number },
  closeBatch: () => boolean
): AcceptEnd {
  const { cursor: fromAbs, capacity } = draft;
  const walk = walkWindow({ bytes: window.from(fromAbs), fromAbs, headAbs: bounds.headAbs, capacity });
  for (let i = 0; i < walk.records.length; i++) {
    const { abs, record } = walk.records[i];
    const fault = notNew(draft, abs, record);
    if (fault !== undefined)
      return abs < bounds.trustedHead
        ? { kind: 'bad', place: { ...fault, following: walk.records.slice(i + 1) } }
        : { kind: 'held' };
    if (mustWait(draft, abs, record, bounds)) return { kind: 'held' };
    if (abs >= bounds.settledHead && draft.isDoubtful(abs, record)) return { kind: 'doubt', abs };
    const isFull =
      gathering.records > 0 &&
      (gathering.records >= limits.maxRecords || gathering.bytes + record.length > limits.maxBytes);
    if (isFull && !closeBatch()) return { kind: 'full' };
    const result = draft.accounting.account(record);
    if (!result.ok) return { kind: 'bad', place: { abs, reason: result.code, message: result.message } };
    for (const loss of result.losses) gathering.note(loss, abs);
    gathering.add(abs, record);
    draft.epochs.observeRecord(abs, record);
    draft.passed(abs, record);
  }
  if (walk.stop !== undefined) return stopped(walk.stop, bounds);
  // A gap is passed together with the record behind it, never alone: a zero byte may be an old one.
  const gap = walk.nextAbs - draft.cursor;
  if (gap === 0 && walk.needed === undefined) return { kind: 'end' };
  return { kind: 'end', needed: gap + (walk.needed ?? HEADER_LENGTH) };
}

function stopped(stop: RingError, bounds: AcceptBounds): AcceptEnd {
  const abs = 'abs' in stop ? stop.abs : 0;
  if (abs >= bounds.trustedHead) return { kind: 'held' };
  return { kind: 'bad', place: { abs, reason: ringErrorCode(stop), message: describeRingError(stop) } };
}

function notNew(position: RingPosition, abs: number, record: RecordView): BadPlace | undefined {
  if (record.safeSeq < 0)
    return {
      abs,
      reason: 'OPENOT_SEQ_TOO_LARGE',
      message: `the record at position ${abs} has seq ${record.seq}; seqs up to 2^53-1 can be handled`
    };
  if (position.isNew(record)) return undefined;
  const expected = position.accounting.expectedSeq(record.runId, record.sourceId);
  const message =
    `the record at position ${abs} has run ${record.runId} and seq ${record.seq} of source ${record.sourceId}, ` +
    `which was handed on before (expected seq ${expected} or above)`;
  return { abs, reason: 'OPENOT_SEQ_WENT_BACK', message, notNew: record };
}

/**
 * Part 4 of OPC UA gives no order of evaluation within one Read, and some servers answer from copies: bytes may be
 * older than the head beside them. A whole record of the previous lap would then stand in the new one's place. Such a
 * record is below the expected seq, unless it was never read (a lap, a start in the middle): so what begins a source
 * or leaves a gap is handed on only where head had passed it before the bytes were read. The zero byte of a lap's end
 * and the record behind it may come from copies of different ages, so it is read once more after that, or has long been
 * passed.
 */
function mustWait(position: RingPosition, abs: number, record: RecordView, bounds: AcceptBounds): boolean {
  if (abs !== position.cursor && position.cursor >= bounds.settledHead && position.cursor >= bounds.tailFreshUntil)
    return true;
  if (abs < bounds.trustedHead) return false;
  const expected = position.accounting.expectedSeq(record.runId, record.sourceId);
  return expected === 0 || record.safeSeq > expected;
}

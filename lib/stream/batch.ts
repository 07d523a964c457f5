import { decodeRecord, parseSafeU64, RecordView } from '../wire';
import { shownValue } from '../base';
import { badBytes, DecodedItems, seqTooLarge } from './concatenation';
import { Item, Notice, NoticeItem, Segment } from './items';
import { BytesError } from './payload-bytes';
import { ItemMaker } from './record-item';
import { BatchFacts } from './stream-facts';

const noticeKinds: readonly string[] = ['loss', 'lap', 'incarnation', 'skipped'];

/**
 * A reader's batch as items in order: its records, each at its ring position, and each notice before the first record
 * that starts at or after its `beforeAbs` (docs/design.md 3). Payloads are subarrays of `payload`.
 * Facts come out of a message, so they are checked: segments must begin at offset 0 and at records, in ascending order,
 * and every record must have a CRC, as all records of a ring have. At the first trouble decoding ends; the notices that
 * are left still come out, because they are facts of their own.
 *
 * @example
 * ```ts
 * import { openReader } from '@openot/node-red/reader';
 * import { itemsOfBatch } from '@openot/node-red/stream';
 * import { modbus } from '@openot/node-red/transport/modbus';
 *
 * for await (const batch of openReader({ transport: modbus({ host: 'plc-7', control: 0, ring: 100 }) })) {
 *   for (const item of itemsOfBatch(batch.payload, batch.facts).items) console.log(item.kind);
 *   batch.settle();
 * }
 * ```
 */
export function itemsOfBatch(payload: Buffer, facts: Pick<BatchFacts, 'segments' | 'notices'>): DecodedItems {
  const items: Item[] = [];
  const maker = new ItemMaker();
  const error = walkBatch(payload, facts, {
    record: (record, abs) => void items.push(maker.itemOf(payload, record, abs)),
    notice: (notice) => void items.push(notice)
  });
  return error === undefined ? { items } : { items, error };
}

/** What a walk over a batch meets, in order. */
export interface BatchVisitor {
  /** A whole record with its CRC, as a view of the payload, and its ring position. */
  record(record: RecordView, abs: number): void;
  notice(notice: NoticeItem): void;
}

/** As `itemsOfBatch`, with what is met told one by one; what ended the walk early. */
export function walkBatch(
  payload: Buffer,
  facts: Pick<BatchFacts, 'segments' | 'notices'>,
  visitor: BatchVisitor
): BytesError | undefined {
  const notices = readNotices(facts.notices);
  if (!notices.ok) return notices;
  const placing = new Placing(notices.notices, visitor);
  const segments = readSegments(facts.segments, payload.length);
  const error = segments.ok ? walkSegments(payload, segments.segments, visitor, placing) : segments;
  placing.rest();
  return error;
}

function walkSegments(
  payload: Buffer,
  segments: readonly Segment[],
  visitor: BatchVisitor,
  placing: Placing
): BytesError | undefined {
  for (let i = 0; i < segments.length; i++) {
    const { offset, abs } = segments[i];
    const end = i + 1 < segments.length ? segments[i + 1].offset : payload.length;
    for (let at = offset; at < end;) {
      const record = decodeRecord(payload, at, end);
      const recordAbs = abs + (at - offset);
      const error = record.ok ? refused(payload, record, recordAbs) : badBytes(record, at, payload.length, recordAbs);
      if (!record.ok || error !== undefined) return error;
      placing.before(recordAbs);
      visitor.record(record, recordAbs);
      at += record.length;
    }
  }
  return undefined;
}

function refused(payload: Buffer, record: RecordView, abs: number): BytesError | undefined {
  if (record.safeSeq < 0) return seqTooLarge(payload, record.start, abs);
  if (record.hasCrc) return undefined;
  const message =
    `at byte ${record.start} of the payload (ring position ${abs}): a record of a ring must have a CRC, this one ` +
    `has none; the ${payload.length - record.start} bytes from there on were not decoded`;
  return { ok: false, code: 'OPENOT_RING_MISSING_CRC', message, offset: record.start, abs };
}

/** The notices that still wait for their place. Their order is the reader's. */
class Placing {
  private placed = 0;

  constructor(
    private readonly notices: readonly Notice[],
    private readonly visitor: BatchVisitor
  ) {}

  before(abs: number): void {
    while (this.placed < this.notices.length && this.notices[this.placed].beforeAbs <= abs) this.place();
  }

  rest(): void {
    while (this.placed < this.notices.length) this.place();
  }

  private place(): void {
    // eslint-disable-next-line @typescript-eslint/no-unused-vars
    const { beforeAbs, ...item } = this.notices[this.placed++];
    this.visitor.notice(item as NoticeItem);
  }
}

function readNotices(value: unknown): { ok: true; notices: Notice[] } | BytesError {
  if (value === undefined) return { ok: true, notices: [] };
  if (!Array.isArray(value)) return badFacts('notices', 'an array', value);
  const notices: Notice[] = [];
  for (let i = 0; i < value.length; i++) {
    const notice = value[i] as Partial<Notice> | null;
    const beforeAbs = parseSafeU64(notice?.beforeAbs);
    if (notice === null || beforeAbs === undefined || !noticeKinds.includes(String(notice.kind)))
      return badFacts(`notices[${i}]`, 'a loss, lap, incarnation or skipped notice with beforeAbs', notice);
    notices.push({ ...(notice as Notice), beforeAbs });
  }
  return { ok: true, notices };
}

function readSegments(value: unknown, length: number): { ok: true; segments: Segment[] } | BytesError {
  if (value === undefined && length === 0) return { ok: true, segments: [] };
  if (!Array.isArray(value)) return badFacts('segments', 'an array', value);
  const segments: Segment[] = [];
  for (let i = 0; i < value.length; i++) {
    const segment = value[i] as Partial<Segment> | null;
    const offset = parseSafeU64(segment?.offset);
    const abs = parseSafeU64(segment?.abs);
    if (offset === undefined || abs === undefined)
      return badFacts(`segments[${i}]`, 'an offset and a position, at most 2^53-1', segment);
    const before = i === 0 ? undefined : segments[i - 1];
    if (before === undefined ? offset !== 0 : offset <= before.offset || abs < before.abs + (offset - before.offset))
      return badFacts(`segments[${i}]`, 'offset 0 first, then ascending offsets and positions', segment);
    if (offset > length || (offset === length && length > 0))
      return badFacts(`segments[${i}]`, `an offset inside the payload of ${length} bytes`, segment);
    if (!Number.isSafeInteger(abs + length)) return badFacts(`segments[${i}]`, 'positions at most 2^53-1', segment);
    segments.push({ offset, abs });
  }
  if (segments.length === 0 && length > 0)
    return badFacts('segments', "the position of the payload's first byte", value);
  return { ok: true, segments };
}

function badFacts(property: string, expected: string, found: unknown): BytesError {
  const message =
    `msg.openot.${property} does not belong to this payload: expected ${expected}, found ${shownValue(found)}; ` +
    'pass on msg.openot and msg.payload of the reader together and unchanged';
  return { ok: false, code: 'OPENOT_FACTS_INVALID', message };
}

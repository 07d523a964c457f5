/**
 * What must have been delivered, and where: the oracles of the conformance runs, independent of the code under test.
 */
import { RingRecord } from './read-ring';
import { readU16, readU64, RecordView, TlvType } from '../../../lib/wire';

/** One record that a producer wrote, in write order. */
export interface ExpectedRecord {
  readonly runId: bigint;
  readonly sourceId: number;
  readonly seq: bigint;
  readonly eventTypeId: number;
  readonly length: number;
}

export interface Violation {
  readonly kind:
    | 'unexpected_record'
    | 'expected_abs_mismatch'
    | 'event_order_mismatch'
    | 'missing_expected_abs_slot'
    | 'invalid_expected_abs_slot'
    | 'duplicate_or_backward_seq';
  readonly startAbs: number;
}

/** Takes delivered records in order and says what is wrong with them. */
export interface Oracle {
  observe(record: RingRecord): Violation[];
}

const keyOf = (record: { runId: bigint; sourceId: number; seq: bigint; eventTypeId: number }): string =>
  `${record.runId}/${record.sourceId}/${record.seq}/${record.eventTypeId}`;

/**
 * Knows where every record must begin, from nothing but the lengths and the wrap rule.
 * @throws RangeError for a capacity or a length of 0, a length above the capacity, or a record named twice.
 */
export function sidecarOracle(capacity: number, expected: readonly ExpectedRecord[], firstAbs = 0): Oracle {
  if (capacity <= 0) throw new RangeError('the capacity is 0');
  const starts = new Map<string, number>();
  let head = firstAbs;
  for (const record of expected) {
    if (record.length <= 0) throw new RangeError('a record of no length');
    if (record.length > capacity) throw new RangeError(`a record of ${record.length} bytes in a ring of ${capacity}`);
    if (starts.has(keyOf(record))) throw new RangeError(`record ${keyOf(record)} twice`);
    const used = head % capacity;
    const start = used === 0 || used + record.length <= capacity ? head : head + (capacity - used);
    starts.set(keyOf(record), start);
    head = start + record.length;
  }
  let last = -1;
  return {
    observe({ startAbs, record }) {
      const start = starts.get(keyOf(record));
      if (start === undefined) return [{ kind: 'unexpected_record', startAbs }];
      const violations: Violation[] = [];
      if (start !== startAbs) violations.push({ kind: 'expected_abs_mismatch', startAbs });
      if (start < last) violations.push({ kind: 'event_order_mismatch', startAbs });
      last = start;
      return violations;
    }
  };
}

/** Private key under which a test producer writes the position that its record will have. */
export const EXPECTED_ABS_KEY = 0x8001;

/** Every record carries the position where it was meant to be. */
export function embeddedOracle(): Oracle {
  return {
    observe({ startAbs, record }) {
      const at = findSlot(record);
      if (at < 0) return [{ kind: 'missing_expected_abs_slot', startAbs }];
      const { bytes } = record;
      if (bytes[at + 2] !== TlvType.ULInt || bytes[at + 3] !== 8)
        return [{ kind: 'invalid_expected_abs_slot', startAbs }];
      return readU64(bytes, at + 4) === BigInt(startAbs) ? [] : [{ kind: 'expected_abs_mismatch', startAbs }];
    }
  };
}

function findSlot(record: RecordView): number {
  for (let at = record.start + 40; at < record.slotsEnd; at += 4 + ((record.bytes[at + 3] + 3) & ~3)) {
    if (readU16(record.bytes, at) === EXPECTED_ABS_KEY) return at;
  }
  return -1;
}

/** What `inner` says, and that no record comes twice or goes back in its source's sequence. */
export function sequenceObserver(inner: Oracle): Oracle {
  const seen = new Set<string>();
  const next = new Map<string, bigint>();
  return {
    observe(delivered) {
      const { record, startAbs } = delivered;
      const violations = inner.observe(delivered);
      const source = `${record.runId}/${record.sourceId}`;
      if (seen.has(keyOf(record)) || record.seq < (next.get(source) ?? 0n))
        violations.push({ kind: 'duplicate_or_backward_seq', startAbs });
      seen.add(keyOf(record));
      if (record.seq >= (next.get(source) ?? 0n)) next.set(source, record.seq + 1n);
      return violations;
    }
  };
}

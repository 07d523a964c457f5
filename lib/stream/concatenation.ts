import { decodeRecord, describeWireError, RecordView, WireError, wireErrorCode } from '../wire';
import { Item } from './items';
import { BytesError } from './payload-bytes';
import { ItemMaker } from './record-item';

/** What a payload held: the items up to the first trouble, and that trouble. Nothing after it was looked at. */
export interface DecodedItems {
  readonly items: Item[];
  readonly error?: BytesError;
}

/**
 * Walks records that stand back to back, without a ring (docs/format.md 19), and calls `take` with each whole one and
 * its offset, until the end, the first bytes that are no record, or until `take` returns false. Run time is linear.
 */
export function walkConcatenation(
  bytes: Uint8Array,
  accept: (record: RecordView, offset: number) => boolean,
  start = 0,
  end = bytes.length
): { readonly offset: number; readonly error?: WireError } {
  let offset = start;
  while (offset < end) {
    const record = decodeRecord(bytes, offset, end);
    if (!record.ok) return { offset, error: record };
    if (!accept(record, offset)) return { offset };
    offset += record.length;
  }
  return { offset };
}

/**
 * The records of a plain concatenation as items, their `abs` being offsets in the payload; the CRC may be missing.
 * What is whole in front is delivered, a bad tail is one error.
 *
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { itemsOfConcatenation } from '@openot/node-red/stream';
 *
 * const { items, error } = itemsOfConcatenation(readFileSync('records.bin'));
 * for (const item of items) if (item.kind === 'record') console.log(item.sourceId, item.seq, item.slots);
 * if (error !== undefined) console.error(error.message);
 * ```
 */
export function itemsOfConcatenation(payload: Buffer): DecodedItems {
  const items: Item[] = [];
  const maker = new ItemMaker();
  const { offset, error } = walkConcatenation(payload, (record, at) => {
    if (record.safeSeq < 0) return false;
    items.push(maker.itemOf(payload, record, at));
    return true;
  });
  if (error !== undefined) return { items, error: badBytes(error, offset, payload.length) };
  return offset < payload.length ? { items, error: seqTooLarge(payload, offset) } : { items };
}

/** Bytes that are no record, as an error for people. */
export function badBytes(error: WireError, offset: number, length: number, abs?: number): BytesError {
  const place =
    abs === undefined ? `at byte ${offset} of the payload` : `at byte ${offset} of the payload (ring position ${abs})`;
  const message = `${place}: ${describeWireError(error)}; the ${length - offset} bytes from there on were not decoded`;
  return { ok: false, code: wireErrorCode(error), message, offset, ...(abs === undefined ? {} : { abs }) };
}

/** A whole record whose seq no message can carry. */
export function seqTooLarge(payload: Buffer, offset: number, abs?: number): BytesError {
  const record = decodeRecord(payload, offset);
  const seq = record.ok ? record.seq.toString() : '?';
  const message =
    `at byte ${offset} of the payload: a seq above 2^53-1 (9007199254740991) is not supported, found ${seq}; this ` +
    `record and the ${payload.length - offset} bytes from its start on were not decoded`;
  return { ok: false, code: 'OPENOT_SEQ_TOO_LARGE', message, offset, ...(abs === undefined ? {} : { abs }) };
}

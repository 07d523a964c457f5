// Module by module, not through the folder's index: re-exports are getters, which cost speed where every slot needs
// one.
import { Offset, SLOT_HEADER_LENGTH } from '../wire/header';
import { u64Text } from '../wire/integer-text';
import { nextSlot, RecordView } from '../wire/record';
import { readU16, readU32 } from '../wire/u64';
import { ItemSlot, RecordItem } from './items';

/**
 * Makes items out of records, remembering the last run id's text: it hardly ever changes, and turning 64 bits into
 * decimal text is what an item costs most.
 */
export class ItemMaker {
  private low = 0;
  private high = 0;
  private runId = '0';

  /**
   * The record as an item at `abs`; `bytes` must be the Buffer the record is a view of. Payloads are subarrays of it.
   * The seq must be below 2^53.
   */
  itemOf(bytes: Buffer, record: RecordView, abs: number): RecordItem {
    const { start, slotsEnd } = record;
    const low = readU32(bytes, start + Offset.runId);
    const high = readU32(bytes, start + Offset.runId + 4);
    if (low !== this.low || high !== this.high) {
      this.low = low;
      this.high = high;
      this.runId = u64Text(bytes, start + Offset.runId);
    }
    const slots: ItemSlot[] = [];
    for (let at = start + Offset.slots; at < slotsEnd; at = nextSlot(bytes, at)) {
      const payloadAt = at + SLOT_HEADER_LENGTH;
      slots.push({
        key: readU16(bytes, at),
        type: bytes[at + 2],
        payload: bytes.subarray(payloadAt, payloadAt + bytes[at + 3])
      });
    }
    return {
      kind: 'record',
      abs,
      flags: record.flags,
      sourceTimeNs: u64Text(bytes, start + Offset.sourceTimeNs),
      runId: this.runId,
      seq: record.safeSeq,
      sourceId: record.sourceId,
      eventTypeId: record.eventTypeId,
      slots
    };
  }
}

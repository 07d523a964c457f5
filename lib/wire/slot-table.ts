import { HEADER_LENGTH, SLOT_HEADER_LENGTH } from './header';
import { nextSlot, RecordView, Slot } from './record';
import { readU16 } from './u64';

/**
 * The slots of one record as parallel arrays that are filled again for every record: what validation and
 * resolution work on, whether the record is a view of bytes or came through a message. Slot `i` has its
 * payload at `bytes[i][at[i], at[i] + len[i])`.
 */
export class SlotTable {
  count = 0;
  readonly key: number[] = [];
  readonly type: number[] = [];
  readonly bytes: Uint8Array[] = [];
  readonly at: number[] = [];
  readonly len: number[] = [];

  /** Takes the slots of a verified record, without making views. */
  loadView(record: RecordView): this {
    const { bytes, slotsEnd } = record;
    let i = 0;
    for (let at = record.start + HEADER_LENGTH; at < slotsEnd; at = nextSlot(bytes, at)) {
      this.key[i] = readU16(bytes, at);
      this.type[i] = bytes[at + 2];
      this.bytes[i] = bytes;
      this.at[i] = at + SLOT_HEADER_LENGTH;
      this.len[i] = bytes[at + 3];
      i++;
    }
    this.count = i;
    return this;
  }

  /** Takes slots that were materialised before. */
  loadSlots(slots: readonly Slot[]): this {
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i];
      this.key[i] = slot.key;
      this.type[i] = slot.type;
      this.bytes[i] = slot.payload;
      this.at[i] = 0;
      this.len[i] = slot.payload.length;
    }
    this.count = slots.length;
    return this;
  }
}

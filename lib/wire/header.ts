/** Layout of a record (docs/format.md 1), little-endian, offsets in bytes from the record's first byte. */

/** Bytes before the first slot: no record is shorter. */
export const HEADER_LENGTH = 40;
/** Bytes of the CRC-32C at the end of a record with the flag HasCrc. */
export const CRC_LENGTH = 4;
/** Bytes before a slot's payload: key u16, type u8, length u8. */
export const SLOT_HEADER_LENGTH = 4;
/** Bytes of the longest record: what the length field can say. */
export const MAX_RECORD_LENGTH = 0xffff;
/** Bytes of the longest payload of a slot. */
export const MAX_PAYLOAD_LENGTH = 255;

/** Where each field of the header begins; `slots` = the first slot. */
export const Offset = {
  sync: 0,
  totalLength: 4,
  flags: 6,
  sourceTimeNs: 8,
  runId: 16,
  seq: 24,
  sourceId: 32,
  eventTypeId: 36,
  slots: 40
} as const;

/** `OOT2` as the little-endian u32 that its four bytes make. */
export const SYNC_WORD = 0x32544f4f;
/** `OOT!` as the `found` of a `wrongSync` error: wire version 1, whose layout was never published in full. */
export const SYNC_HEX_V1 = '4f4f5421';

/** Bits of the record's flags word. The rest are reserved: kept, not rejected. */
export const Flag = {
  TimeUnsynced: 0x0001,
  Synthetic: 0x0002,
  PartialPayload: 0x0004,
  HasCrc: 0x0008
} as const;

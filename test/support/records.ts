/** Records for tests, encoded, in the shapes and sizes of docs/format.md 4 and 10. */
import { encodeRecord, EventType, Flag, Key, RecordInput, Slot, TlvType, writeU32, writeU64 } from '../../lib/wire';

export interface TestRecord {
  readonly sourceId?: number;
  readonly seq?: number | bigint;
  readonly runId?: number | bigint;
  readonly timeNs?: bigint;
  readonly flags?: number;
  readonly eventTypeId?: number;
  readonly slots?: readonly Slot[];
}

/** The fields of a record, with defaults: run 1, source 1, seq 0, a Message without slots (44 bytes). */
export function recordInput(record: TestRecord = {}): RecordInput {
  return {
    flags: record.flags ?? Flag.HasCrc,
    sourceTimeNs: record.timeNs ?? 0n,
    runId: BigInt(record.runId ?? 1),
    seq: BigInt(record.seq ?? 0),
    sourceId: record.sourceId ?? 1,
    eventTypeId: record.eventTypeId ?? EventType.Message,
    slots: record.slots ?? []
  };
}

/** The record's bytes. */
export function encoded(record: TestRecord = {}): Uint8Array {
  const bytes = encodeRecord(recordInput(record));
  if (!(bytes instanceof Uint8Array)) throw new Error(`cannot encode: ${bytes.kind}`);
  return bytes;
}

export const boolSlot = (key: number, value: boolean): Slot => ({
  key,
  type: TlvType.Bool,
  payload: Uint8Array.of(value ? 1 : 0)
});
export const bytesSlot = (key: number, payload: Uint8Array): Slot => ({ key, type: TlvType.Bytes, payload });

export function udintSlot(key: number, value: number): Slot {
  const payload = new Uint8Array(4);
  writeU32(payload, 0, value);
  return { key, type: TlvType.UDInt, payload };
}

export function ulintSlot(key: number, value: number | bigint): Slot {
  const payload = new Uint8Array(8);
  writeU64(payload, 0, BigInt(value));
  return { key, type: TlvType.ULInt, payload };
}

const ascii = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));

/** A Message with its template, 52 bytes. */
export const messageSlots = (templateId = 0): Slot[] => [udintSlot(Key.messageTemplateId, templateId)];
/** A SourceHighWater, 56 bytes. */
export const highWaterSlots = (producedCount: number | bigint): Slot[] => [ulintSlot(Key.producedCount, producedCount)];
/** A RecordsDropped, 76 bytes. */
export const droppedSlots = (first: number, last: number, count = last - first + 1): Slot[] => [
  udintSlot(Key.count, count),
  ulintSlot(Key.firstLostSeq, first),
  ulintSlot(Key.lastLostSeq, last)
];
/** A LoggerStarted, 52 bytes. */
export const startedSlots = (cold: boolean): Slot[] => [boolSlot(Key.coldStart, cold)];
/** A DefinitionChanged, 80 bytes; hashes as eight characters. */
export const changedSlots = (oldHash: string, newHash: string, epochId: number): Slot[] => [
  bytesSlot(Key.defHashOld, ascii(oldHash)),
  bytesSlot(Key.defHashNew, ascii(newHash)),
  ulintSlot(Key.epochId, epochId)
];

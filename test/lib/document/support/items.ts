import { decodeRecord, RecordInput, encodeRecord, RecordView } from '../../../../lib/wire';
import { RecordItem } from '../../../../lib/stream/items';

/** A record as the decoder node would hand it on. */
export function itemOf(record: RecordInput, abs = 0): RecordItem {
  return {
    kind: 'record',
    abs,
    flags: record.flags,
    sourceTimeNs: String(record.sourceTimeNs),
    runId: String(record.runId),
    seq: Number(record.seq),
    sourceId: record.sourceId,
    eventTypeId: record.eventTypeId,
    slots: record.slots.map(({ key, type, payload }) => ({ key, type, payload: Buffer.from(payload) }))
  };
}

/** The same record as a verified view of its bytes. */
export function viewOf(record: RecordInput): RecordView {
  const bytes = encodeRecord(record);
  if (!(bytes instanceof Uint8Array)) throw new Error(`cannot encode: ${bytes.kind}`);
  return viewOfBytes(bytes);
}

export function viewOfBytes(bytes: Uint8Array): RecordView {
  const view = decodeRecord(bytes);
  if (!view.ok) throw new Error(`cannot decode: ${view.kind}`);
  return view;
}

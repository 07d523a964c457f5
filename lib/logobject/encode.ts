import { ByteWriter } from './byte-writer';
import type { LogLayout } from './decode';
import { writeGuid, writeLocalizedText, writeNodeId, writeVariant } from './encode-built-in';
import { ALL_FIELDS, FieldBit, LogRecord, NodeId, TraceContext } from './model';

const NULL_NODE: NodeId = { namespace: 0, kind: 'i', id: 0 };
const NO_TRACE: TraceContext = {
  traceId: '00000000-0000-0000-0000-000000000000',
  spanId: 0n,
  parentSpanId: 0n,
  parentIdentifier: ''
};

/** How records are written. */
export interface LogEncoding {
  /** Default part6. */
  readonly layout?: LogLayout;
  /** Fields asked for, as a RequestMask; default all. Not used for flat. */
  readonly requestMask?: number;
}

/**
 * The body of a LogRecordsDataType with these records (docs/format.md 27): what a server answers GetRecords with.
 *
 * @example decodeLogRecords(encodeLogRecords(records))
 */
export function encodeLogRecords(
  records: readonly LogRecord[],
  { layout = 'part6', requestMask = ALL_FIELDS }: LogEncoding = {}
): Buffer {
  const to = new ByteWriter();
  to.u32(records.length);
  for (const record of records) {
    if (layout === 'flat') writeFields(to, record, ALL_FIELDS);
    else {
      const mask = fieldsOf(record) & requestMask;
      to.u32(mask);
      writeFields(to, record, mask);
    }
  }
  return to.bytes();
}

function fieldsOf(record: LogRecord): number {
  let mask = 0;
  for (const [field, bit] of Object.entries(FieldBit))
    if (record[field as keyof typeof FieldBit] !== undefined) mask |= bit;
  return mask;
}

function writeFields(to: ByteWriter, record: LogRecord, mask: number): void {
  to.u64(record.ticks);
  to.u16(record.severity);
  if ((mask & FieldBit.eventType) !== 0) writeNodeId(to, record.eventType ?? NULL_NODE);
  if ((mask & FieldBit.sourceNode) !== 0) writeNodeId(to, record.sourceNode ?? NULL_NODE);
  if ((mask & FieldBit.sourceName) !== 0) to.text(record.sourceName === undefined ? '' : record.sourceName);
  writeLocalizedText(to, record.message);
  if ((mask & FieldBit.traceContext) !== 0) writeTraceContext(to, record.traceContext ?? NO_TRACE);
  if ((mask & FieldBit.additionalData) === 0) return;
  const data = record.additionalData === undefined ? [] : record.additionalData;
  to.u32(data === null ? -1 : data.length);
  for (const { name, value } of data ?? []) {
    to.text(name);
    writeVariant(to, value);
  }
}

function writeTraceContext(to: ByteWriter, trace: TraceContext): void {
  writeGuid(to, trace.traceId);
  to.u64(trace.spanId);
  to.u64(trace.parentSpanId);
  to.text(trace.parentIdentifier);
}

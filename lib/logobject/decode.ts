import { Failure, failure } from '../base';
import { ByteReader, DecodeStop, LogFaultCode } from './byte-reader';
import { readGuid, readLocalizedText, readNodeId, readVariant } from './decode-built-in';
import { ALL_FIELDS, FieldBit, LogRecord, NameValuePair, TraceContext } from './model';

/** How the records lie: as Part 6 says, or without EncodingMask and all fields there, as some servers write them. */
export type LogLayout = 'part6' | 'flat';

/** A page of records. */
export interface DecodedLogRecords {
  readonly ok: true;
  readonly records: readonly LogRecord[];
  readonly layout: LogLayout;
  /** Bytes behind the last record that were not understood. */
  readonly unreadBytes: number;
  /** Texts that were not UTF-8; what was wrong in them became U+FFFD. */
  readonly invalidTexts: number;
}

/** What stands in a body before the place that cannot be read. */
export interface LogFaultDetail {
  /** Of the record that cannot be read; -1: the number of records itself. */
  readonly index: number;
  readonly offset: number;
  readonly records: readonly LogRecord[];
}

/** A body that cannot be read to its end. */
export type LogFault = Failure<LogFaultCode, LogFaultDetail> & { readonly detail: LogFaultDetail };

/**
 * The records of the body of a LogRecordsDataType (docs/format.md 27). Never throws, never reads outside `body`, keeps
 * nothing of it; time and memory grow linearly with its length.
 *
 * Records have no length of their own: behind one that cannot be read nothing can be. Those before it are in `detail`.
 *
 * @example
 * const page = decodeLogRecords(body);
 * if (page.ok) for (const record of page.records) console.log(record.message.text);
 */
export function decodeLogRecords(body: Uint8Array): DecodedLogRecords | LogFault {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length);
  const standard = readRecords(bytes, 'part6');
  if (standard.ok && standard.unreadBytes === 0) return standard;
  const flat = readRecords(bytes, 'flat');
  return flat.ok && flat.unreadBytes === 0 && flat.records.length > 0 && flat.records.every(isPlausible)
    ? flat
    : standard;
}

/** 1970-01-01 and 2200-01-01: random bytes can be read both ways, but no real log is that old or that young. */
const MIN_PLAUSIBLE = 116_444_736_000_000_000n;
const MAX_PLAUSIBLE = 189_027_648_000_000_000n;

const isPlausible = ({ ticks, severity }: LogRecord): boolean =>
  ticks >= MIN_PLAUSIBLE && ticks < MAX_PLAUSIBLE && severity >= 1 && severity <= 1000;

/** Bytes of the shortest record. */
const LEAST_RECORD = { part6: 15, flat: 59 };

function readRecords(bytes: Buffer, layout: LogLayout): DecodedLogRecords | LogFault {
  const from = new ByteReader(bytes);
  const records: LogRecord[] = [];
  let index = -1;
  try {
    const count = from.length(LEAST_RECORD[layout]) ?? 0;
    for (index = 0; index < count; index++) records.push(readRecord(from, layout));
  } catch (stop) {
    if (!(stop instanceof DecodeStop)) throw stop;
    const where = index < 0 ? 'the number of log records' : `log record ${index + 1} of the page`;
    const message = `${where} cannot be read at byte ${stop.offset} of ${bytes.length}: ${stop.what}`;
    const detail = { index, offset: stop.offset, records };
    return { ...failure(stop.code, message), detail };
  }
  return { ok: true, records, layout, unreadBytes: from.left, invalidTexts: from.invalidTexts };
}

function readRecord(from: ByteReader, layout: LogLayout): LogRecord {
  const { at } = from;
  const mask = layout === 'flat' ? ALL_FIELDS : from.u32();
  if ((mask & ~ALL_FIELDS) !== 0)
    throw new DecodeStop('OPENOT_LOG_UNKNOWN_FIELD', `unknown fields in the mask 0x${mask.toString(16)}`, at);
  const record: { -readonly [Field in keyof LogRecord]?: LogRecord[Field] } = {};
  record.ticks = from.i64();
  record.severity = from.u16();
  if ((mask & FieldBit.eventType) !== 0) record.eventType = readNodeId(from);
  if ((mask & FieldBit.sourceNode) !== 0) record.sourceNode = readNodeId(from);
  if ((mask & FieldBit.sourceName) !== 0) record.sourceName = from.text();
  record.message = readLocalizedText(from);
  if ((mask & FieldBit.traceContext) !== 0) record.traceContext = readTraceContext(from);
  if ((mask & FieldBit.additionalData) !== 0) record.additionalData = readPairs(from);
  return record as LogRecord;
}

const readTraceContext = (from: ByteReader): TraceContext => ({
  traceId: readGuid(from),
  spanId: from.u64(),
  parentSpanId: from.u64(),
  parentIdentifier: from.text()
});

/** Name and Variant: at least five bytes each. */
const LEAST_PAIR = 5;

function readPairs(from: ByteReader): NameValuePair[] | null {
  const count = from.length(LEAST_PAIR);
  if (count === null) return null;
  const pairs: NameValuePair[] = [];
  for (let i = 0; i < count; i++) pairs.push({ name: from.text(), value: readVariant(from, 1) });
  return pairs;
}

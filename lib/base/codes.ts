import { capture, modbus, opcua } from './codes-of-transports';

/*
 * Every code that an error, a warning, a status or a trouble item of this package can carry: a closed list, so that a
 * `switch` over a code can be checked for completeness. docs/errors.md says what each one means and what to do.
 */

// Bytes that are no record.
const wire = [
  'OPENOT_WIRE_CRC_MISMATCH',
  'OPENOT_WIRE_INVALID_LENGTH',
  'OPENOT_WIRE_INVALID_PADDING',
  'OPENOT_WIRE_INVALID_SLOT',
  'OPENOT_WIRE_RECORD_TOO_LONG',
  'OPENOT_WIRE_SLOT_TOO_LONG',
  'OPENOT_WIRE_TRUNCATED',
  'OPENOT_WIRE_VERSION_1',
  'OPENOT_WIRE_WRONG_SYNC'
] as const;

// The control block of a ring.
const control = [
  'OPENOT_CONTROL_CAPACITY_ZERO',
  'OPENOT_CONTROL_FROZEN',
  'OPENOT_CONTROL_INCONSISTENT',
  'OPENOT_CONTROL_POSITION_TOO_LARGE',
  'OPENOT_CONTROL_RESERVED_NOT_ZERO',
  'OPENOT_CONTROL_STALE_SNAPSHOT',
  'OPENOT_CONTROL_TRUNCATED',
  'OPENOT_CONTROL_UNCONFIRMED',
  'OPENOT_CONTROL_UNSTABLE',
  'OPENOT_CONTROL_UNSUPPORTED_VERSION',
  'OPENOT_CONTROL_UPDATING',
  'OPENOT_CONTROL_WENT_BACK',
  'OPENOT_CONTROL_WRONG_SYNC'
] as const;

// A ring, and places in it.
const ring = [
  'OPENOT_RING_CAPACITY_ZERO',
  'OPENOT_RING_MISSING_CRC',
  'OPENOT_RING_RECORD_BEYOND_HEAD',
  'OPENOT_RING_RECORD_CROSSES_BOUNDARY',
  'OPENOT_RING_RECORD_EXCEEDS_CAPACITY',
  'OPENOT_RING_SIZE',
  'OPENOT_RING_SKIPPED',
  'OPENOT_RING_STALE',
  'OPENOT_RING_UNEXPECTED_WRAP_MARKER',
  'OPENOT_RING_UNKNOWN',
  'OPENOT_RING_WRAP_BEYOND_HEAD'
] as const;

// What a message carries: payloads, items, sequence numbers, epochs, the loss account.
const stream = [
  'OPENOT_EPOCH_STATE_INVALID',
  'OPENOT_FACTS_INVALID',
  'OPENOT_LOSS_STATE_INVALID',
  'OPENOT_LOSS_TOO_MANY_SOURCES',
  'OPENOT_PAYLOAD_NOT_BYTES',
  'OPENOT_PAYLOAD_NOT_ITEMS',
  'OPENOT_PAYLOAD_TOO_LARGE',
  'OPENOT_SEQ_TOO_LARGE',
  'OPENOT_SEQ_WENT_BACK'
] as const;

// The reader: its reads, its commands, acknowledgements, batches on their way.
const reader = [
  'OPENOT_ACK_TIMEOUT',
  'OPENOT_ACK_TOKEN',
  'OPENOT_DELIVERY_SILENT',
  'OPENOT_FIND_BUSY',
  'OPENOT_FIND_CREDENTIALS',
  'OPENOT_FIND_REQUEST',
  'OPENOT_HOLD_DROPPED',
  'OPENOT_PLC_SILENT',
  'OPENOT_READER_BUSY',
  'OPENOT_READER_COMMAND',
  'OPENOT_READER_SEEK',
  'OPENOT_READER_SINK',
  'OPENOT_READER_STOPPED',
  'OPENOT_READER_TWICE',
  'OPENOT_READ_AGAIN',
  'OPENOT_READ_LENGTH',
  'OPENOT_READ_SILENT',
  'OPENOT_SEEK',
  'OPENOT_SEEK_LATER',
  'OPENOT_SEEK_OUTSIDE'
] as const;

// State files.
const state = [
  'OPENOT_STATE_LOCKED',
  'OPENOT_STATE_LOCK_FAILED',
  'OPENOT_STATE_NOT_REMOVED',
  'OPENOT_STATE_NOT_SAVED',
  'OPENOT_STATE_UNREADABLE'
] as const;

// Definition files.
const definition = [
  'OPENOT_DEFINITION_BYTE_ORDER_MARK',
  'OPENOT_DEFINITION_DUPLICATE_KEY',
  'OPENOT_DEFINITION_EMPTY',
  'OPENOT_DEFINITION_FLOAT',
  'OPENOT_DEFINITION_HASH_MISMATCH',
  'OPENOT_DEFINITION_INTEGER_RANGE',
  'OPENOT_DEFINITION_INVALID_UTF8',
  'OPENOT_DEFINITION_LONE_SURROGATE',
  'OPENOT_DEFINITION_MISSING_KEY',
  'OPENOT_DEFINITION_NOT_FOUND',
  'OPENOT_DEFINITION_SYNTAX',
  'OPENOT_DEFINITION_TOO_DEEP',
  'OPENOT_DEFINITION_TOO_LARGE',
  'OPENOT_DEFINITION_TOO_MANY',
  'OPENOT_DEFINITION_UNKNOWN_KEY',
  'OPENOT_DEFINITION_UNREADABLE',
  'OPENOT_DEFINITION_VIOLATION',
  'OPENOT_DEFINITION_WRONG_TYPE',
  'OPENOT_DEFINITION_WRONG_VALUE'
] as const;

// Documents to OpenTelemetry.
const otel = [
  'OPENOT_OTEL_AUDIT_IMAGE',
  'OPENOT_OTEL_DROPPED',
  'OPENOT_OTEL_FULL',
  'OPENOT_OTEL_NETWORK_CHECKSUM',
  'OPENOT_OTEL_NETWORK_DOMAIN',
  'OPENOT_OTEL_NETWORK_ENCODING',
  'OPENOT_OTEL_NETWORK_PRODUCER',
  'OPENOT_OTEL_NOT_A_DOCUMENT',
  'OPENOT_OTEL_NOT_A_STATUS',
  'OPENOT_OTEL_PAYLOAD',
  'OPENOT_OTEL_SPAN_LIMIT',
  'OPENOT_OTEL_STATE_NEWER',
  'OPENOT_OTEL_STATE_UNREADABLE',
  'OPENOT_OTEL_STRICT_DOCUMENT',
  'OPENOT_OTEL_TEXT'
] as const;

// Sending to a collector.
const otlp = [
  'OPENOT_OTLP_BUSY',
  'OPENOT_OTLP_COMPRESSION_REFUSED',
  'OPENOT_OTLP_DROPPED',
  'OPENOT_OTLP_NOT_FOUND',
  'OPENOT_OTLP_PARTIAL',
  'OPENOT_OTLP_PAYLOAD',
  'OPENOT_OTLP_PROTOCOL',
  'OPENOT_OTLP_QUEUE_FULL',
  'OPENOT_OTLP_REDIRECT',
  'OPENOT_OTLP_REFUSED',
  'OPENOT_OTLP_TIMEOUT',
  'OPENOT_OTLP_TOO_LARGE',
  'OPENOT_OTLP_UNAUTHORIZED',
  'OPENOT_OTLP_UNREACHABLE',
  'OPENOT_OTLP_WARNING'
] as const;

// Logs of OPC UA Part 26: their bytes, their server's answers, what is said of them.
const logobject = [
  'OPENOT_LOG_ARGUMENT',
  'OPENOT_LOG_CLOCK',
  'OPENOT_LOG_CONTINUATION',
  'OPENOT_LOG_DENIED',
  'OPENOT_LOG_FLAT',
  'OPENOT_LOG_MALFORMED',
  'OPENOT_LOG_NONE',
  'OPENOT_LOG_NOT_IMPLEMENTED',
  'OPENOT_LOG_POINTS',
  'OPENOT_LOG_QUERY',
  'OPENOT_LOG_REST',
  'OPENOT_LOG_STOPPED',
  'OPENOT_LOG_TOO_DEEP',
  'OPENOT_LOG_TOO_LARGE',
  'OPENOT_LOG_TRUNCATED',
  'OPENOT_LOG_UNKNOWN_FIELD'
] as const;

// The archive, its notes and keys.
const archive = [
  'OPENOT_ARCHIVE_COMMAND',
  'OPENOT_ARCHIVE_DAMAGED',
  'OPENOT_ARCHIVE_DISK',
  'OPENOT_ARCHIVE_ENTRY',
  'OPENOT_ARCHIVE_KEY',
  'OPENOT_ARCHIVE_NOTE',
  'OPENOT_ARCHIVE_PAYLOAD',
  'OPENOT_ARCHIVE_WENT_BACK'
] as const;

// The simulator.
const simulator = [
  'OPENOT_SIMULATOR_COMMAND',
  'OPENOT_SIMULATOR_COUNT',
  'OPENOT_SIMULATOR_SERVER',
  'OPENOT_SIMULATOR_STATE'
] as const;

// Settings, and what any node can say.
const nodes = ['OPENOT_CLOSE_TIMEOUT', 'OPENOT_CONFIG', 'OPENOT_INTERNAL', 'OPENOT_PROPERTY'] as const;

/** Every code there is. A code keeps its meaning for ever; new ones may come with a new version. */
export const CODES = [
  ...wire,
  ...control,
  ...ring,
  ...stream,
  ...reader,
  ...state,
  ...definition,
  ...opcua,
  ...modbus,
  ...capture,
  ...otel,
  ...otlp,
  ...logobject,
  ...archive,
  ...simulator,
  ...nodes
] as const;

/** The code of an error, a warning, a status or a trouble item. */
export type OpenotCode = (typeof CODES)[number];

const known: ReadonlySet<string> = new Set(CODES);

/** Whether a text from outside is a code of this version. */
export const isOpenotCode = (text: string): text is OpenotCode => known.has(text);

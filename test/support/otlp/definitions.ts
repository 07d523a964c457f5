/**
 * The official OTLP definitions, as opentelemetry-proto states them and the OpenTelemetry project generated code from
 * them (@opentelemetry/otlp-transformer, generated/root.js). What a message consists of is read out of that code: its
 * encoder names the wire type of every field, its verifier the enumerations and what excludes each other.
 */
import type { Signal } from '../../../lib/telemetry/otlp-types';

/** A scalar type of protobuf, as its encoder calls it. */
export type Scalar =
  | 'string'
  | 'bool'
  | 'bytes'
  | 'double'
  | 'float'
  | 'int32'
  | 'uint32'
  | 'sint32'
  | 'fixed32'
  | 'sfixed32'
  | 'int64'
  | 'uint64'
  | 'sint64'
  | 'fixed64'
  | 'sfixed64';

/** One field of a message. */
export interface FieldDefinition {
  readonly name: string;
  readonly repeated: boolean;
  /** The scalar, or the message's full name (`opentelemetry.proto.logs.v1.LogRecord`). */
  readonly type:
    { readonly scalar: Scalar } | { readonly message: string } | { readonly enumeration: readonly number[] };
  /** Name of the group of which one field at most is set. */
  readonly oneOf?: string;
}

/** One message: its fields by their JSON name. */
export interface MessageDefinition {
  readonly name: string;
  readonly fields: ReadonlyMap<string, FieldDefinition>;
}

/** What protobufjs generates for a message; the part that is used here. */
export interface Codec {
  encode(message: unknown): { finish(): Uint8Array };
  decode(bytes: Uint8Array): unknown;
  verify(message: unknown): string | null;
  fromObject(object: unknown): unknown;
  toObject(message: unknown, options: { longs?: unknown; bytes?: unknown; arrays?: boolean }): Record<string, unknown>;
}

// The package exports its serialisers only; the definitions are an inner file, hence the exact version in package.json.
// eslint-disable-next-line @typescript-eslint/no-require-imports
const root = require('@opentelemetry/otlp-transformer/build/src/generated/root.js') as Record<string, unknown>;

const exportRequests: Readonly<Record<Signal, string>> = {
  logs: 'opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest',
  metrics: 'opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest',
  traces: 'opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest'
};

/** Name of the message that a signal's request is. */
export const requestName = (signal: Signal): string => exportRequests[signal];

/** The official codec of a message. */
export function codec(name: string): Codec {
  const found = name
    .split('.')
    .reduce<unknown>((place, part) => (place as Record<string, unknown> | undefined)?.[part], root);
  if (found === undefined) throw new Error(`the OTLP definitions have no ${name}`);
  return found as Codec;
}

const known = new Map<string, MessageDefinition>();

/**
 * The definition of a message. Throws where the generated code reads otherwise than it did, rather than checking less.
 */
export function definition(name: string): MessageDefinition {
  let found = known.get(name);
  if (found === undefined) known.set(name, (found = { name, fields: fieldsOf(name) }));
  return found;
}

function fieldsOf(name: string): Map<string, FieldDefinition> {
  const { encode, verify } = codec(name);
  const rules = blocks(verify.toString());
  const fields = new Map<string, FieldDefinition>();
  for (const [field, block] of blocks(encode.toString())) {
    const message = /\$root\.([\w.]+)\.encode\(/.exec(block)?.[1];
    const scalar = [...block.matchAll(/\.(\w+)\(message\.\w+(?:\[i\])?\)/g)].at(-1)?.[1] as Scalar | undefined;
    const rule = rules.get(field);
    if ((message === undefined && scalar === undefined) || rule === undefined)
      throw new Error(`${name}.${field}: the generated code reads otherwise than expected`);
    const cases = [...rule.matchAll(/case (\d+):/g)].map(([, number]) => Number(number));
    const type = message !== undefined ? { message } : cases.length > 0 ? { enumeration: cases } : { scalar: scalar! };
    const oneOf = /properties\.(\w+) = 1/.exec(rule)?.[1];
    fields.set(field, {
      name: field,
      repeated: block.includes('.length; ++i') || /\.length\b[^]*\+\+i/.test(block),
      type,
      ...(oneOf === undefined ? {} : { oneOf })
    });
  }
  if (fields.size !== rules.size) throw new Error(`${name}: encoder and verifier name different fields`);
  return fields;
}

/** The code of each field: from the `if` that asks for it to the next field's. */
function blocks(code: string): Map<string, string> {
  const found = new Map<string, string>();
  const starts = [...code.matchAll(/if \(message\.(\w+) != null/g)];
  starts.forEach((start, index) => found.set(start[1]!, code.slice(start.index, starts[index + 1]?.index)));
  return found;
}

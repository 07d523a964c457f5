import { isU64Text, parseSafeU64 } from '../../wire';
import { isObject } from '../../wire/outside-values';
import type { SpanIds } from './api';
import type { OpenSpan } from './open-span';
import type { RecordKey } from './shelf';

/** Source id, seq and start of a use; its ids where they are not those of the identity itself. */
export type PackedUse = readonly [number, number, string] | readonly [number, number, string, SpanIds];

/** Uses by identity. */
export type PackedOpenings = readonly (readonly [string, readonly PackedUse[]])[];

/** The JSON of an image. */
export interface BookImage {
  readonly streams: readonly {
    readonly stream: string;
    readonly incarnation: number;
    readonly runId: string;
    readonly lastNs: string;
    readonly newestNs: string;
    readonly receivedNs?: string;
    readonly sources: readonly (readonly [number, number])[];
  }[];
  /** `at` = place among the streams. In the order in which they were opened. */
  readonly open: readonly { readonly at: number; readonly span: OpenSpan }[];
  readonly closed: readonly { readonly by: RecordKey; readonly span: object }[];
  readonly openings: { readonly condition: PackedOpenings; readonly batch: PackedOpenings };
}

type Check = (value: unknown) => boolean;

const count: Check = (value) => typeof value === 'number' && parseSafeU64(value) !== undefined;
const text: Check = (value) => typeof value === 'string';
const hex =
  (digits: number): Check =>
  (value) =>
    typeof value === 'string' && value.length === digits && /^[0-9a-f]+$/.test(value) && !/^0+$/.test(value);
const traceId = hex(32);
const spanId = hex(16);
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const pair =
  (first: Check, second: Check): Check =>
  (value) =>
    Array.isArray(value) && value.length === 2 && first(value[0]) && second(value[1]);
const object =
  (properties: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isObject(value) && Object.entries(properties).every(([name, check]) => check(value[name]));

const attributes = listOf(object({ key: text, value: isObject }));
const events = listOf(object({ timeUnixNano: isU64Text, name: text, attributes }));
const ids = object({ traceId, spanId, parentSpanId: optional(spanId) });
const sources = listOf(pair(count, count));
const place = { sourceId: count, seq: count };

const stream = object({
  stream: text,
  incarnation: count,
  runId: isU64Text,
  lastNs: isU64Text,
  newestNs: isU64Text,
  receivedNs: optional(isU64Text),
  sources
});
const kind: Check = (value) => value === 'condition' || value === 'batch' || value === 'state';
const openSpan = object({
  kind,
  key: text,
  ids,
  of: count,
  state: optional(count),
  ...place,
  startNs: isU64Text,
  name: text,
  attributes,
  error: optional(text),
  events,
  dropped: count,
  bytes: count
});
const recordKey = object({ stream: text, incarnation: count, runId: isU64Text, ...place });
const span = object({
  traceId,
  spanId,
  parentSpanId: optional(spanId),
  name: text,
  startTimeUnixNano: isU64Text,
  endTimeUnixNano: isU64Text,
  attributes,
  events,
  status: isObject
});
const use: Check = (value) =>
  Array.isArray(value) &&
  (value.length === 3 || (value.length === 4 && ids(value[3]))) &&
  count(value[0]) &&
  count(value[1]) &&
  isU64Text(value[2]);
const uses = listOf(pair(traceId, listOf(use)));

const image = object({
  streams: listOf(stream),
  open: listOf(object({ at: count, span: openSpan })),
  closed: listOf(object({ by: recordKey, span })),
  openings: object({ condition: uses, batch: uses })
});

/** Is it an image that can be used as it is? */
export function isBookImage(value: unknown): value is BookImage {
  return image(value) && (value as BookImage).open.every(({ at }) => at < (value as BookImage).streams.length);
}

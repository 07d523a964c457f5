import {
  Check,
  hexOf,
  isCount,
  isObject,
  isText,
  isU64Text,
  listOf,
  oneOf,
  optional,
  shapeOf,
  tupleOf
} from '../../base';
import type { SpanIds } from './api';
import type { OpenSpan } from './open-span';
import type { RecordKey } from './unsettled-spans';

/** Source id, seq and start of a use; its ids where they are not those of the identity itself. */
export type PackedUse = readonly [number, number, string] | readonly [number, number, string, SpanIds];

/** Uses by identity. */
export type PackedUses = readonly (readonly [string, readonly PackedUse[]])[];

/** The JSON of an image. */
export interface SpanStoreImage {
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
  readonly identityUses: { readonly condition: PackedUses; readonly batch: PackedUses };
}

const isId = (digits: number): Check => {
  const isHex = hexOf(digits);
  return (value) => isHex(value) && !/^0+$/.test(value);
};
const traceId = isId(32);
const spanId = isId(16);

const attributes = listOf(shapeOf({ key: isText, value: isObject }));
const events = listOf(shapeOf({ timeUnixNano: isU64Text, name: isText, attributes }));
const ids = shapeOf({ traceId, spanId, parentSpanId: optional(spanId) });
const sources = listOf(tupleOf(isCount, isCount));
const place = { sourceId: isCount, seq: isCount };

const stream = shapeOf({
  stream: isText,
  incarnation: isCount,
  runId: isU64Text,
  lastNs: isU64Text,
  newestNs: isU64Text,
  receivedNs: optional(isU64Text),
  sources
});
const kind = oneOf('condition', 'batch', 'state');
const openSpan = shapeOf({
  kind,
  key: isText,
  ids,
  of: isCount,
  state: optional(isCount),
  ...place,
  startNs: isU64Text,
  name: isText,
  attributes,
  error: optional(isText),
  events,
  dropped: isCount,
  bytes: isCount
});
const recordKey = shapeOf({ stream: isText, incarnation: isCount, runId: isU64Text, ...place });
const span = shapeOf({
  traceId,
  spanId,
  parentSpanId: optional(spanId),
  name: isText,
  startTimeUnixNano: isU64Text,
  endTimeUnixNano: isU64Text,
  attributes,
  events,
  status: isObject
});
const use: Check = (value) =>
  Array.isArray(value) &&
  (value.length === 3 || (value.length === 4 && ids(value[3]))) &&
  isCount(value[0]) &&
  isCount(value[1]) &&
  isU64Text(value[2]);
const uses = listOf(tupleOf(traceId, listOf(use)));

const image = shapeOf({
  streams: listOf(stream),
  open: listOf(shapeOf({ at: isCount, span: openSpan })),
  closed: listOf(shapeOf({ by: recordKey, span })),
  identityUses: shapeOf({ condition: uses, batch: uses })
});

/** Is it an image that can be used as it is? */
export function isSpanStoreImage(value: unknown): value is SpanStoreImage {
  return (
    image(value) && (value as SpanStoreImage).open.every(({ at }) => at < (value as SpanStoreImage).streams.length)
  );
}

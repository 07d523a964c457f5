import { DocumentObject } from '../../../../../lib/document';
import { AnyValue, KeyValue, Span } from '../../../../../lib/telemetry/otlp-types';
import { SpanStore, SpanIds } from '../../../../../lib/telemetry/spans';

/** Applies documents in order; the spans that they closed. */
export function read(
  spanStore: SpanStore,
  documents: readonly DocumentObject[],
  stream = 'line 1',
  stateSpans = false
): Span[] {
  return documents.flatMap((document) => spanStore.apply(document, { stream, stateSpans }).closed);
}

/** The ids of each document's log record. */
export function idsOf(
  spanStore: SpanStore,
  documents: readonly DocumentObject[],
  stream = 'line 1',
  stateSpans = false
): (SpanIds | undefined)[] {
  return documents.map((document) => spanStore.apply(document, { stream, stateSpans }).correlation);
}

export function plainValue(value: AnyValue): unknown {
  if (value.arrayValue !== undefined) return value.arrayValue.values.map(plainValue);
  return value.intValue !== undefined
    ? Number(value.intValue)
    : (value.stringValue ?? value.boolValue ?? value.doubleValue);
}

/** Attributes as an object; fails on a key that comes twice. */
export function plain(attributes: readonly KeyValue[]): Record<string, unknown> {
  const found = new Map<string, unknown>();
  for (const { key, value } of attributes) {
    if (found.has(key)) throw new Error(`attribute ${key} comes twice`);
    found.set(key, plainValue(value));
  }
  return Object.fromEntries(found);
}

/** The only one. */
export function single<T>(list: readonly T[]): T {
  if (list.length !== 1) throw new Error(`expected one, found ${list.length}: ${JSON.stringify(list)}`);
  return list[0];
}

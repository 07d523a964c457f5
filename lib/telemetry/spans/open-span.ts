import { textAttribute } from '../attributes';
import { compareDecimal } from '../decimal';
import type { KeyValue, Span, SpanEvent } from '../otlp-types';
import type { SpanIds } from './api';
import type { SpanKind } from './ids';
import { boolValue, jsonBytes } from './parts';

/**
 * A span that has begun and not ended: everything that the finished one will need. Plain JSON, as it stands in the
 * image.
 */
export interface OpenSpan {
  readonly kind: SpanKind;
  /** What finds it within its stream: the trace id of its identity, of a state its source and machine. */
  readonly key: string;
  readonly ids: SpanIds;
  /** The condition, batch or state machine. */
  readonly of: number;
  /** Of a state: its number. */
  readonly state?: number;
  /** The record that opened it. */
  readonly sourceId: number;
  readonly seq: number;
  /** Decimal text. */
  readonly startNs: string;
  readonly name: string;
  readonly attributes: KeyValue[];
  /** Status ERROR, and its message. */
  readonly error?: string;
  readonly events: SpanEvent[];
  dropped: number;
  /** Bytes in the image, about. */
  bytes: number;
}

/** Why a span was closed without a record that says so. */
export type Truncation = 'run' | 'incarnation' | 'limit' | 'restarted' | 'gap';

/** How a span ends. */
export interface SpanEnd {
  /** Decimal text. */
  readonly ns: string;
  readonly attributes: readonly KeyValue[];
  readonly truncation?: Truncation;
}

const MAX_DROPPED = 0xffff_ffff;

/**
 * Adds an event, unless the span has as many as it may have. Repetitions (refresh) say nothing new: they make room
 * first.
 * Returns how many events were dropped: 0 or 1.
 */
export function addEvent(span: OpenSpan, event: SpanEvent, most: number, repetition: string): number {
  const { events } = span;
  if (events.length >= most) {
    const oldest = event.name === repetition ? -1 : events.findIndex(({ name }) => name === repetition);
    span.dropped = Math.min(span.dropped + 1, MAX_DROPPED);
    if (oldest < 0) return 1;
    span.bytes -= jsonBytes(events[oldest]);
    events.splice(oldest, 1);
    events.push(event);
    span.bytes += jsonBytes(event);
    return 1;
  }
  events.push(event);
  span.bytes += jsonBytes(event);
  return 0;
}

/** The finished span. A clock that was set back in between must not make it end before it began. */
export function finished(span: OpenSpan, end: SpanEnd): Span {
  const reversed = compareDecimal(end.ns, span.startNs) < 0;
  const attributes = [...span.attributes, ...end.attributes];
  if (end.truncation !== undefined)
    attributes.push(
      { key: 'openot.truncated', value: boolValue(true) },
      textAttribute('openot.truncation.reason', end.truncation)
    );
  if (reversed) attributes.push({ key: 'openot.clock.reversed', value: boolValue(true) });
  return {
    traceId: span.ids.traceId,
    spanId: span.ids.spanId,
    ...(span.ids.parentSpanId === undefined ? {} : { parentSpanId: span.ids.parentSpanId }),
    name: span.name,
    kind: 1,
    startTimeUnixNano: span.startNs,
    endTimeUnixNano: reversed ? span.startNs : end.ns,
    attributes,
    events: span.events,
    ...(span.dropped === 0 ? {} : { droppedEventsCount: span.dropped }),
    status: span.error === undefined ? { code: 0 } : { code: 2, message: span.error }
  };
}

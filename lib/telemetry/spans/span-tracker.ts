import type { EventDocument } from '../../document';
import { FieldKeyStore } from '../field-keys';
import type { KeyValue, Span, SpanEvent } from '../otlp-types';
import type { SpanCounts, SpanIds } from './api';
import { plainIds } from './correlation';
import { Digest, identityOf, Scene, spanIdOf, SpanKind, traceIdOf } from './ids';
import type { SpanLimits } from './limits';
import { addEvent, finished, OpenSpan, SpanEnd, Truncation } from './open-span';
import { IdentityUses } from './identity-uses';
import { boolValue, endAttributes, jsonBytes, namedEvent } from './parts';
import { RecordKey, UnsettledSpans } from './unsettled-spans';
import type { StreamState } from './stream-state';

/** What a rule says of a span that begins. */
export interface Plan {
  readonly state?: number;
  readonly name: string;
  readonly attributes: KeyValue[];
  readonly error?: string;
  readonly parent?: SpanIds;
}

/** What names a span. */
export interface Identity {
  readonly kind: SpanKind;
  /** The condition, batch or state machine. */
  readonly of: number;
  /** All that is hashed behind the run id. */
  readonly parts: readonly number[];
  readonly digest: Digest;
  /** What finds it within its stream. */
  readonly key: string;
}

/** The record that opens a span. */
interface Place {
  readonly sourceId: number;
  readonly seq: number;
  readonly startNs: string;
}

const placeOf = ({ provenance, seq }: EventDocument): Place => ({
  sourceId: provenance.source.id,
  seq,
  startNs: provenance.sourceTimeNs ?? '0'
});

/** A record that tells once more what is open: the first to make room where a span has too many events. */
const REPETITION = namedEvent('condition', 'active');

const noCounts = (): { -readonly [name in keyof SpanCounts]: number } => ({
  opened: 0,
  closed: 0,
  unknownBeginnings: 0,
  truncated: 0,
  truncatedByLimit: 0,
  droppedEvents: 0,
  repeated: 0,
  forgotten: 0
});

/**
 * Opens, keeps and closes spans, within the limits. The rules of what begins and ends stand beside it, one file each.
 */
export class SpanTracker {
  readonly counts = noCounts();
  readonly unsettled: UnsettledSpans;
  /** For the attributes of events. */
  readonly fieldKeys = new FieldKeyStore();
  readonly identityUses: Readonly<Record<'condition' | 'batch', IdentityUses>>;
  /** Every open span with its stream, in the order in which they were opened. */
  readonly open = new Map<OpenSpan, StreamState>();
  changed = false;
  /** Of open spans, as they stand in an image: most of them change seldom, and an image is made often. */
  private readonly texts = new WeakMap<OpenSpan, Uint8Array>();
  private bytes = 0;
  private by: RecordKey | undefined;
  private closed: Span[] = [];

  constructor(private readonly limits: SpanLimits) {
    this.unsettled = new UnsettledSpans({
      spans: limits.unsettledSpans,
      bytes: limits.imageBytes / 2,
      mostSpans: limits.keptSpans,
      mostBytes: limits.keptBytes
    });
    this.identityUses = { condition: new IdentityUses(limits.identities), batch: new IdentityUses(limits.identities) };
  }

  /** Whatever closes from here on is closed by that record. */
  turnTo(by: RecordKey): void {
    this.by = by;
    this.closed = [];
  }

  /** What closed since `turnTo`. */
  taken(): Span[] {
    return this.closed;
  }

  /** Names a span of this kind. */
  identify(kind: SpanKind, scene: Scene, of: number, ...rest: number[]): Identity {
    const parts = [of, ...rest];
    const digest = identityOf(kind, scene, parts);
    return { kind, of, parts, digest, key: traceIdOf(digest) };
  }

  /** The ids that a new record of this identity has: of the span that is open, else of the latest use. */
  idsNow(state: StreamState, { kind, key, digest }: Identity): SpanIds {
    return (
      state.open.get(key)?.ids ??
      (kind === 'state' ? undefined : this.identityUses[kind].of(key).at(-1)?.ids) ??
      plainIds(digest)
    );
  }

  /** The ids that a record had when it was new: of the use that it belongs to. */
  idsThen(state: StreamState, { kind, key, digest }: Identity, document: EventDocument): SpanIds {
    const { source, sourceTimeNs = '0' } = document.provenance;
    const span = state.open.get(key);
    if (span?.sourceId === source.id && span.seq <= document.seq) return span.ids;
    return (
      (kind === 'state' ? undefined : this.identityUses[kind].at(key, source.id, document.seq, sourceTimeNs)) ??
      plainIds(digest)
    );
  }

  begin(state: StreamState, identity: Identity, document: EventDocument, plan: Plan): OpenSpan {
    const { kind, key, of, digest } = identity;
    const { name, attributes, error, parent } = plan;
    const place = placeOf(document);
    const use = this.useOf(state, identity, place);
    if (use.reused) attributes.push({ key: 'openot.correlation.reused', value: boolValue(true) });
    const ids: SpanIds = {
      traceId: parent?.traceId ?? traceIdOf(digest),
      spanId: use.spanId,
      ...(parent === undefined ? {} : { parentSpanId: parent.spanId })
    };
    if (kind !== 'state') this.identityUses[kind].put(key, { ...place, ids });
    const span: OpenSpan = {
      kind,
      key,
      ids,
      of,
      ...(plan.state === undefined ? {} : { state: plan.state }),
      ...place,
      name,
      attributes,
      ...(error === undefined ? {} : { error }),
      events: [],
      dropped: 0,
      bytes: 0
    };
    span.bytes = jsonBytes(span);
    this.keep(state, span);
    this.counts.opened++;
    this.changed = true;
    return span;
  }

  /** Puts a span where it is found: a new one, or one out of an image. */
  keep(state: StreamState, span: OpenSpan): void {
    state.open.set(span.key, span);
    this.open.set(span, state);
    this.bytes += span.bytes;
  }

  /** A second use of an identity needs a span id of its own; a record that is read again is no second use. */
  private useOf(
    state: StreamState,
    { kind, key, digest, parts }: Identity,
    place: Place
  ): { spanId: string; reused: boolean } {
    const uses = kind === 'state' ? [] : this.identityUses[kind].of(key);
    const same = uses.findIndex(
      (use) => use.sourceId === place.sourceId && use.seq === place.seq && use.startNs === place.startNs
    );
    const reused = uses.length > 0 && same !== 0;
    return { spanId: spanIdOf(reused ? identityOf(kind, state, parts, place) : digest), reused };
  }

  /** The JSON of an open span, UTF-8. */
  textOf(span: OpenSpan): Uint8Array {
    let text = this.texts.get(span);
    if (text === undefined) this.texts.set(span, (text = Buffer.from(JSON.stringify(span), 'utf8')));
    return text;
  }

  /** Something happened within the span. */
  note(span: OpenSpan, event: SpanEvent): void {
    this.texts.delete(span);
    const before = span.bytes;
    this.counts.droppedEvents += addEvent(span, event, this.limits.eventsPerSpan, REPETITION);
    this.bytes += span.bytes - before;
    this.changed = true;
  }

  /** The document says that the span ended. */
  end(span: OpenSpan, document: EventDocument, more: readonly KeyValue[] = [], truncation?: Truncation): void {
    this.close(span, {
      ns: document.provenance.sourceTimeNs ?? '0',
      attributes: [...endAttributes(document, span), ...more],
      truncation
    });
  }

  /** No record says that the span ended, but it will not be heard of any more. */
  cut(span: OpenSpan, truncation: Truncation, ns: string): void {
    this.close(span, { ns, attributes: [], truncation });
  }

  /** Spans above the limits are closed early, the oldest first. */
  enforce(): void {
    const { openSpans, imageBytes } = this.limits;
    while (this.open.size > openSpans || (this.bytes > imageBytes / 2 && this.open.size > 0)) {
      const [span, state] = this.open.entries().next().value as [OpenSpan, StreamState];
      this.cut(span, 'limit', state.lastNs);
    }
  }

  private close(span: OpenSpan, end: SpanEnd): void {
    const { counts } = this;
    const { kind, key, ids, sourceId, seq, startNs } = span;
    if (kind !== 'state') this.identityUses[kind].put(key, { sourceId, seq, startNs, ids });
    this.open.get(span)?.open.delete(key);
    this.open.delete(span);
    this.bytes -= span.bytes;
    const done = finished(span, end);
    counts.forgotten += this.unsettled.put(this.by as RecordKey, done);
    this.closed.push(done);
    counts.closed++;
    if (end.truncation === 'limit') counts.truncatedByLimit++;
    else if (end.truncation !== undefined) counts.truncated++;
    this.changed = true;
  }
}

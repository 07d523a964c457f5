import type { DocumentObject, EventDocument } from '../../document';
import { EventType } from '../../wire';
import type { Span } from '../otlp-types';
import type { Applied, RestoreResult, SpanBook, SpanCounts, SpanFacts, SpanIds } from './api';
import { followBatch } from './batch-rule';
import { followCondition } from './condition-rule';
import { Desk } from './desk';
import { batchOf, occurrenceOf } from './fields';
import { Scene, sceneOf } from './ids';
import { decodeBook, encodeBook } from './image';
import { SPAN_LIMITS, SpanLimits } from './limits';
import type { Truncation } from './open-span';
import { followState, recallState } from './state-rule';
import { StreamState } from './stream-state';

/** A book without anything in it. `limits` in place of those of SPAN_LIMITS. */
export function createSpanBook(options: { readonly limits?: Partial<SpanLimits> } = {}): SpanBook {
  return new Book({ ...SPAN_LIMITS, ...options.limits });
}

class Book implements SpanBook {
  moved = false;
  private desk: Desk;
  /** By name, the one that was silent longest first. */
  private streams = new Map<string, StreamState>();
  private latest: StreamState | undefined;

  constructor(private readonly limits: SpanLimits) {
    this.desk = new Desk(limits);
  }

  get changed(): boolean {
    return this.desk.changed;
  }
  get open(): number {
    return this.desk.open.size;
  }
  get pending(): number {
    return this.desk.shelf.size;
  }
  get isFull(): boolean {
    return this.desk.shelf.isFull;
  }
  get counts(): SpanCounts {
    return { ...this.desk.counts };
  }

  apply(document: DocumentObject, facts: SpanFacts): Applied {
    // A loss has no time and no seq of its own; the record behind it tells of a run that ended.
    if (document.kind === 'loss') return { closed: [] };
    const { desk } = this;
    const scene = sceneOf(document, facts.stream);
    const { source, sourceTimeNs = '0', receiveTimeNs } = document.provenance;
    const times = { sourceNs: sourceTimeNs, receiveNs: receiveTimeNs };
    const by = { ...scene, sourceId: source.id, seq: document.seq };
    desk.turnTo(by);
    const state = this.streamOf(scene);
    const era = state.eraOf(scene, times);
    if (era === 'past' || (era === 'current' && state.isRepeat(source.id, document.seq) && !state.isNews(times))) {
      desk.counts.repeated++;
      return { correlation: this.recall(state, document, facts), closed: desk.shelf.closedBy(by), repeated: true };
    }
    if (era === 'later') this.enter(state, scene, scene.incarnation === state.incarnation ? 'run' : 'incarnation');
    // Bytes without a ring have nobody who counts incarnations: a seq that went back, and is new, is another life.
    else if (state.isRepeat(source.id, document.seq)) this.enter(state, scene, 'incarnation');
    state.mark(source.id, document.seq, times, this.limits.sources);
    const correlation = document.kind === 'event' ? this.follow(state, document, facts) : undefined;
    desk.enforce();
    this.moved = true;
    return { correlation, closed: desk.taken() };
  }

  private follow(state: StreamState, document: EventDocument, { stateSpans = false }: SpanFacts): SpanIds | undefined {
    const { desk } = this;
    const occurrence = occurrenceOf(document);
    if (occurrence !== undefined) return followCondition(desk, state, document, occurrence);
    const batchId = batchOf(document);
    const ofBatch = batchId === undefined ? undefined : followBatch(desk, state, document, batchId);
    const ofState =
      document.eventTypeId === EventType.StateTransition ? followState(desk, state, document, stateSpans) : undefined;
    return ofState ?? ofBatch;
  }

  /** The ids of a document that was applied before. */
  private recall(
    state: StreamState,
    document: DocumentObject,
    { stream, stateSpans = false }: SpanFacts
  ): SpanIds | undefined {
    if (document.kind !== 'event') return undefined;
    const { desk } = this;
    const scene = sceneOf(document, stream);
    const occurrence = occurrenceOf(document);
    if (occurrence !== undefined) {
      const { conditionId, correlationId } = occurrence;
      return correlationId === undefined
        ? undefined
        : desk.idsThen(state, desk.identify('condition', scene, conditionId, correlationId), document);
    }
    if (stateSpans && document.eventTypeId === EventType.StateTransition) return recallState(desk, state, document);
    const batchId = batchOf(document);
    return batchId === undefined ? undefined : desk.idsThen(state, desk.identify('batch', scene, batchId), document);
  }

  /**
   * Another run or incarnation: what was open in the one before will not be heard of any more. LoggerStopped ends
   * nothing: at
   * a warm change of definition the same run goes on, and its alarms with it.
   */
  private enter(state: StreamState, scene: Scene, why: Truncation): void {
    for (const span of state.open.values()) this.desk.cut(span, why, state.lastNs);
    state.enter(scene);
  }

  private streamOf(scene: Scene): StreamState {
    const { streams } = this;
    if (this.latest?.stream === scene.stream) return this.latest;
    const state = streams.get(scene.stream) ?? new StreamState(scene.stream, scene);
    streams.delete(scene.stream);
    streams.set(scene.stream, state);
    this.latest = state;
    if (streams.size > this.limits.streams) {
      const [name, silent] = streams.entries().next().value as [string, StreamState];
      for (const span of silent.open.values()) this.desk.cut(span, 'limit', silent.lastNs);
      streams.delete(name);
    }
    return state;
  }

  unsettled(): Span[] {
    return this.desk.shelf.all();
  }

  settled(stream: string, runId: string, sourceId: number, seq: number, incarnation = 0): void {
    if (this.desk.shelf.settle({ stream, incarnation, runId, sourceId, seq }) > 0) this.moved = true;
  }

  abandoned(stream: string, runId: string, sourceId: number, seq: number, incarnation = 0): void {
    this.desk.shelf.abandon({ stream, incarnation, runId, sourceId, seq });
  }

  image(): Uint8Array {
    this.desk.changed = false;
    this.moved = false;
    return encodeBook(this.streams, this.desk);
  }

  restore(image: Uint8Array): RestoreResult {
    const desk = new Desk(this.limits);
    const decoded = decodeBook(image, desk);
    if (!decoded.ok) return decoded;
    this.desk = desk;
    this.streams = decoded.streams;
    this.latest = undefined;
    this.moved = false;
    return { ok: true };
  }
}

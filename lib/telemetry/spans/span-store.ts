import type { DocumentObject, EventDocument } from '../../document';
import { EventType } from '../../wire';
import type { Span } from '../otlp-types';
import type { Applied, RestoreResult, SpanStore, SpanCounts, SpanFacts, SpanIds } from './api';
import { followBatch } from './batch-rule';
import { followCondition } from './condition-rule';
import { SpanTracker } from './span-tracker';
import { batchOf, occurrenceOf } from './fields';
import { Scene, sceneOf } from './ids';
import { decodeSpanStore, encodeSpanStore } from './image';
import { SPAN_LIMITS, SpanLimits } from './limits';
import type { Truncation } from './open-span';
import { followState, recallState } from './state-rule';
import { StreamState } from './stream-state';

/** A span store without anything in it. `limits` in place of those of SPAN_LIMITS. */
export function createSpanStore(options: { readonly limits?: Partial<SpanLimits> } = {}): SpanStore {
  return new InMemorySpanStore({ ...SPAN_LIMITS, ...options.limits });
}

class InMemorySpanStore implements SpanStore {
  moved = false;
  private tracker: SpanTracker;
  /** By name, the one that was silent longest first. */
  private streams = new Map<string, StreamState>();
  private latest: StreamState | undefined;

  constructor(private readonly limits: SpanLimits) {
    this.tracker = new SpanTracker(limits);
  }

  get changed(): boolean {
    return this.tracker.changed;
  }
  get open(): number {
    return this.tracker.open.size;
  }
  get pending(): number {
    return this.tracker.unsettled.size;
  }
  get isFull(): boolean {
    return this.tracker.unsettled.isFull;
  }
  get counts(): SpanCounts {
    return { ...this.tracker.counts };
  }

  apply(document: DocumentObject, facts: SpanFacts): Applied {
    // A loss has no time and no seq of its own; the record behind it tells of a run that ended.
    if (document.kind === 'loss') return { closed: [] };
    const { tracker } = this;
    const scene = sceneOf(document, facts.stream);
    const { source, sourceTimeNs = '0', receiveTimeNs } = document.provenance;
    const times = { sourceNs: sourceTimeNs, receiveNs: receiveTimeNs };
    const by = { ...scene, sourceId: source.id, seq: document.seq };
    tracker.turnTo(by);
    const state = this.streamOf(scene);
    const era = state.eraOf(scene, times);
    if (era === 'past' || (era === 'current' && state.isRepeat(source.id, document.seq) && !state.isNews(times))) {
      tracker.counts.repeated++;
      return {
        correlation: this.recall(state, document, facts),
        closed: tracker.unsettled.closedBy(by),
        repeated: true
      };
    }
    if (era === 'later') this.enter(state, scene, scene.incarnation === state.incarnation ? 'run' : 'incarnation');
    // Bytes without a ring have nobody who counts incarnations: a seq that went back, and is new, is another life.
    else if (state.isRepeat(source.id, document.seq)) this.enter(state, scene, 'incarnation');
    state.mark(source.id, document.seq, times, this.limits.sources);
    const correlation = document.kind === 'event' ? this.follow(state, document, facts) : undefined;
    tracker.enforce();
    this.moved = true;
    return { correlation, closed: tracker.taken() };
  }

  private follow(state: StreamState, document: EventDocument, { stateSpans = false }: SpanFacts): SpanIds | undefined {
    const { tracker } = this;
    const occurrence = occurrenceOf(document);
    if (occurrence !== undefined) return followCondition(tracker, state, document, occurrence);
    const batchId = batchOf(document);
    const ofBatch = batchId === undefined ? undefined : followBatch(tracker, state, document, batchId);
    const ofState =
      document.eventTypeId === EventType.StateTransition
        ? followState(tracker, state, document, stateSpans)
        : undefined;
    return ofState ?? ofBatch;
  }

  /** The ids of a document that was applied before. */
  private recall(
    state: StreamState,
    document: DocumentObject,
    { stream, stateSpans = false }: SpanFacts
  ): SpanIds | undefined {
    if (document.kind !== 'event') return undefined;
    const { tracker } = this;
    const scene = sceneOf(document, stream);
    const occurrence = occurrenceOf(document);
    if (occurrence !== undefined) {
      const { conditionId, correlationId } = occurrence;
      return correlationId === undefined
        ? undefined
        : tracker.idsThen(state, tracker.identify('condition', scene, conditionId, correlationId), document);
    }
    if (stateSpans && document.eventTypeId === EventType.StateTransition) return recallState(tracker, state, document);
    const batchId = batchOf(document);
    return batchId === undefined
      ? undefined
      : tracker.idsThen(state, tracker.identify('batch', scene, batchId), document);
  }

  /**
   * Another run or incarnation: what was open in the one before will not be heard of any more. LoggerStopped ends
   * nothing: at
   * a warm change of definition the same run goes on, and its alarms with it.
   */
  private enter(state: StreamState, scene: Scene, why: Truncation): void {
    for (const span of state.open.values()) this.tracker.cut(span, why, state.lastNs);
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
      for (const span of silent.open.values()) this.tracker.cut(span, 'limit', silent.lastNs);
      streams.delete(name);
    }
    return state;
  }

  unsettled(): Span[] {
    return this.tracker.unsettled.all();
  }

  settled(stream: string, runId: string, sourceId: number, seq: number, incarnation = 0): void {
    if (this.tracker.unsettled.settle({ stream, incarnation, runId, sourceId, seq }) > 0) this.moved = true;
  }

  abandoned(stream: string, runId: string, sourceId: number, seq: number, incarnation = 0): void {
    this.tracker.unsettled.abandon({ stream, incarnation, runId, sourceId, seq });
  }

  image(): Uint8Array {
    this.tracker.changed = false;
    this.moved = false;
    return encodeSpanStore(this.streams, this.tracker);
  }

  restore(image: Uint8Array): RestoreResult {
    const tracker = new SpanTracker(this.limits);
    const decoded = decodeSpanStore(image, tracker);
    if (!decoded.ok) return decoded;
    this.tracker = tracker;
    this.streams = decoded.streams;
    this.latest = undefined;
    this.moved = false;
    return { ok: true };
  }
}

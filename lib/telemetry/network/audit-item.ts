import type { DocumentField, DocumentObject, EventDocument } from '../../document';
import { EventType } from '../../wire/registry/events';
import { Key } from '../../wire/registry/value-keys';
import { fieldOf } from '../field-of';
import type { AuditTracker } from './audit-tracker';

/** What an audit log is about (docs/format.md 24). */
export interface AuditItem {
  /** Unique with its type; begins with the stream where there is one. */
  readonly id: string;
  readonly type: 'StateMachine' | 'Batch' | 'Source' | 'Stream';
  /** Absent where no definition names it. */
  readonly name?: string;
  /** Its number in the definition; of a stream its name. */
  readonly code: string;
  readonly prevState: string;
  readonly state: string;
  /**
   * Nanoseconds since the change before; absent where that one is not known for certain, or was later (a clock set
   * back).
   */
  readonly durationNs?: bigint;
}

/** Stands where a record tells no state, and for the state before the first one seen: the attributes are required. */
export const NO_STATE = 'none';

/**
 * The machine of a StateTransition, the batch of a BatchEvent; of all else the source that it comes from, without a
 * state.
 */
export function auditItem(document: DocumentObject, stream: string, tracker: AuditTracker): AuditItem {
  if (document.kind === 'event') {
    if (document.eventTypeId === EventType.StateTransition)
      return machineItem(document, stream, tracker) ?? sourceItem(document, stream);
    if (document.eventTypeId === EventType.BatchEvent)
      return batchItem(document, stream, tracker) ?? sourceItem(document, stream);
  }
  if (document.kind === 'loss') tracker.gap(scopeOf(document, stream), document.provenance.source.id, document.lastSeq);
  if (document.kind === 'placeholder' && changing.has(document.eventTypeId))
    tracker.gap(scopeOf(document, stream), document.provenance.source.id, document.seq);
  return sourceItem(document, stream);
}

/** What tells of a change: where it could not be resolved, nobody knows of which. */
const changing: ReadonlySet<number> = new Set([EventType.StateTransition, EventType.BatchEvent]);

/**
 * Where changes follow each other: stream, incarnation and run. A run, or a life of the ring, begins every item anew:
 * nobody knows how long the controller was off.
 */
function scopeOf({ provenance: { incarnation = 0, runId } }: DocumentObject, stream: string): string {
  return `\n${[stream, incarnation, runId].join('\n')}`;
}

/** What a log without a document is about: the stream as a whole. */
export function streamItem(stream: string): AuditItem {
  const name = stream === '' ? NO_STATE : stream;
  return { id: name, type: 'Stream', code: name, prevState: NO_STATE, state: NO_STATE };
}

function machineItem(document: EventDocument, stream: string, tracker: AuditTracker): AuditItem | undefined {
  const machine = fieldOf(document, Key.stateMachineId);
  const from = fieldOf(document, Key.previousState);
  const to = fieldOf(document, Key.newState);
  if (machine === undefined || to === undefined) return undefined;
  const code = String(machine.raw ?? machine.value);
  const sourceId = document.provenance.source.id;
  const state = wordOf(to);
  const before = applied(document, ['machine', String(sourceId), code], stream, state, tracker);
  const prevState = from === undefined ? NO_STATE : wordOf(from);
  // It left another state than it had entered: a change in between was not seen.
  const durationNs = before.state === prevState ? before.durationNs : undefined;
  return {
    id: path(stream, sourceId, code),
    type: 'StateMachine',
    ...(machine.raw === undefined ? {} : { name: String(machine.value) }),
    code,
    prevState,
    state,
    ...durationOf(durationNs)
  };
}

function batchItem(document: EventDocument, stream: string, tracker: AuditTracker): AuditItem | undefined {
  const batch = fieldOf(document, Key.batchId);
  const to = fieldOf(document, Key.newState);
  if (batch === undefined || to === undefined) return undefined;
  const code = String(batch.raw ?? batch.value);
  const state = wordOf(to);
  const before = applied(document, ['batch', code], stream, state, tracker);
  return {
    id: path(stream, code),
    type: 'Batch',
    ...(batch.label === undefined ? {} : { name: batch.label }),
    code,
    prevState: before.state ?? NO_STATE,
    state,
    ...durationOf(before.durationNs)
  };
}

function sourceItem({ provenance: { source } }: DocumentObject, stream: string): AuditItem {
  return {
    id: path(stream, source.id),
    type: 'Source',
    ...(source.name === undefined ? {} : { name: source.name }),
    code: String(source.id),
    prevState: NO_STATE,
    state: NO_STATE
  };
}

const path = (stream: string, ...parts: readonly (string | number)[]): string =>
  [...(stream === '' ? [] : [stream]), ...parts].join('/');
const durationOf = (durationNs: bigint | undefined): { durationNs?: bigint } =>
  durationNs === undefined ? {} : { durationNs };

/** What people call a state: what a table says of the number, else what the document says. */
function wordOf(field: DocumentField): string {
  return field.label || field.enumLabel || String(field.value);
}

function applied(
  document: EventDocument,
  item: readonly string[],
  stream: string,
  state: string,
  tracker: AuditTracker
): { state?: string; durationNs?: bigint } {
  const { source, sourceTimeNs } = document.provenance;
  if (sourceTimeNs === undefined) return {};
  const before = tracker.apply(item.join('\n') + scopeOf(document, stream), {
    sourceId: source.id,
    seq: document.seq,
    timeNs: sourceTimeNs,
    state
  });
  if (before === undefined) return {};
  const passed = BigInt(sourceTimeNs) - BigInt(before.timeNs);
  return { state: before.state, ...(passed < 0n ? {} : { durationNs: passed }) };
}

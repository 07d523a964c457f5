import type { EventDocument } from '../../document';
import { Key } from '../../wire';
import { intAttribute, textAttribute } from '../attributes';
import type { KeyValue } from '../otlp-types';
import type { SpanIds } from './api';
import { plainIds } from './correlation';
import type { SpanTracker, Identity } from './span-tracker';
import { batchOf, nameOf, numberOf, textOf } from './fields';
import { sceneOf, spanIdOf } from './ids';
import type { OpenSpan } from './open-span';
import { placeAttributes } from './parts';
import type { StreamState } from './stream-state';

/**
 * A state is a span from the StateTransition that entered it to the next one of the same machine of the same source
 * (docs/format.md 23), child of the batch that the source has open when it enters. Where the next one names another
 * state
 * as the one that was left, a transition is missing, and the span says that it is truncated.
 */
export function followState(
  tracker: SpanTracker,
  state: StreamState,
  document: EventDocument,
  stateSpans: boolean
): SpanIds | undefined {
  const machine = numberOf(document, Key.stateMachineId);
  if (machine === undefined) return undefined;
  const sourceId = document.provenance.source.id;
  const key = keyOf(sourceId, machine);
  const before = state.open.get(key);
  if (before !== undefined) {
    const next = textOf(document, Key.newState);
    tracker.end(
      before,
      document,
      next === undefined ? [] : [textAttribute('openot.state.next', next)],
      numberOf(document, Key.previousState) === before.state ? undefined : 'gap'
    );
  }
  if (!stateSpans) return undefined;
  const identity: Identity = { ...tracker.identify('state', state, sourceId, machine, document.seq), of: machine, key };
  const batchId = batchOf(document);
  const parent =
    batchId === undefined
      ? openBatch(state, sourceId)?.ids
      : tracker.idsNow(state, tracker.identify('batch', state, batchId));
  const entered = numberOf(document, Key.newState);
  return tracker.begin(state, identity, document, {
    state: entered,
    name: spanNameOf(document, machine),
    attributes: [...placeAttributes('state', document, state.stream), ...stateAttributes(document, machine)],
    parent
  }).ids;
}

/** The ids that a StateTransition had when it was first read: those of the state that it entered. */
export function recallState(tracker: SpanTracker, state: StreamState, document: EventDocument): SpanIds | undefined {
  const machine = numberOf(document, Key.stateMachineId);
  if (machine === undefined) return undefined;
  const sourceId = document.provenance.source.id;
  const { digest } = tracker.identify('state', sceneOf(document, state.stream), sourceId, machine, document.seq);
  const spanId = spanIdOf(digest);
  const open = state.open.get(keyOf(sourceId, machine));
  if (open?.ids.spanId === spanId) return open.ids;
  const done = tracker.unsettled.find(spanId);
  return done === undefined
    ? plainIds(digest)
    : {
        traceId: done.traceId,
        spanId,
        ...(done.parentSpanId === undefined ? {} : { parentSpanId: done.parentSpanId })
      };
}

/** No trace id looks like this. */
const keyOf = (sourceId: number, machine: number): string => sourceId + '/' + machine;

/** The batch that the source opened last and has not ended. */
function openBatch(state: StreamState, sourceId: number): OpenSpan | undefined {
  let latest: OpenSpan | undefined;
  for (const span of state.open.values()) if (span.kind === 'batch' && span.sourceId === sourceId) latest = span;
  return latest;
}

const spanNameOf = (document: EventDocument, machine: number): string =>
  (nameOf(document, Key.stateMachineId) ?? 'state machine ' + machine) +
  ': ' +
  (textOf(document, Key.newState) ?? 'unknown');

function stateAttributes(document: EventDocument, machine: number): KeyValue[] {
  const list = [intAttribute('openot.state_machine.id', machine)];
  const name = nameOf(document, Key.stateMachineId);
  if (name !== undefined) list.push(textAttribute('openot.state_machine.name', name));
  const number = numberOf(document, Key.newState);
  if (number !== undefined) list.push(intAttribute('openot.state.id', number));
  const entered = textOf(document, Key.newState);
  if (entered !== undefined) list.push(textAttribute('openot.state.name', entered));
  const previous = textOf(document, Key.previousState);
  if (previous !== undefined) list.push(textAttribute('openot.state.previous', previous));
  return list;
}

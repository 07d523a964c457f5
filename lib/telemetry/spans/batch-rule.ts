import type { EventDocument } from '../../document';
import { batchStates, EventType, Key } from '../../wire';
import { wellFormed } from '../any-value';
import { intAttribute, textAttribute } from '../attributes';
import { fieldOf } from '../field-of';
import type { KeyValue } from '../otlp-types';
import type { SpanIds } from './api';
import type { SpanTracker, Identity } from './span-tracker';
import { numberOf } from './fields';
import { eventOf, namedEvent, placeAttributes } from './parts';
import type { StreamState } from './stream-state';

/**
 * A batch is a span from its BatchEvent Started to Completed or Aborted (docs/format.md 23); which of the two it was is
 * an
 * attribute. Held, resumed, paused and every other record that carries the batch id are events of it. An aborted batch
 * is
 * no error: a person may have meant it.
 */
export function followBatch(
  tracker: SpanTracker,
  state: StreamState,
  document: EventDocument,
  batchId: number
): SpanIds {
  const identity = tracker.identify('batch', state, batchId);
  const span = state.open.get(identity.key);
  const step =
    document.eventTypeId === EventType.BatchEvent ? batchStates[numberOf(document, Key.newState) ?? -1] : undefined;
  if (step === 'Started') {
    // Its end was not read: it lies before this record, nobody knows where.
    if (span !== undefined) tracker.cut(span, 'restarted', document.provenance.sourceTimeNs ?? '0');
    return beginBatch(tracker, state, document, identity);
  }
  const ids = tracker.idsNow(state, identity);
  const isEnd = step === 'Completed' || step === 'Aborted';
  if (span === undefined) {
    if (isEnd) tracker.counts.unknownBeginnings++;
  } else if (isEnd) tracker.end(span, document, [textAttribute('openot.batch.result', step)]);
  else
    tracker.note(
      span,
      eventOf(document, tracker.fieldKeys, step === undefined ? undefined : namedEvent('batch', step))
    );
  return ids;
}

function beginBatch(tracker: SpanTracker, state: StreamState, document: EventDocument, identity: Identity): SpanIds {
  const recipe = fieldOf(document, Key.recipeId)?.label;
  return tracker.begin(state, identity, document, {
    // Batches are numbered for ever, recipes are few: names of spans should be.
    name: recipe === undefined || recipe === '' ? 'batch' : 'batch ' + wellFormed(recipe),
    attributes: [...placeAttributes('batch', document, state.stream), ...batchAttributes(document, identity.of)]
  }).ids;
}

function batchAttributes(document: EventDocument, batchId: number): KeyValue[] {
  const list = [intAttribute('openot.batch.id', batchId)];
  const name = fieldOf(document, Key.batchId)?.label;
  if (name !== undefined) list.push(textAttribute('openot.batch.name', name));
  const recipeId = numberOf(document, Key.recipeId);
  if (recipeId !== undefined) list.push(intAttribute('openot.recipe.id', recipeId));
  const recipe = fieldOf(document, Key.recipeId)?.label;
  if (recipe !== undefined) list.push(textAttribute('openot.recipe.name', recipe));
  return list;
}

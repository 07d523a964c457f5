import type { EventDocument } from '../../document';
import { conditionClasses, EventType, Key } from '../../wire';
import { textsValue, wellFormed } from '../any-value';
import { intAttribute, textAttribute } from '../attributes';
import { fieldOf } from '../field-of';
import type { KeyValue } from '../otlp-types';
import type { SpanIds } from './api';
import type { SpanTracker, Identity } from './span-tracker';
import { batchOf, nameOf, numberOf, Occurrence } from './fields';
import { eventOf, placeAttributes } from './parts';
import type { StreamState } from './stream-state';

/**
 * A condition is a span from ConditionActive to ConditionCleared of one condition id and correlation id
 * (docs/format.md 23). Everything else that names it in between is an event of the span; what names the condition
 * alone,
 * without a correlation id, is one of each of its open spans.
 *
 * The span is handed out at Cleared: that the alarm was over is news. What comes after (an operator acknowledges when
 * it is
 * gone) is no event of it any more; the log record of it carries the same ids, and that is where it is found.
 */
export function followCondition(
  tracker: SpanTracker,
  state: StreamState,
  document: EventDocument,
  { conditionId, correlationId }: Occurrence
): SpanIds | undefined {
  if (correlationId === undefined) {
    for (const span of state.open.values())
      if (span.kind === 'condition' && span.of === conditionId)
        tracker.note(span, eventOf(document, tracker.fieldKeys));
    return undefined;
  }
  const identity = tracker.identify('condition', state, conditionId, correlationId);
  const span = state.open.get(identity.key);
  if (
    span === undefined &&
    document.eventTypeId === EventType.ConditionActive &&
    fieldOf(document, Key.refreshId) === undefined
  )
    return beginCondition(tracker, state, document, identity);
  const ids = tracker.idsNow(state, identity);
  if (span === undefined) {
    // Its beginning was not read, or it was told as a repetition, which says that it is active and not since when.
    if (document.eventTypeId === EventType.ConditionCleared || document.eventTypeId === EventType.ConditionActive)
      tracker.counts.unknownBeginnings++;
  } else if (document.eventTypeId === EventType.ConditionCleared) tracker.end(span, document);
  else tracker.note(span, eventOf(document, tracker.fieldKeys));
  return ids;
}

function beginCondition(
  tracker: SpanTracker,
  state: StreamState,
  document: EventDocument,
  identity: Identity
): SpanIds {
  const name = nameOf(document, Key.conditionId) ?? 'condition ' + identity.of;
  const classNumber = numberOf(document, Key.conditionClass);
  const band = bandOf(document);
  const batchId = batchOf(document);
  const isError = classNumber !== undefined && conditionClasses[classNumber] === 'Alarm' && band === 'High';
  const span = tracker.begin(state, identity, document, {
    name,
    attributes: [
      ...placeAttributes('condition', document, state.stream),
      ...conditionAttributes(document, identity, batchId, band)
    ],
    error: isError ? wellFormed(document.text ?? name) : undefined,
    parent: batchId === undefined ? undefined : tracker.idsNow(state, tracker.identify('batch', state, batchId))
  });
  return span.ids;
}

function conditionAttributes(
  document: EventDocument,
  { of, parts }: Identity,
  batchId: number | undefined,
  band: string | undefined
): KeyValue[] {
  const list = [intAttribute('openot.condition.id', of)];
  const name = nameOf(document, Key.conditionId);
  if (name !== undefined) list.push(textAttribute('openot.condition.name', name));
  const classField = fieldOf(document, Key.conditionClass);
  if (classField !== undefined)
    list.push(textAttribute('openot.condition.class', classField.label ?? String(classField.value)));
  list.push(intAttribute('openot.correlation.id', parts[1]));
  const severity = numberOf(document, Key.severity);
  if (severity !== undefined) list.push(intAttribute('openot.condition.severity', severity));
  if (band !== undefined) list.push(textAttribute('openot.condition.severity_band', band));
  const causes = document.fields.filter(({ key }) => key === Key.causeOperand).map(({ value }) => String(value));
  if (causes.length > 0) list.push({ key: 'openot.condition.causes', value: textsValue(causes) });
  const group = numberOf(document, Key.groupId);
  if (group !== undefined) list.push(intAttribute('openot.condition.group', group));
  if (batchId !== undefined) list.push(intAttribute('openot.batch.id', batchId));
  return list;
}

/** By the definition's own severity scale, else by the fixed bands (docs/format.md 21). */
function bandOf(document: EventDocument): string | undefined {
  const severity = fieldOf(document, Key.severity);
  return severity?.label ?? severity?.enumLabel ?? undefined;
}

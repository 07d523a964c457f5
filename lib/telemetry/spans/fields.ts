import { isCount } from '../../base';
import type { DocumentObject, EventDocument } from '../../document';
import { EventType, Key } from '../../wire';
import { wellFormed } from '../any-value';
import { fieldOf } from '../field-of';

/**
 * The number in a field, also where it was resolved to a name; undefined where there is none, or one that no id or
 * enumeration has.
 */
export function numberOf(document: EventDocument, key: number): number | undefined {
  const field = fieldOf(document, key);
  const number = field?.raw ?? field?.value;
  return isCount(number) ? number : undefined;
}

/** The name that a field was resolved to, or its number as text; undefined where there is none. */
export function textOf(document: EventDocument, key: number): string | undefined {
  const value = fieldOf(document, key)?.value;
  return typeof value === 'string' || typeof value === 'number' ? wellFormed(String(value)) : undefined;
}

/**
 * The name that a reference was resolved to; undefined where the definition does not know it, or gives it an empty one.
 */
export function nameOf(document: EventDocument, key: number): string | undefined {
  const value = fieldOf(document, key)?.value;
  return typeof value === 'string' && value !== '' ? wellFormed(value) : undefined;
}

/** One occurrence of a condition. */
export interface Occurrence {
  readonly conditionId: number;
  /** Absent in events of the condition as such: suppressed, out of service, their opposites, another priority. */
  readonly correlationId?: number;
}

/** Of a condition event: whose it is. */
export function occurrenceOf(document: DocumentObject): Occurrence | undefined {
  if (
    document.kind !== 'event' ||
    document.eventTypeId < EventType.ConditionActive ||
    document.eventTypeId > EventType.ConditionPriorityChanged
  )
    return undefined;
  const conditionId = numberOf(document, Key.conditionId);
  return conditionId === undefined ? undefined : { conditionId, correlationId: numberOf(document, Key.correlationId) };
}

/** The batch that an event names. */
export const batchOf = (document: DocumentObject): number | undefined =>
  document.kind === 'event' ? numberOf(document, Key.batchId) : undefined;

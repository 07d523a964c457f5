import { Binding, CompiledDefinition } from '../../../../lib/definition';
import {
  createFormatter,
  DocumentObject,
  DocumentProfile,
  EventDocument,
  PlaceholderDocument
} from '../../../../lib/document';
import { LooseFacts } from '../../../../lib/stream/stream-facts';
import { Slot } from '../../../../lib/wire';
import { recordInput, TestRecord } from '../../../support/records';
import { boundTo } from './bindings';
import { itemOf, viewOf } from './items';

/** One record's document as an object, through the path of items. */
export function documentOf(
  record: TestRecord,
  binding: Binding,
  facts: LooseFacts = {},
  profile: DocumentProfile = 'strict'
): DocumentObject {
  const formatter = createFormatter({ profile });
  return formatter.objects([itemOf(recordInput(record))], facts, binding)[0];
}

/** One record's exact text, from its bytes. */
export function textOf(
  record: TestRecord,
  binding: Binding,
  facts: LooseFacts = {},
  profile: DocumentProfile = 'strict'
): string {
  const formatter = createFormatter({ profile });
  return formatter.recordText(viewOf(recordInput(record)), 0, formatter.context(facts, binding));
}

/** The event document of these slots; fails on a placeholder. */
export function eventOf(
  compiled: CompiledDefinition,
  eventTypeId: number,
  slots: readonly Slot[],
  profile: DocumentProfile = 'strict'
): EventDocument {
  const document = documentOf({ eventTypeId, slots }, boundTo(compiled), {}, profile);
  if (document.kind !== 'event')
    throw new Error(`not resolved: ${JSON.stringify((document as PlaceholderDocument).reason)}`);
  return document;
}

/** The inside of `fields` in the exact text. */
export function fieldsTextOf(compiled: CompiledDefinition, eventTypeId: number, slots: readonly Slot[]): string {
  const text = textOf({ eventTypeId, slots }, boundTo(compiled));
  const [, fields] = /"fields":\[(.*)\](?:,"extensionFields"|\}$)/s.exec(text) ?? [];
  if (fields === undefined) throw new Error(`not an event: ${text}`);
  return fields;
}

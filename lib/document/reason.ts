import { BindingReason } from '../definition';
import { RecordViolation } from './violation';

/** Why a record could not be resolved, as it stands in a placeholder (docs/format.md 15 to 17). */
export type PlaceholderReason =
  | BindingReason
  | { readonly kind: 'unknownEventId'; readonly detail: { readonly eventTypeId: number } }
  | { readonly kind: 'schemaViolation'; readonly detail: RecordViolation }
  | { readonly kind: 'invalidPayload'; readonly detail: { readonly key: number; readonly reason: 'invalidUtf8' } };

/** A violation as a placeholder's reason: an unknown event id is a kind of its own. */
export function reasonOfViolation(violation: RecordViolation): PlaceholderReason {
  return 'unknownEventId' in violation
    ? { kind: 'unknownEventId', detail: violation.unknownEventId }
    : { kind: 'schemaViolation', detail: violation };
}

/** JSON text of a reason: `kind` first, then `detail` with its keys in alphabetical order at every depth. */
export function reasonJson(reason: PlaceholderReason): string {
  return 'detail' in reason
    ? `{"kind":"${reason.kind}","detail":${sortedJson(reason.detail)}}`
    : `{"kind":"${reason.kind}"}`;
}

function sortedJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return '{' + entries.map(([name, part]) => `${JSON.stringify(name)}:${sortedJson(part)}`).join(',') + '}';
}

/** One phrase for the readable line of a placeholder (docs/format.md 18). */
export function describeReason(reason: PlaceholderReason): string {
  switch (reason.kind) {
    case 'missingCurrentDefinition':
      return 'no definition is loaded for it';
    case 'stalePriorEpoch':
      return 'it belongs to an earlier epoch whose definition is not known';
    case 'drift':
      return `the controller uses definition ${reason.detail.expected}, the one at hand is ${reason.detail.actual}`;
    case 'fullHashDrift':
      return (
        `the definition file names the content hash ${reason.detail.expected}, its content has ` +
        `${reason.detail.actual}`
      );
    case 'unknownEventId':
      return 'the definition does not know this event type';
    case 'schemaViolation':
      return `it does not follow its definition: ${sortedJson(reason.detail)}`;
    case 'invalidPayload':
      return `the text of key ${reason.detail.key} is not valid UTF-8`;
  }
}

/**
 * What can be wrong with a record under its definition (docs/format.md 14). Each value is already the JSON that
 * stands in a placeholder as `reason.detail`, its keys in output order (alphabetical).
 */
import { DefinitionViolation } from '../definition';
import { WireErrorDetail } from '../wire';

/**
 * One violation under its name, the first that was found. Numbers are keys, tags, order classes, counts or bytes, as
 * the name says.
 */
export type RecordViolation =
  | { readonly definition: DefinitionViolation }
  | { readonly unknownEventId: { readonly eventTypeId: number } }
  | { readonly recordTooLarge: { readonly actual: number; readonly max: number } }
  | { readonly tooManySlots: { readonly actual: number; readonly max: number } }
  | { readonly unexpectedCoreKey: { readonly key: number } }
  | { readonly vendorExtensionNotTrailing: { readonly key: number } }
  | { readonly vendorExtensionOutOfOrder: { readonly key: number; readonly previous: number } }
  | { readonly typeMismatch: { readonly actual: number; readonly expected: number; readonly key: number } }
  | { readonly unknownTlvType: { readonly key: number; readonly type: number } }
  | {
      readonly fixedWidthMismatch: {
        readonly actual: number;
        readonly expected: number;
        readonly key: number;
        readonly type: number;
      };
    }
  | { readonly missingRequired: { readonly actual: number; readonly key: number; readonly min: number } }
  | { readonly tooManyOccurrences: { readonly actual: number; readonly key: number; readonly max: number } }
  | { readonly repeatedSlotNotContiguous: { readonly key: number } }
  | { readonly orderClassViolation: { readonly current: number; readonly key: number; readonly previous: number } }
  | { readonly encode: WireErrorJson };

/** A wire error as documents write it: `{kind: {parameters}}`. */
export type WireErrorJson = { readonly [kind: string]: { readonly [parameter: string]: number } };

/** The JSON of a wire error inside a violation. What was found at the sync position is not part of it. */
export function wireErrorJson(error: WireErrorDetail): WireErrorJson {
  switch (error.kind) {
    case 'truncated':
      return { truncated: { available: error.available, needed: error.needed } };
    case 'wrongSync':
      return { wrongSync: {} };
    case 'invalidLength':
      return { invalidLength: { available: error.available, totalLength: error.totalLength } };
    case 'crcMismatch':
      return { crcMismatch: { actual: error.actual, expected: error.expected } };
    case 'invalidSlot':
    case 'invalidPadding':
      return { [error.kind]: { offset: error.offset } };
    case 'slotTooLong':
      return { slotTooLong: { key: error.key, len: error.len } };
    case 'recordTooLong':
      return { recordTooLong: { len: error.len } };
  }
}

/**
 * What can be wrong with a definition that parses (docs/format.md 13). Each value is already the JSON that
 * stands in a placeholder's reason, as `detail: {definition: <violation>}`, with its keys in output order.
 */
export type DefinitionViolation =
  | { readonly duplicateEventId: { readonly eventTypeId: number } }
  | { readonly duplicateSlotKey: { readonly eventTypeId: number; readonly key: number } }
  | {
      readonly orderClassNotAscending: {
        readonly current: number;
        readonly eventTypeId: number;
        readonly previous: number;
      };
    }
  | { readonly invalidMaxOccurs: { readonly eventTypeId: number; readonly key: number } }
  | {
      readonly coreTypeMismatch: {
        readonly actual: number;
        readonly eventTypeId: number;
        readonly expected: number;
        readonly key: number;
      };
    }
  | { readonly unknownTlvType: { readonly eventTypeId: number; readonly key: number; readonly type: number } }
  | { readonly reservedCoreKey: { readonly eventTypeId: number; readonly key: number } }
  | { readonly unknownProceduralModel: { readonly model: string; readonly stateMachineId: number } }
  | { readonly missingEnumSet: { readonly enumSet: string; readonly stateMachineId: number } }
  | {
      readonly proceduralStateMismatch: {
        readonly label: string;
        readonly model: string;
        readonly stateMachineId: number;
        readonly value: number;
      };
    };

import { CompiledDefinition } from './compiled';
import { quoted } from './error';
import { DefinitionViolation } from './violation';

/** A definition that was loaded but from which nothing resolves: for status, log and Catch nodes. */
export interface DefinitionWarning {
  readonly code: 'OPENOT_DEFINITION_HASH_MISMATCH' | 'OPENOT_DEFINITION_VIOLATION';
  /** What was expected, what was found, where, what to do. */
  readonly message: string;
}

/** What a person should know about a definition that was loaded; empty when all is well. */
export function definitionWarnings({ fullHashDrift, violation }: CompiledDefinition): DefinitionWarning[] {
  const warnings: DefinitionWarning[] = [];
  if (fullHashDrift !== undefined) {
    const { expected, actual } = fullHashDrift;
    const message =
      `the definition names the content hash ${quoted(expected)}, its content gives ${actual}: it was changed ` +
      'after it was hashed. Nothing is resolved with it: restore the file, or write it anew with its own hash';
    warnings.push({ code: 'OPENOT_DEFINITION_HASH_MISMATCH', message });
  }
  if (violation !== undefined) {
    const message =
      `the definition contradicts itself or the registry: ${describeViolation(violation)}. Every record bound to ` +
      'it becomes a placeholder: correct the file';
    warnings.push({ code: 'OPENOT_DEFINITION_VIOLATION', message });
  }
  return warnings;
}

/** One clause: where, what was found, what was expected (docs/format.md 13). */
export function describeViolation(violation: DefinitionViolation): string {
  if ('duplicateEventId' in violation) return `event type ${violation.duplicateEventId.eventTypeId} is declared twice`;
  if ('duplicateSlotKey' in violation) {
    const { eventTypeId, key } = violation.duplicateSlotKey;
    return `event type ${eventTypeId} declares slot key ${key} twice`;
  }
  if ('orderClassNotAscending' in violation) {
    const { eventTypeId, previous, current } = violation.orderClassNotAscending;
    return `in event type ${eventTypeId} orderClass ${current} follows ${previous}, expected a higher one`;
  }
  if ('invalidMaxOccurs' in violation) {
    const { eventTypeId, key } = violation.invalidMaxOccurs;
    return (
      `maxOccurs of slot key ${key} in event type ${eventTypeId} must be "unbounded" or a number of at least 1 and ` +
      'at least minOccurs'
    );
  }
  if ('coreTypeMismatch' in violation) {
    const { eventTypeId, key, actual, expected } = violation.coreTypeMismatch;
    return (
      `slot key ${key} in event type ${eventTypeId} has type ${actual}, expected ${expected} (255 = a value ` +
      'payload, or none)'
    );
  }
  if ('unknownTlvType' in violation) {
    const { eventTypeId, key, type } = violation.unknownTlvType;
    return `slot key ${key} in event type ${eventTypeId} has type ${type}, expected a TLV type from 0 to 13`;
  }
  if ('reservedCoreKey' in violation) {
    const { eventTypeId, key } = violation.reservedCoreKey;
    return `event type ${eventTypeId} declares slot key ${key}, which is reserved: use a private key from 32768`;
  }
  return describeMachineViolation(violation);
}

type MachineViolation = Extract<
  DefinitionViolation,
  { unknownProceduralModel: unknown } | { missingEnumSet: unknown } | { proceduralStateMismatch: unknown }
>;

function describeMachineViolation(violation: MachineViolation): string {
  if ('unknownProceduralModel' in violation) {
    const { stateMachineId, model } = violation.unknownProceduralModel;
    return `state machine ${stateMachineId} names the procedural model ${quoted(model)}, expected ISA-88 or PackML`;
  }
  if ('missingEnumSet' in violation) {
    const { stateMachineId, enumSet } = violation.missingEnumSet;
    return `state machine ${stateMachineId} names the enum set ${quoted(enumSet)}, which is not in the file`;
  }
  const { stateMachineId, model, value, label } = violation.proceduralStateMismatch;
  return `state ${value} ${quoted(label)} of state machine ${stateMachineId} is no state of ${model}`;
}

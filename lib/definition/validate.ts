import { FIRST_PRIVATE_KEY, isTlvType, NO_TYPE, proceduralModel, valueKey } from '../wire';
import { Definition, EventTypeDefinition, SlotDefinition, StateMachine } from './model';
import { DefinitionViolation } from './violation';

/**
 * The first rule of docs/format.md 13 that a definition breaks, or undefined. Event types come first, in file
 * order, then state machines. What is not judged there (header, references between tables, shapes of
 * canonical events) is free.
 */
export function validateDefinition(definition: Definition): DefinitionViolation | undefined {
  const ids = new Set<number>();
  for (const event of definition.eventTypes) {
    if (ids.has(event.id)) return { duplicateEventId: { eventTypeId: event.id } };
    ids.add(event.id);
    const violation = slotsViolation(event);
    if (violation !== undefined) return violation;
  }
  for (const machine of definition.stateMachines) {
    const violation = machineViolation(definition, machine);
    if (violation !== undefined) return violation;
  }
  return undefined;
}

function slotsViolation(event: EventTypeDefinition): DefinitionViolation | undefined {
  const eventTypeId = event.id;
  const keys = new Set<number>();
  let previous = -1;
  for (const slot of event.slots) {
    const { key, orderClass: current } = slot;
    if (keys.has(key)) return { duplicateSlotKey: { eventTypeId, key } };
    keys.add(key);
    if (current <= previous) return { orderClassNotAscending: { current, eventTypeId, previous } };
    previous = current;
    if (!isMaxOccursLegal(slot)) return { invalidMaxOccurs: { eventTypeId, key } };
    const violation = typeViolation(eventTypeId, slot);
    if (violation !== undefined) return violation;
  }
  return undefined;
}

function isMaxOccursLegal({ minOccurs, maxOccurs }: SlotDefinition): boolean {
  return typeof maxOccurs === 'string' ? maxOccurs === 'unbounded' : maxOccurs > 0 && maxOccurs >= minOccurs;
}

/** The type rule of one slot: the registry's word on core keys, a TLV type of its own for key 0 and private ones. */
function typeViolation(
  eventTypeId: number,
  { key, type, valuePayload }: SlotDefinition
): DefinitionViolation | undefined {
  const declared = type ?? NO_TYPE;
  if (key === 0 || key >= FIRST_PRIVATE_KEY) {
    if (valuePayload) return { coreTypeMismatch: { actual: NO_TYPE, eventTypeId, expected: declared, key } };
    return isTlvType(declared) ? undefined : { unknownTlvType: { eventTypeId, key, type: declared } };
  }
  const rule = valueKey(key)?.rule;
  if (rule === undefined || rule.kind === 'reserved') return { reservedCoreKey: { eventTypeId, key } };
  const fits = rule.kind === 'fixed' ? type === rule.type && !valuePayload : valuePayload && type === undefined;
  if (fits) return undefined;
  return {
    coreTypeMismatch: { actual: declared, eventTypeId, expected: rule.kind === 'fixed' ? rule.type : NO_TYPE, key }
  };
}

/** A machine that names a procedural model must use states of that model; any subset of them will do. */
function machineViolation(definition: Definition, machine: StateMachine): DefinitionViolation | undefined {
  const { stateMachineId } = machine;
  if (machine.proceduralModel === undefined) return undefined;
  const model = proceduralModel(machine.proceduralModel);
  if (model === undefined) return { unknownProceduralModel: { model: machine.proceduralModel, stateMachineId } };
  const enumSet = definition.enumSets.find(({ name }) => name === machine.enumSet);
  if (enumSet === undefined) return { missingEnumSet: { enumSet: machine.enumSet, stateMachineId } };
  const differing = enumSet.members.find(({ value, label }) => model.states[value] !== label);
  return (
    differing && {
      proceduralStateMismatch: { label: differing.label, model: model.name, stateMachineId, value: differing.value }
    }
  );
}

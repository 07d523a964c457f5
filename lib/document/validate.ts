import { ANY_TAG, CompiledDefinition, CompiledEvent, CompiledSlot, compiledSlot } from '../definition/compiled';
import { tlvWidth } from '../wire/registry/tlv-types';
import { FIRST_PRIVATE_KEY, Key } from '../wire/registry/value-keys';
import { SlotTable } from '../wire/slot-table';
import { readU32 } from '../wire/u64';
import { RecordViolation } from './violation';

// Local names: a registry object's property is dearer than a comparison, and these are asked for every slot.
const { valueId, previousValue, newValue } = Key;

/** Checks records one after the other. */
export class RecordValidator {
  /** The declared slots of the record at hand, in record order. */
  private readonly declared: CompiledSlot[] = [];

  /**
   * The first rule of docs/format.md 14 that a record breaks, or undefined. `event` is the definition's entry for
   * `eventTypeId`, `length` the record's encoded length in bytes. Linear in the number of slots; allocates only to
   * report.
   */
  violation(
    compiled: CompiledDefinition,
    event: CompiledEvent | undefined,
    eventTypeId: number,
    slots: SlotTable,
    length: number
  ): RecordViolation | undefined {
    if (compiled.violation !== undefined) return { definition: compiled.violation };
    const { maxRecordSize, maxSlots } = compiled.definition.header.constraints;
    if (length > maxRecordSize) return { recordTooLarge: { actual: length, max: maxRecordSize } };
    if (slots.count > maxSlots) return { tooManySlots: { actual: slots.count, max: maxSlots } };
    if (event === undefined) return { unknownEventId: { eventTypeId } };

    const { declared } = this;
    let declaredCount = 0;
    let order = -1;
    let ascending = true;
    let lastPrivate = -1;
    for (let i = 0; i < slots.count; i++) {
      const key = slots.key[i];
      const slot = compiledSlot(event, key);
      if (slot === undefined) {
        if (key < FIRST_PRIVATE_KEY) return { unexpectedCoreKey: { key } };
        if (key <= lastPrivate) return { vendorExtensionOutOfOrder: { key, previous: lastPrivate } };
        lastPrivate = key;
        continue;
      }
      if (lastPrivate >= 0) return { vendorExtensionNotTrailing: { key } };
      const wrong = slotViolation(compiled, slot, slots, i);
      if (wrong !== undefined) return wrong;
      if (slot.orderClass < order) ascending = false;
      order = slot.orderClass;
      declared[declaredCount++] = slot;
    }
    // The schema's orderClasses ascend strictly, so slots that do too are contiguous as well: one flag answers both
    // rules.
    if (!ascending) return notContiguous(declared, declaredCount) ?? outOfOrder(declared, declaredCount);
    return occurrences(event, declared, declaredCount);
  }
}

/** Type, declared type of the value, width: the rules for one declared slot. */
function slotViolation(
  compiled: CompiledDefinition,
  slot: CompiledSlot,
  slots: SlotTable,
  i: number
): RecordViolation | undefined {
  const key = slot.key;
  const type = slots.type[i];
  const width = tlvWidth(type);
  if (slot.expectedTag !== ANY_TAG) {
    if (type !== slot.expectedTag) return { typeMismatch: { actual: type, expected: slot.expectedTag, key } };
  } else if (width < 0) return { unknownTlvType: { key, type } };
  if (key === newValue || key === previousValue) {
    const expected = declaredDataType(compiled, slots);
    if (expected !== undefined && type !== expected) return { typeMismatch: { actual: type, expected, key } };
  }
  if (width > 0 && slots.len[i] !== width)
    return { fixedWidthMismatch: { actual: slots.len[i], expected: width, key, type } };
  return undefined;
}

/** What the definition says of the value that the record's first well-formed valueId names. */
function declaredDataType(compiled: CompiledDefinition, slots: SlotTable): number | undefined {
  for (let i = 0; i < slots.count; i++) {
    if (slots.key[i] === valueId && slots.len[i] === 4) {
      return compiled.values.get(readU32(slots.bytes[i], slots.at[i]))?.value.dataType;
    }
  }
  return undefined;
}

/** The lowest key whose occurrences are not side by side. */
function notContiguous(declared: readonly CompiledSlot[], count: number): RecordViolation | undefined {
  const left = new Set<number>();
  let lowest = Infinity;
  for (let i = 1; i < count; i++) {
    const key = declared[i].key;
    if (key === declared[i - 1].key) continue;
    left.add(declared[i - 1].key);
    if (left.has(key) && key < lowest) lowest = key;
  }
  return lowest === Infinity ? undefined : { repeatedSlotNotContiguous: { key: lowest } };
}

function outOfOrder(declared: readonly CompiledSlot[], count: number): RecordViolation | undefined {
  for (let i = 1; i < count; i++) {
    const previous = declared[i - 1].orderClass;
    const { orderClass: current, key } = declared[i];
    if (current < previous) return { orderClassViolation: { current, key, previous } };
  }
  return undefined;
}

/** How often each slot of the schema occurs, in schema order. The declared slots are known to stand in that order. */
function occurrences(
  event: CompiledEvent,
  declared: readonly CompiledSlot[],
  count: number
): RecordViolation | undefined {
  let next = 0;
  for (const slot of event.slots) {
    const first = next;
    while (next < count && declared[next] === slot) next++;
    const actual = next - first;
    if (actual < slot.minOccurs) return { missingRequired: { actual, key: slot.key, min: slot.minOccurs } };
    if (actual > slot.maxOccurs) return { tooManyOccurrences: { actual, key: slot.key, max: slot.maxOccurs } };
  }
  return undefined;
}

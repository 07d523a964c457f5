/** Random records of every event type: most follow the plant's definition, some break it. */
import { CompiledDefinition, CompiledSlot } from '../../../../lib/definition';
import { canonicalEvents, Flag, Key, RecordInput, Slot, TlvType, tlvWidth } from '../../../../lib/wire';
import { Seeded } from '../../../support/seeded';
import { payloadOf } from './slots';

/** Ids that the plant's tables know, and some that they do not, by key. */
const KNOWN: ReadonlyMap<number, readonly number[]> = new Map([
  [Key.stateMachineId, [7, 8, 6]],
  [Key.category, [0, 1, 2, 3]],
  [Key.previousState, [1, 4, 9]],
  [Key.newState, [0, 1, 4, 5, 9]],
  [Key.conditionId, [9, 10, 11, 12]],
  [Key.conditionClass, [0, 1, 2]],
  [Key.severity, [0, 1, 450, 600, 667, 1000, 1100, 1300]],
  [Key.causeOperand, [1, 2]],
  [Key.valueId, [20, 21, 22, 23, 25]],
  [Key.quality, [0, 1, 2, 3, 4]],
  [Key.semanticRole, [0, 5, 6]],
  [Key.unit, [3, 8, 9]],
  [Key.messageTemplateId, [100, 101, 102, 103]],
  [Key.authResult, [0, 1, 2, 3, 4, 5]],
  [Key.signatureMeaning, [0, 2, 5, 6, 77]],
  [Key.recipeId, [30, 31]],
  [Key.batchId, [40, 41]],
  [Key.materialId, [50, 51, 52]],
  [Key.registeredSourceId, [1, 2, 3]],
  [Key.clockQuality, [0, 3, 4]]
]);

const TEXTS = ['', 'jdoe', 'x"y\\z', 'Größe ✓ 😀', '\u0000\u001f\n\t', '\u2028', '\ufeffbom', 'WS-1'];
const FLOATS = [0, -0, 1, -2.5, 0.1, 1e-5, 9e-6, 1e16, 1e300, 5e-324, NaN, Infinity, -Infinity, 123456.789];

const pick = <T>(random: Seeded, values: readonly T[]): T => values[random.below(values.length)];

function randomPayload(random: Seeded, type: number): Uint8Array {
  if (type === TlvType.String)
    return random.below(20) === 0 ? random.bytes(random.below(6)) : payloadOf(type, pick(random, TEXTS));
  if (type === TlvType.Real || type === TlvType.LReal) return payloadOf(type, pick(random, FLOATS));
  const width = tlvWidth(type);
  return random.bytes(width > 0 ? width : random.below(10));
}

function randomSlot(random: Seeded, slot: CompiledSlot, valueType: TlvType): Slot {
  const known = KNOWN.get(slot.key);
  if (known !== undefined && random.below(20) > 0)
    return { key: slot.key, type: slot.expectedTag, payload: payloadOf(slot.expectedTag, pick(random, known)) };
  let type = slot.expectedTag;
  if (type < 0) type = slot.key === Key.arg ? random.below(14) : valueType;
  return { key: slot.key, type, payload: randomPayload(random, type) };
}

/** One record. About one in ten breaks a rule of its definition. */
export function randomRecord(random: Seeded, compiled: CompiledDefinition): RecordInput {
  const eventTypeId = random.below(50) === 0 ? 0x7777 : pick(random, canonicalEvents).id;
  const event = compiled.eventTypes.get(eventTypeId);
  const slots: Slot[] = [];
  // Values of one record agree in type; what their valueId says of it is drawn afterwards.
  const valueType = random.below(14) as TlvType;
  for (const slot of event?.slots ?? []) {
    const most = Math.min(slot.maxOccurs, 3);
    const times = slot.minOccurs + random.below(most - slot.minOccurs + 1);
    for (let n = 0; n < times; n++) slots.push(randomSlot(random, slot, valueType));
  }
  const valueSlot = slots.findIndex((entry) => entry.key === Key.valueId);
  if (valueSlot >= 0 && random.below(10) > 0) {
    const fitting = [20, 21, 22, 23].filter((id) => compiled.values.get(id)?.value.dataType === valueType);
    slots[valueSlot] = { ...slots[valueSlot], payload: payloadOf(TlvType.UDInt, fitting[0] ?? 99) };
  }
  for (let key = 0x8000 + random.below(10); random.below(4) === 0; key += 1 + random.below(3)) {
    const type = random.below(16);
    slots.push({
      key,
      type,
      payload: random.below(3) === 0 ? random.bytes(random.below(12)) : randomPayload(random, Math.min(type, 13))
    });
  }
  if (random.below(15) === 0)
    slots.splice(random.below(slots.length + 1), 0, {
      key: random.below(0x10000),
      type: random.below(256),
      payload: random.bytes(random.below(12))
    });
  if (slots.length > 1 && random.below(12) === 0) slots.splice(random.below(slots.length), 1);
  if (slots.length > 1 && random.below(12) === 0) slots.reverse();
  return {
    flags: random.below(8) | Flag.HasCrc,
    sourceTimeNs: BigInt.asUintN(64, BigInt(random.below(0x1_0000_0000)) << BigInt(random.below(33))),
    runId: new DataView(random.bytes(8).buffer).getBigUint64(0) >> BigInt(random.below(64)),
    seq: BigInt(Math.floor(random.next() * Number.MAX_SAFE_INTEGER)),
    sourceId: pick(random, [0, 1, 2, 3, 0xffffffff]),
    eventTypeId,
    slots
  };
}

import { Failure, isCount, isU64Text, shownValue } from '../base';
import { parseSafeU64 } from '../wire';
import { Item, ItemSlot, LOSS_CLASSES, LossBasis, RecordItem } from './items';
import { isUint8Array } from './payload-bytes';
import { Refusal, refusedOr } from './refusal';
import { u64TextOf } from './u64-text';

/**
 * The items that a message's payload holds: an array of them (one batch), or a single one. Items as the decoder made
 * them are taken as they are; ones that went through JSON or a function are brought into shape, and are copied for
 * that: nothing given is changed. OPENOT_PAYLOAD_NOT_ITEMS at the first that is none.
 */
export function checkItems(payload: unknown): { readonly ok: true; readonly items: Item[] } | Failure {
  return refusedOr(() => ({ ok: true, items: itemsOf(payload) }));
}

function itemsOf(payload: unknown): Item[] {
  if (!Array.isArray(payload)) return [itemOf(payload, undefined)];
  for (let i = 0; i < payload.length; i++) {
    if (!isRecordItem(payload[i])) return payload.map((item: unknown, index) => itemOf(item, index));
  }
  return payload as Item[];
}

function itemOf(item: unknown, index: number | undefined): Item {
  if (isRecordItem(item)) return item;
  const given = (typeof item === 'object' && item !== null ? item : {}) as Record<string, unknown>;
  const at = (name: string): string => (index === undefined ? `msg.payload.${name}` : `msg.payload[${index}].${name}`);
  switch (given.kind) {
    case 'record':
      return {
        kind: 'record',
        abs: number(at('abs'), given.abs),
        flags: number(at('flags'), given.flags),
        sourceTimeNs: decimal(at('sourceTimeNs'), given.sourceTimeNs),
        runId: decimal(at('runId'), given.runId),
        seq: number(at('seq'), given.seq),
        sourceId: number(at('sourceId'), given.sourceId),
        eventTypeId: number(at('eventTypeId'), given.eventTypeId),
        slots: slotsOf(at('slots'), given.slots)
      };
    case 'loss':
      return lossOf(at, given);
    case 'lap':
      return { kind: 'lap', ...numbers(at, given, ['fromAbs', 'toAbs', 'lostCountDelta']) };
    case 'incarnation':
      return { kind: 'incarnation', ...numbers(at, given, ['from', 'to']), reason: text(at('reason'), given.reason) };
    case 'skipped':
      return { kind: 'skipped', ...numbers(at, given, ['fromAbs', 'toAbs']), reason: text(at('reason'), given.reason) };
    default:
      throw invalid(at('kind'), 'record, loss, lap, incarnation or skipped', given.kind ?? item);
  }
}

function lossOf(at: (name: string) => string, given: Record<string, unknown>): Item {
  const range = numbers(at, given, ['sourceId', 'firstSeq', 'lastSeq', 'count']);
  const { firstSeq, lastSeq, count } = range;
  if (lastSeq < firstSeq) throw invalid(at('lastSeq'), `at least firstSeq (${firstSeq})`, lastSeq);
  if (count !== lastSeq - firstSeq + 1)
    throw invalid(at('count'), `lastSeq - firstSeq + 1 (${lastSeq - firstSeq + 1})`, count);
  const { upgrade } = given;
  if (upgrade !== undefined && upgrade !== true) throw invalid(at('upgrade'), 'true or absent', upgrade);
  return {
    kind: 'loss',
    runId: decimal(at('runId'), given.runId),
    ...range,
    basis: oneOf<LossBasis>(at('basis'), given.basis, ['inferred', 'authoritative']),
    class: oneOf(at('class'), given.class, LOSS_CLASSES),
    ...(given.afterTimeNs === undefined ? {} : { afterTimeNs: decimal(at('afterTimeNs'), given.afterTimeNs) }),
    ...(given.beforeTimeNs === undefined ? {} : { beforeTimeNs: decimal(at('beforeTimeNs'), given.beforeTimeNs) }),
    ...(upgrade === undefined ? {} : { upgrade })
  };
}

function isRecordItem(item: unknown): item is RecordItem {
  if (typeof item !== 'object' || item === null) return false;
  const given = item as Partial<RecordItem>;
  return (
    given.kind === 'record' &&
    isCount(given.abs) &&
    isCount(given.seq) &&
    isCount(given.flags) &&
    isCount(given.sourceId) &&
    isCount(given.eventTypeId) &&
    isU64Text(given.runId) &&
    isU64Text(given.sourceTimeNs) &&
    Array.isArray(given.slots) &&
    given.slots.every(isSlot)
  );
}

const isSlot = (slot: Partial<ItemSlot> | null | undefined): boolean =>
  isCount(slot?.key) && isCount(slot?.type) && Buffer.isBuffer(slot?.payload);

function slotsOf(name: string, value: unknown): ItemSlot[] {
  if (!Array.isArray(value)) throw invalid(name, 'an array', value);
  return value.map((slot: Partial<ItemSlot> | null, index) => ({
    key: number(`${name}[${index}].key`, slot?.key),
    type: number(`${name}[${index}].type`, slot?.type),
    payload: bytes(`${name}[${index}].payload`, slot?.payload)
  }));
}

/** A Buffer, a Uint8Array, or what JSON makes of a Buffer. */
function bytes(name: string, value: unknown): Buffer {
  if (Buffer.isBuffer(value)) return value;
  // Function nodes run in a context of their own, whose Uint8Array is another one.
  if (isUint8Array(value)) return Buffer.from(value);
  const data = (value as { type?: unknown; data?: unknown } | null | undefined)?.data;
  if ((value as { type?: unknown } | null | undefined)?.type === 'Buffer' && isBytes(data)) return Buffer.from(data);
  throw invalid(name, 'a Buffer', value);
}

const isBytes = (data: unknown): data is number[] =>
  Array.isArray(data) && data.every((byte) => Number.isInteger(byte) && byte >= 0 && byte <= 255);

function numbers<K extends string>(
  at: (name: string) => string,
  given: Record<string, unknown>,
  names: readonly K[]
): Record<K, number> {
  return Object.fromEntries(names.map((name) => [name, number(at(name), given[name])])) as Record<K, number>;
}

function number(name: string, value: unknown): number {
  const parsed = parseSafeU64(value);
  if (parsed === undefined) throw invalid(name, 'a whole number from 0 to 2^53-1', value);
  return parsed;
}

function decimal(name: string, value: unknown): string {
  const parsed = u64TextOf(value);
  if (parsed === undefined)
    throw invalid(name, 'a whole number from 0 to 2^64-1 as decimal text without leading zeros', value);
  return parsed;
}

function text(name: string, value: unknown): string {
  if (typeof value !== 'string') throw invalid(name, 'a text', value);
  return value;
}

function oneOf<T extends string>(name: string, value: unknown, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw invalid(name, choices.join(' or '), value);
  return found;
}

function invalid(name: string, expected: string, found: unknown): Refusal {
  return new Refusal(
    'OPENOT_PAYLOAD_NOT_ITEMS',
    `${name} must be ${expected}, found ${shownValue(found)}: this node takes the items of openot-decoder, wire ` +
      'it behind one'
  );
}

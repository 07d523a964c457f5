import type { Item, ItemSlot, RecordItem } from '../../lib/ring';
import { parseSafeU64, parseU64 } from '../../lib/wire';
import { CodedError } from './coded-error';
import { shown } from './facts';

/**
 * The items that a message's payload holds: an array of them (one batch), or a single one. Items as the decoder made
 * them are taken as they are; ones that went through JSON or a function are brought into shape, and are copied for
 * that: nothing given is changed. Throws OPENOT_PAYLOAD_NOT_ITEMS at the first that is none.
 */
export function itemsOf(payload: unknown): Item[] {
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
      return { ...(given as unknown as Extract<Item, { kind: 'loss' }>), ...numbers(at, given, ['sourceId', 'firstSeq', 'lastSeq', 'count']), runId: decimal(at('runId'), given.runId) };
    case 'lap':
      return { ...(given as unknown as Extract<Item, { kind: 'lap' }>), ...numbers(at, given, ['fromAbs', 'toAbs', 'lostCountDelta']) };
    case 'incarnation':
      return { ...(given as unknown as Extract<Item, { kind: 'incarnation' }>), ...numbers(at, given, ['from', 'to']), reason: String(given.reason) };
    case 'skipped':
      return { ...(given as unknown as Extract<Item, { kind: 'skipped' }>), ...numbers(at, given, ['fromAbs', 'toAbs']), reason: String(given.reason) };
    default:
      throw invalid(at('kind'), 'record, loss, lap, incarnation or skipped', given.kind ?? item);
  }
}

function isRecordItem(item: unknown): item is RecordItem {
  if (typeof item !== 'object' || item === null) return false;
  const given = item as Partial<RecordItem>;
  return (
    given.kind === 'record' &&
    isCount(given.abs) && isCount(given.seq) && isCount(given.flags) && isCount(given.sourceId) && isCount(given.eventTypeId) &&
    isDecimal(given.runId) && isDecimal(given.sourceTimeNs) &&
    Array.isArray(given.slots) && given.slots.every(isSlot)
  );
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isSlot = (slot: Partial<ItemSlot> | null): boolean => slot !== null && isCount(slot.key) && isCount(slot.type) && Buffer.isBuffer(slot.payload);

/** Digits only, at most 20: text that could not become a number again is sorted out by the slow way. */
function isDecimal(value: unknown): boolean {
  if (typeof value !== 'string' || value.length === 0 || value.length > 19) return false;
  for (let i = 0; i < value.length; i++) {
    const digit = value.charCodeAt(i);
    if (digit < 48 || digit > 57) return false;
  }
  return true;
}

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
  if (value instanceof Uint8Array) return Buffer.from(value);
  const data = (value as { type?: unknown; data?: unknown } | null | undefined)?.data;
  if ((value as { type?: unknown } | null | undefined)?.type === 'Buffer' && Array.isArray(data)) return Buffer.from(data as number[]);
  throw invalid(name, 'a Buffer', value);
}

function numbers<K extends string>(at: (name: string) => string, given: Record<string, unknown>, names: readonly K[]): Record<K, number> {
  return Object.fromEntries(names.map((name) => [name, number(at(name), given[name])])) as Record<K, number>;
}

function number(name: string, value: unknown): number {
  const parsed = parseSafeU64(value);
  if (parsed === undefined) throw invalid(name, 'a whole number from 0 to 2^53-1', value);
  return parsed;
}

function decimal(name: string, value: unknown): string {
  const parsed = parseU64(value);
  if (parsed === undefined) throw invalid(name, 'a whole number from 0 to 2^64-1 as decimal text', value);
  return parsed.toString();
}

function invalid(name: string, expected: string, found: unknown): CodedError {
  return new CodedError('OPENOT_PAYLOAD_NOT_ITEMS', `${name} must be ${expected}, found ${shown(found)}: this node takes the items of openot-decoder, wire it behind one`);
}

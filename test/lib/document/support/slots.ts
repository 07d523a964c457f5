/** Slots by key and value: the type is the registry's, for value payloads it is given. */
import { Slot, TlvType, tlvWidth, valueKey, writeU16, writeU32, writeU64 } from '../../../../lib/wire';

/** A payload of `type` with that value. */
export function payloadOf(type: TlvType, value: boolean | number | bigint | string | Uint8Array): Uint8Array {
  if (typeof value === 'string') return new Uint8Array(Buffer.from(value, 'utf8'));
  if (value instanceof Uint8Array) return value;
  const payload = new Uint8Array(tlvWidth(type));
  const view = new DataView(payload.buffer);
  if (type === TlvType.Real) view.setFloat32(0, Number(value), true);
  else if (type === TlvType.LReal) view.setFloat64(0, Number(value), true);
  else if (payload.length === 8) writeU64(payload, 0, BigInt.asUintN(64, BigInt(value)));
  else if (payload.length === 4) writeU32(payload, 0, Number(value));
  else if (payload.length === 2) writeU16(payload, 0, Number(value));
  else payload[0] = Number(value);
  return payload;
}

/** A slot of a fixed key, or of a value payload's key with the type given. */
export function slot(key: number, value: boolean | number | bigint | string | Uint8Array, type?: TlvType): Slot {
  const rule = valueKey(key)?.rule;
  const tag = type ?? (rule?.kind === 'fixed' ? rule.type : TlvType.DInt);
  return { key, type: tag, payload: payloadOf(tag, value) };
}

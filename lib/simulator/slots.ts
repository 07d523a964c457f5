import { Key, Slot, TlvType, writeU16, writeU32, writeU64 } from '../wire';
import { writeHex } from '../wire/hex';

/** Makers of slots, one per TLV type (docs/format.md 2). Numbers are taken modulo their width, as a PLC's casts do. */

/** Bool: one byte, 0 or 1. */
export function bool(key: number, value: boolean): Slot {
  return { key, type: TlvType.Bool, payload: Uint8Array.of(value ? 1 : 0) };
}

/** USInt, u8. */
export function usint(key: number, value: number): Slot {
  return { key, type: TlvType.USInt, payload: Uint8Array.of(value) };
}

/** SInt, i8. */
export function sint(key: number, value: number): Slot {
  return { ...usint(key, value), type: TlvType.SInt };
}

/** UInt, u16. */
export function uint(key: number, value: number): Slot {
  const payload = new Uint8Array(2);
  writeU16(payload, 0, value);
  return { key, type: TlvType.UInt, payload };
}

/** Int, i16. */
export function int(key: number, value: number): Slot {
  return { ...uint(key, value & 0xffff), type: TlvType.Int };
}

/** UDInt, u32. */
export function udint(key: number, value: number): Slot {
  const payload = new Uint8Array(4);
  writeU32(payload, 0, value);
  return { key, type: TlvType.UDInt, payload };
}

/** DInt, i32. */
export function dint(key: number, value: number): Slot {
  return { ...udint(key, value >>> 0), type: TlvType.DInt };
}

/** ULInt, u64. */
export function ulint(key: number, value: bigint | number): Slot {
  const payload = new Uint8Array(8);
  writeU64(payload, 0, BigInt(value));
  return { key, type: TlvType.ULInt, payload };
}

/** LInt, i64. */
export function lint(key: number, value: bigint | number): Slot {
  return { ...ulint(key, BigInt.asUintN(64, BigInt(value))), type: TlvType.LInt };
}

/** Real, a 32-bit float. */
export function real(key: number, value: number): Slot {
  const payload = new Uint8Array(4);
  new DataView(payload.buffer).setFloat32(0, value, true);
  return { key, type: TlvType.Real, payload };
}

/** LReal, a 64-bit float. */
export function lreal(key: number, value: number): Slot {
  const payload = new Uint8Array(8);
  new DataView(payload.buffer).setFloat64(0, value, true);
  return { key, type: TlvType.LReal, payload };
}

/** DateTime, u64 nanoseconds since the Unix epoch. */
export function dateTime(key: number, ns: bigint): Slot {
  return { ...ulint(key, ns), type: TlvType.DateTime };
}

/** String in UTF-8; at most 255 bytes fit a slot. */
export function text(key: number, value: string): Slot {
  return { key, type: TlvType.String, payload: new TextEncoder().encode(value) };
}

/** Bytes, at most 255; not copied. */
export function bytes(key: number, payload: Uint8Array): Slot {
  return { key, type: TlvType.Bytes, payload };
}

/** A carriage hash of 16 hex digits as the 8 bytes that DefinitionChanged carries. */
export function hash(key: number, hex: string): Slot {
  const payload = new Uint8Array(hex.length / 2);
  writeHex(payload, 0, hex);
  return bytes(key, payload);
}

/** The keys that the slots are made for. */
export { Key };

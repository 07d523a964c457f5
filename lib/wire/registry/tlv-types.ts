/** The 14 TLV types of a slot (docs/format.md 2). All scalars are little-endian. */

/** Type tags, by name; the number is the byte in the slot. */
export enum TlvType {
  Bool = 0x00,
  SInt = 0x01,
  USInt = 0x02,
  UInt = 0x03,
  Int = 0x04,
  UDInt = 0x05,
  DInt = 0x06,
  ULInt = 0x07,
  LInt = 0x08,
  Real = 0x09,
  LReal = 0x0a,
  DateTime = 0x0b,
  String = 0x0c,
  Bytes = 0x0d
}

/** Printed in violations where a slot is a value payload or has no type. Never a real tag. */
export const NO_TYPE = 0xff;

/** Width of each type in bytes, by tag; 0 = variable (String, Bytes). */
const widths: readonly number[] = [1, 1, 1, 2, 2, 4, 4, 8, 8, 4, 8, 8, 0, 0];

/** Names as documents write them, by tag. */
const names: readonly string[] = [
  'Bool',
  'SInt',
  'USInt',
  'UInt',
  'Int',
  'UDInt',
  'DInt',
  'ULInt',
  'LInt',
  'Real',
  'LReal',
  'DateTime',
  'String',
  'Bytes'
];

/** True when the tag is one of the 14. */
export function isTlvType(tag: number): tag is TlvType {
  return tag >= 0 && tag < widths.length;
}

/** Width in bytes of a fixed-width type, 0 for String and Bytes, -1 for an unknown tag. */
export function tlvWidth(tag: number): number {
  return tag < widths.length ? widths[tag] : -1;
}

/** The name documents use for a tag, or undefined for an unknown one. */
export function tlvName(tag: number): string | undefined {
  return names[tag];
}

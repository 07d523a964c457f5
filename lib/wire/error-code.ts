/** The stable code of an error kind: `OPENOT_WIRE` and `crcMismatch` make `OPENOT_WIRE_CRC_MISMATCH`. */
export function errorCode(prefix: string, kind: string): string {
  return prefix + '_' + kind.replace(/[A-Z]/g, (letter) => '_' + letter).toUpperCase();
}

/** `crcMismatch` becomes `crc_Mismatch`: an underscore before each capital. */
type Underscored<Kind extends string> = Kind extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `_${First}`}${Underscored<Rest>}`
  : '';

/**
 * The stable code of an error kind: `OPENOT_WIRE` and `crcMismatch` make `OPENOT_WIRE_CRC_MISMATCH`. Its type says the
 * same, so that the compiler refuses a kind whose code is not in the list of codes.
 */
export function errorCode<Prefix extends string, Kind extends string>(
  prefix: Prefix,
  kind: Kind
): `${Prefix}_${Uppercase<Underscored<Kind>>}` {
  const words = kind.replace(/[A-Z]/g, (letter) => '_' + letter).toUpperCase();
  return `${prefix}_${words as Uppercase<Underscored<Kind>>}`;
}

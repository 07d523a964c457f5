/**
 * Text of floating-point numbers (docs/format.md 17). Documents are compared byte for byte, and JavaScript's own
 * number text differs from theirs in the decimal point of whole numbers and in where exponents begin.
 */

/** Below this magnitude the exponent form is used (`1e-6`); zero excepted. */
const SMALLEST_POSITIONAL = 1e-5;
/** From this magnitude on the exponent form is used, with a plus sign (`1e+16`). */
const FIRST_EXPONENT = 1e16;

/**
 * JSON text of a float: shortest digits that read back as the same double, always with a decimal point or an
 * exponent; `null` for NaN and infinities. A 32-bit Real is widened by the caller and printed as the double it becomes.
 *
 * @example floatText(6) === '6.0'; floatText(Math.fround(0.1)) === '0.10000000149011612'; floatText(-0) === '-0.0'
 */
export function floatText(value: number): string {
  const magnitude = Math.abs(value);
  if (magnitude >= SMALLEST_POSITIONAL && magnitude < FIRST_EXPONENT) {
    return Number.isInteger(value) ? value + '.0' : '' + value;
  }
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  if (!Number.isFinite(value)) return 'null';
  return value.toExponential();
}

/** The name of a number that JSON cannot write, as enriched documents give it; undefined for a finite one. */
export function nonFiniteName(value: number): 'NaN' | 'Infinity' | '-Infinity' | undefined {
  if (Number.isFinite(value)) return undefined;
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
}

/**
 * The shortest text that reads back as the same 32-bit Real, for people: `0.1`, where the document's value is
 * the double `0.10000000149011612`.
 */
export function shortRealText(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === value) return String(candidate);
  }
  return String(Number(value.toPrecision(9)));
}

/**
 * Strings and integers of a definition file (docs/format.md 11.1, 11.2). Scanned by hand: a regular
 * expression over a file of someone else's making can overflow its own stack.
 */
import { Breach, DefinitionErrorCode, quoted, shortened } from './error';

/** A breach inside one scalar; who reads the file knows the way to it. */
export type ScalarBreach = { readonly ok: false } & Omit<Breach, 'path'>;
/** `end` = offset one past the scalar. */
export type Scanned<T> = { readonly ok: true; readonly value: T; readonly end: number };

const breach = (code: DefinitionErrorCode, at: number, what: string): ScalarBreach => ({ ok: false, code, at, what });
const syntax = (at: number, what: string): ScalarBreach => breach('OPENOT_DEFINITION_SYNTAX', at, what);

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const isHigh = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;
const isLow = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;
const loneSurrogate = (at: number): ScalarBreach =>
  breach('OPENOT_DEFINITION_LONE_SURROGATE', at, 'half of a surrogate pair stands alone, expected a whole character');

const simpleEscapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t'
};

/** The string whose opening quote is at `start`, unescaped. */
export function scanString(text: string, start: number): Scanned<string> | ScalarBreach {
  const pieces: string[] = [];
  let pieceStart = start + 1;
  let at = pieceStart;
  while (at < text.length) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) {
      const last = text.slice(pieceStart, at);
      return { ok: true, value: pieces.length === 0 ? last : pieces.join('') + last, end: at + 1 };
    }
    if (unit === BACKSLASH) {
      pieces.push(text.slice(pieceStart, at));
      const escape = scanEscape(text, at);
      if (!escape.ok) return escape;
      pieces.push(escape.value);
      at = pieceStart = escape.end;
    } else if (unit < 0x20) {
      return syntax(
        at,
        `a control character stands in a string, expected \\u${unit.toString(16).padStart(4, '0')} in its place`
      );
    } else if (isHigh(unit)) {
      if (!isLow(text.charCodeAt(at + 1))) return loneSurrogate(at);
      at += 2;
    } else if (isLow(unit)) return loneSurrogate(at);
    else at++;
  }
  return syntax(text.length, 'the file ends inside a string');
}

/** The escape whose backslash is at `at`; the two halves of a pair count as one. */
function scanEscape(text: string, at: number): Scanned<string> | ScalarBreach {
  const letter = text.charAt(at + 1);
  if (letter !== 'u') {
    const value = Object.hasOwn(simpleEscapes, letter) ? simpleEscapes[letter] : undefined;
    return value === undefined
      ? syntax(at, `unknown escape ${quoted(text.slice(at, at + 2))} in a string`)
      : { ok: true, value, end: at + 2 };
  }
  const unit = hex4(text, at + 2);
  if (unit < 0) return syntax(at, 'expected four hex digits after \\u');
  if (isLow(unit)) return loneSurrogate(at);
  if (!isHigh(unit)) return { ok: true, value: String.fromCharCode(unit), end: at + 6 };
  const low = text.startsWith('\\u', at + 6) ? hex4(text, at + 8) : -1;
  return isLow(low) ? { ok: true, value: String.fromCharCode(unit, low), end: at + 12 } : loneSurrogate(at);
}

/** The four hex digits at `at` as a number, -1 when there are no four. */
function hex4(text: string, at: number): number {
  let value = 0;
  for (let i = 0; i < 4; i++) {
    const digit = hexDigit(text.charCodeAt(at + i));
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

function hexDigit(unit: number): number {
  if (unit >= 0x30 && unit <= 0x39) return unit - 0x30;
  const lower = unit | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

const MIN_I64 = -(2n ** 63n);
const MAX_U64 = 2n ** 64n - 1n;
/** Digits of 2^64-1: no integer in range has more. */
const MAX_DIGITS = 20;
/** Digits that always fit a number exactly. */
const SAFE_DIGITS = 15;

const isDigit = (unit: number): boolean => unit >= 0x30 && unit <= 0x39;

function afterDigits(text: string, at: number): number {
  while (isDigit(text.charCodeAt(at))) at++;
  return at;
}

/**
 * The integer at `start`, which is a minus sign or a digit. Fractions, exponents and `-0` are refused whatever their
 * value.
 */
export function scanInteger(text: string, start: number): Scanned<number | bigint> | ScalarBreach {
  const digitsAt = text.charAt(start) === '-' ? start + 1 : start;
  if (!isDigit(text.charCodeAt(digitsAt))) return syntax(start, 'expected digits after the minus sign');
  const digitsEnd = text.charAt(digitsAt) === '0' ? digitsAt + 1 : afterDigits(text, digitsAt);
  if (isDigit(text.charCodeAt(digitsEnd)))
    return syntax(start, 'a number must not begin with a zero that stands for nothing');
  let end = digitsEnd;
  if (text.charAt(end) === '.') {
    end = afterDigits(text, digitsEnd + 1);
    if (end === digitsEnd + 1) return syntax(start, 'expected digits after the decimal point');
  }
  if (text.charAt(end) === 'e' || text.charAt(end) === 'E') {
    const sign = text.charAt(end + 1);
    const exponentAt = sign === '+' || sign === '-' ? end + 2 : end + 1;
    end = afterDigits(text, exponentAt);
    if (end === exponentAt) return syntax(start, 'expected digits in the exponent');
  }
  const written = text.slice(start, end);
  if (end !== digitsEnd) return refusedFloat(written, start);
  if (written === '-0') return outOfRange(written, start);
  return integerOf(written, start, digitsEnd - digitsAt, end);
}

function integerOf(written: string, at: number, digits: number, end: number): Scanned<number | bigint> | ScalarBreach {
  if (digits <= SAFE_DIGITS) return { ok: true, value: Number(written), end };
  if (digits > MAX_DIGITS) return outOfRange(written, at);
  const exact = BigInt(written);
  if (exact < MIN_I64 || exact > MAX_U64) return outOfRange(written, at);
  const value = Number(exact);
  return { ok: true, value: Number.isSafeInteger(value) ? value : exact, end };
}

/** A whole value written as a float counts as an integer out of range, any other as a float (docs/format.md 11.2). */
function refusedFloat(written: string, at: number): ScalarBreach {
  if (Number.isInteger(Number(written)) || Number(written) === Infinity || Number(written) === -Infinity)
    return outOfRange(written, at);
  return breach(
    'OPENOT_DEFINITION_FLOAT',
    at,
    `floating-point numbers are not allowed: found ${shortened(written)}, expected an integer`
  );
}

function outOfRange(written: string, at: number): ScalarBreach {
  return breach(
    'OPENOT_DEFINITION_INTEGER_RANGE',
    at,
    `integer number out of range: found ${shortened(written)}, expected plain digits between -2^63 and 2^64-1`
  );
}

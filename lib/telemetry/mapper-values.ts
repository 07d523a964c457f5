/**
 * Properties of documents that went through JSON or a function, one kind of value each: `at` is the place for a person.
 * Each throws what `notA` makes where the value is none of its kind.
 */
import { isObject } from '../base';
import { parseSafeU64, parseU64 } from '../wire';
import { isHex, isI64Text } from './any-value';
import { notA } from './mapper-problem';

/** An object of which nothing is known. */
export type Loose = Record<string, unknown>;

/** Is it there, and not null? */
export const isGiven = (value: unknown): boolean => value !== undefined && value !== null;

/** An array, each element read with its place. */
export function listOf<T>(at: string, value: unknown, read: (at: string, element: unknown) => T): T[] {
  if (!Array.isArray(value)) throw notA(at, 'an array', value);
  // Array.from: the holes of an array count as elements that are wrong.
  return Array.from(value, (element: unknown, index) => read(`${at}[${index}]`, element));
}

/** A text as it is. */
export function textOf(at: string, value: unknown): string {
  if (typeof value !== 'string') throw notA(at, 'a text', value);
  return value;
}

/** True or false. */
export function boolOf(at: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw notA(at, 'true or false', value);
  return value;
}

/** Hex digits, two for each byte. */
export function hexOf(at: string, value: unknown): string {
  if (!isHex(value)) throw notA(at, 'hex digits, two for each byte', value);
  return value;
}

/** One of these texts. */
export function oneOf<T extends string>(at: string, value: unknown, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw notA(at, choices.join(' or '), value);
  return found;
}

const KEEP_EXACT =
  'JSON.parse and functions round integers above 2^53-1, so set Format of openot-doc to object and keep 64-bit ' +
  'values as text or BigInt';

/** A whole number from 0 to 2^53-1. */
export function countOf(at: string, value: unknown): number {
  const count = parseSafeU64(value);
  if (count === undefined) throw notA(at, 'a whole number from 0 to 2^53-1', value);
  return count;
}

/** A whole number from 0 to 2^64-1, as decimal text. */
export function u64Of(at: string, value: unknown): string {
  const number = parseU64(value);
  if (number === undefined)
    throw notA(at, 'a whole number from 0 to 2^64-1 as decimal text', value, isRounded(value) ? KEEP_EXACT : undefined);
  return number.toString();
}

const isRounded = (value: unknown): boolean =>
  typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value);

/** A whole number from `min` to `max`. */
export function integerOf(at: string, value: unknown, min: bigint, max: bigint): bigint {
  let number: bigint | undefined;
  if (typeof value === 'bigint') number = value;
  else if (Number.isSafeInteger(value)) number = BigInt(value as number);
  else if (isI64Text(value)) number = BigInt(value);
  if (number === undefined || number < min || number > max)
    throw notA(at, `a whole number from ${min} to ${max}`, value, isRounded(value) ? KEEP_EXACT : undefined);
  return number;
}

/** A copy that JSON can write: BigInts are decimal text. */
export function plain(at: string, value: unknown): Loose {
  if (!isObject(value)) throw notA(at, 'an object', value);
  let text: string;
  try {
    text = JSON.stringify(value, (_name, inner: unknown) => (typeof inner === 'bigint' ? inner.toString() : inner));
  } catch {
    throw notA(at, 'an object that JSON can write', value);
  }
  return JSON.parse(text) as Loose;
}

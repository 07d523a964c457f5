import type { Signal } from '../../../lib/telemetry/otlp-types';
import { canonical } from './official';
import { itemsOf, Json } from './requests';

/**
 * Everything that is in requests, item by item, in an order and form in which two senders of the same say the same.
 * With `rounded`, doubles are given as the nearest of 32 bits: Rotel reads the decimal text of a double to within one
 * unit of its last place, and any number of decimal digits would part two such where a REAL lies between two of them.
 */
export function said(signal: Signal, requests: readonly Json[], rounded = false): string[] {
  const replacer = (key: string, value: unknown): unknown =>
    rounded && typeof value === 'number' && value !== 0 && (key === 'doubleValue' || key === 'asDouble')
      ? nearest(value)
      : withSign(value);
  return requests
    .flatMap((request) => itemsOf(signal, canonical(signal, request)))
    .map((item) => JSON.stringify(item, replacer))
    .sort();
}

/** The nearest value of 32 bits, or twelve digits where there is none. */
function nearest(value: number): number | string {
  const single = Math.fround(value);
  return single !== 0 && Number.isFinite(single) ? single : value.toPrecision(12);
}

/** Of JSON.stringify, which would take the sign of -0 away. */
const withSign = (value: unknown): unknown => (Object.is(value, -0) ? '-0' : value);

/** Text of anything of which two parts are equal when their texts are, -0 and 0 being two. */
export const exactText = (value: unknown): string => JSON.stringify(value, (_, part: unknown) => withSign(part));

/** Shows where the first two that differ part: a listing of thousands of items helps nobody. */
export function sameAs(found: readonly string[], expected: readonly string[]): void {
  const at = expected.findIndex((item, index) => item !== found[index]);
  if (at >= 0 && at < found.length) {
    const [mine, theirs] = [found[at]!, expected[at]!];
    let parted = 0;
    while (mine[parted] === theirs[parted]) parted++;
    mine
      .slice(Math.max(0, parted - 100), parted + 100)
      .should.equal(
        theirs.slice(Math.max(0, parted - 100), parted + 100),
        `item ${at} of ${expected.length}: ${theirs.slice(0, 100)}`
      );
  }
  found.length.should.equal(expected.length);
}

/**
 * Rotel loses `asInt` where it is text, as OTLP demands: there two are compared without, and `Autotel` has the values.
 */
export const withoutIntegers = (requests: readonly Json[]): Json[] =>
  requests.map(
    (request) =>
      JSON.parse(JSON.stringify(request), (key, value: unknown) => (key === 'asInt' ? undefined : value)) as Json
  );

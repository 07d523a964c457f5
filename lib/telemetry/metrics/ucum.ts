import { BoundedMap } from '../../base';
import { plantUnits } from './units';

/** What plants write where there is no unit. */
const NO_UNIT: ReadonlySet<string> = new Set(['', '-', '--', 'n/a', 'N/A', 'none']);
/** Characters of a metric's unit, at most. */
const MAX_UNIT = 63;
/** Symbols that are remembered; more are none of a plant. */
const MAX_KNOWN = 1000;
/** What an unknown thing may be counted per: `pcs/min`. */
const TIMES: ReadonlySet<string> = new Set(['s', 'min', 'h', 'd']);

/**
 * A unit's symbol as UCUM (docs/format.md 22): `degC` is `Cel`, `m³/h` is `m3/h`, `pcs/min` is `{pcs}/min`; what is not
 * known is an annotation, `{text}`, without the characters that may not stand in one. No unit is the empty text and not
 * `1`, which says "a ratio" and makes stores rename the metric.
 */
export function ucumOf(symbol: string | undefined): string {
  return symbol === undefined ? '' : translate(symbol.trim());
}

/** The same, remembered: a definition has a handful of symbols, and those that are put together take a while. */
export class Units {
  private readonly known = new BoundedMap<string, string>(MAX_KNOWN);

  of(symbol: string | undefined): string {
    if (symbol === undefined) return '';
    const known = this.known.get(symbol);
    if (known !== undefined) return known;
    const ucum = ucumOf(symbol);
    this.known.set(symbol, ucum);
    return ucum;
  }
}

function translate(symbol: string): string {
  if (NO_UNIT.has(symbol)) return '';
  const ucum = plantUnits.get(symbol) ?? composed(symbol.replace(/ *([/.*·⋅]) */g, '$1'));
  return ucum === undefined || ucum.length > MAX_UNIT ? annotation(symbol) : ucum;
}

/** Printable ASCII without the braces is what UCUM allows between them. */
function annotation(text: string): string {
  const legal = text.replace(/[^!-z|~]/gu, '_').slice(0, MAX_UNIT - 2);
  return /^_*$/.test(legal) ? '' : `{${legal}}`;
}

/**
 * Products, quotients and powers of known units; one side may be unknown where it is plain that it is something
 * counted.
 */
function composed(symbol: string): string | undefined {
  const inverse = /^(.+?)(?:\^?-1|⁻¹)$/.exec(symbol);
  if (inverse !== null) {
    const unit = factor(inverse[1]);
    return unit === undefined ? undefined : `1/${unit}`;
  }
  const [above, ...below] = symbol.split('/');
  const numerator = above === '' ? '1' : product(above);
  const denominators = below.map((part) => grouped(part) ?? product(part));
  if (numerator !== undefined && denominators.every((part) => part !== undefined))
    return [numerator, ...denominators].join('/');
  if (below.length !== 1) return undefined;
  const [denominator] = denominators;
  // Something per time, or a known unit per something: kg/batch.
  if (numerator === undefined && denominator !== undefined && TIMES.has(denominator))
    return counted(above, (text) => `${text}/${denominator}`);
  if (numerator !== undefined && numerator !== '1') return counted(below[0], (text) => `${numerator}/${text}`);
  return undefined;
}

function counted(what: string, put: (text: string) => string): string | undefined {
  const text = annotation(what);
  return text === '' ? undefined : put(text);
}

/** `(m2.K)`, below the line. */
function grouped(part: string): string | undefined {
  const inner = /^\((.+)\)$/.exec(part);
  const unit = inner === null ? undefined : product(inner[1]);
  return unit === undefined ? undefined : `(${unit})`;
}

function product(text: string): string | undefined {
  const factors = text.split(/[.*·⋅]/).map(factor);
  return factors.every((part) => part !== undefined) ? factors.join('.') : undefined;
}

const powers: Readonly<Record<string, string>> = { '2': '2', '3': '3', '²': '2', '³': '3' };

function factor(text: string): string | undefined {
  const whole = plantUnits.get(text);
  if (whole !== undefined) return whole;
  const power = /^(.+?)\^?([23²³])$/.exec(text);
  const unit = power === null ? undefined : plantUnits.get(power[1]);
  // A power of a product would be that of its last factor only.
  return power === null || unit === undefined || /[./{\d]/.test(unit) ? undefined : unit + powers[power[2]];
}

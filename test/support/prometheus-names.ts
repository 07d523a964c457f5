/**
 * The names that OTLP metrics and attributes get in Prometheus by default ("underscore escaping with suffixes"), and
 * attributes in Loki: by the rules of the OpenTelemetry specification, "Prometheus and OpenMetrics Compatibility", as
 * Prometheus and the collector implement them.
 */

const units: Readonly<Record<string, string>> = {
  d: 'days',
  h: 'hours',
  min: 'minutes',
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
  ns: 'nanoseconds',
  By: 'bytes',
  KiBy: 'kibibytes',
  MiBy: 'mebibytes',
  GiBy: 'gibibytes',
  KBy: 'kilobytes',
  MBy: 'megabytes',
  GBy: 'gigabytes',
  m: 'meters',
  V: 'volts',
  A: 'amperes',
  J: 'joules',
  W: 'watts',
  g: 'grams',
  Cel: 'celsius',
  Hz: 'hertz',
  '1': '',
  '%': 'percent'
};
const perUnits: Readonly<Record<string, string>> = {
  s: 'second',
  m: 'minute',
  h: 'hour',
  d: 'day',
  w: 'week',
  mo: 'month',
  y: 'year'
};

const words = (text: string): string[] => text.split(/[^a-zA-Z0-9:]+/).filter((word) => word !== '');

/** The suffixes of a unit; an annotation in braces is dropped. */
function suffixes(unit: string): string[] {
  const slash = unit.indexOf('/');
  const [main, per] = slash < 0 ? [unit.trim(), ''] : [unit.slice(0, slash).trim(), unit.slice(slash + 1).trim()];
  const clean = (text: string): string => words(text).join('_');
  const plain = (text: string): boolean => text !== '' && !/[{}]/.test(text);
  const found: string[] = [];
  if (plain(main)) found.push(clean(units[main] ?? main));
  if (plain(per)) found.push(`per_${clean(perUnits[per] ?? per)}`);
  return found.filter((suffix) => suffix !== '');
}

/**
 * The name of a metric: `openot.ring.lag` in By is `openot_ring_lag_bytes`, a monotonic sum ends in `_total`, a gauge
 * of unit 1 in `_ratio`.
 */
export function prometheusName({
  name,
  unit,
  kind
}: {
  readonly name: string;
  readonly unit: string;
  readonly kind: 'gauge' | 'sum';
}): string {
  let tokens = words(name);
  for (const suffix of suffixes(unit)) if (!tokens.includes(suffix)) tokens.push(suffix);
  if (kind === 'sum') tokens = [...tokens.filter((token) => token !== 'total'), 'total'];
  if (kind === 'gauge' && unit === '1') tokens = [...tokens.filter((token) => token !== 'ratio'), 'ratio'];
  const whole = tokens.join('_');
  return /^\d/.test(whole) ? `_${whole}` : whole;
}

/** The label of an attribute, in Prometheus and in Loki's structured metadata. */
export function labelName(attribute: string): string {
  const label = attribute.replace(/[^a-zA-Z0-9_]/g, '_');
  if (/^\d/.test(label)) return `key_${label}`;
  return label.startsWith('_') && !label.startsWith('__') ? `key${label}` : label;
}

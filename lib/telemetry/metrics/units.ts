/**
 * Symbols of plant units and what UCUM calls them (docs/format.md 22). Case counts in both: `mS` is a conductance, `ms`
 * a
 * time. What has two meanings in plants (`C`, `F`, `B`) is left out on purpose: it becomes an annotation, never a
 * guess.
 */

/** Units with the prefixes that plants write before them. */
const prefixed: Readonly<Record<string, string>> = {
  m: 'n u m c d k',
  g: 'n u m k',
  s: 'n u m',
  L: 'u m c d h k',
  Pa: 'm h k M G',
  bar: 'u m k',
  V: 'n u m k M',
  A: 'p n u m k',
  W: 'n u m k M G T',
  'W.h': 'm k M G T',
  J: 'm k M G T',
  N: 'u m k M',
  Hz: 'm k M G',
  Ohm: 'u m k M G',
  S: 'n u m',
  H: 'n u m',
  T: 'n u m',
  K: 'm',
  mol: 'n u m k',
  lm: 'k',
  lx: 'k',
  Bq: 'k M G',
  Gy: 'u m',
  Sv: 'n u m',
  eV: 'k M',
  cal: 'k M',
  'V.A': 'm k M',
  'A.h': 'm k',
  'N.m': 'm k M',
  By: 'k M G T Ki Mi Gi Ti',
  bit: 'k M G Ki Mi Gi',
  Bd: 'k M'
};

/**
 * How plants write these, where it is not as UCUM does; with the same prefixes. Ohm sign and Greek letter look alike.
 */
const spellings: Readonly<Record<string, string>> = {
  L: 'l',
  Ohm: '\u2126 \u03a9 ohm',
  'W.h': 'Wh',
  'V.A': 'VA',
  'A.h': 'Ah',
  'N.m': 'Nm',
  By: 'byte'
};

/** Everything else: UCUM, and the symbols that mean it. */
const others: Readonly<Record<string, string>> = {
  '1': '1',
  '%': '% pct',
  '%{RH}': '%RH %rH %r.H. rH',
  '%{vol}': 'vol% Vol% Vol.% %vol',
  '%{mass}': 'wt% Gew.% %w/w',
  '[ppth]': '‰',
  '[ppm]': 'ppm',
  '[ppb]': 'ppb',
  '[pH]': 'pH',
  Cel: 'degC °C ºC ℃ deg.C',
  '[degF]': 'degF °F ºF ℉ deg.F',
  deg: 'deg ° º',
  rad: 'rad',
  gon: 'gon',
  '{rpm}': 'rpm RPM r.p.m. r/min rev/min U/min tr/min',
  s: 'sec Sec',
  min: 'min Min',
  h: 'h hr hrs',
  d: 'd',
  wk: 'wk',
  mo: 'mo',
  a: 'a yr',
  t: 't',
  kg: 'Kg KG',
  kW: 'KW',
  bar: 'Bar BAR',
  'bar{abs}': 'bara bar(a) barA',
  'bar{gauge}': 'barg bar(g) barG',
  'mbar{abs}': 'mbara mbar(a)',
  'mbar{gauge}': 'mbarg mbar(g)',
  '[psi]': 'psi PSI',
  '[psi]{abs}': 'psia',
  '[psi]{gauge}': 'psig',
  atm: 'atm',
  att: 'at',
  'mm[Hg]': 'mmHg',
  "[in_i'Hg]": 'inHg',
  'mm[H2O]': 'mmH2O mmWC mmWS',
  'cm[H2O]': 'cmH2O cmWC',
  'm[H2O]': 'mH2O mWC mWS',
  "[in_i'H2O]": 'inH2O inWC',
  '[in_i]': 'in inch',
  '[ft_i]': 'ft',
  '[yd_i]': 'yd',
  '[mi_i]': 'mi',
  '[sft_i]': 'ft2 ft² sqft',
  '[cft_i]': 'ft3 ft³ cuft',
  '[cft_i]/min': 'cfm CFM',
  '[gal_us]': 'gal',
  '[gal_us]/min': 'gpm GPM',
  '[lb_av]': 'lb lbs',
  '[oz_av]': 'oz',
  '[lbf_av]': 'lbf',
  '[HP]': 'hp HP',
  '[Btu]': 'BTU Btu',
  kgf: 'kgf',
  'km/h': 'kph kmh',
  '[mi_i]/h': 'mph',
  '[kn_i]': 'kn',
  ar: 'ar',
  har: 'ha',
  m3: 'cbm',
  cm3: 'cc ccm',
  'm3{normal}': 'Nm3 Nm³ Nm^3',
  'm3{standard}': 'Sm3 Sm³ Sm^3',
  'L{normal}': 'Nl NL',
  'L/min': 'lpm LPM',
  cP: 'cP',
  cSt: 'cSt',
  'mPa.s': 'mPas',
  'Pa.s': 'Pas',
  cd: 'cd',
  uF: 'uF \u00b5F \u03bcF',
  nF: 'nF',
  pF: 'pF',
  dB: 'dB',
  'dB{A}': 'dBA dB(A)'
};

/** Every symbol with its UCUM. No symbol may come twice with different ones. */
export const plantUnitList: readonly (readonly [symbol: string, ucum: string])[] = [
  ...prefixedUnits(),
  ...Object.entries(others).flatMap(([ucum, symbols]) =>
    symbols.split(' ').map((symbol): [string, string] => [symbol, ucum])
  )
];

/** By symbol. */
export const plantUnits: ReadonlyMap<string, string> = new Map(plantUnitList);

function* prefixedUnits(): Generator<[string, string]> {
  for (const [ucum, prefixes] of Object.entries(prefixed)) {
    for (const symbol of [ucum, ...(spellings[ucum]?.split(' ') ?? [])]) {
      for (const prefix of ['', ...prefixes.split(' ')]) {
        // ASCII, the micro sign, the Greek letter.
        for (const shown of prefix === 'u' ? ['u', '\u00b5', '\u03bc'] : [prefix])
          yield [shown + symbol, prefix + ucum];
      }
    }
  }
}

import should from 'should';
import { ucumOf } from '../../../../lib/telemetry/metrics';
import { plantUnitList } from '../../../../lib/telemetry/metrics/units';

describe('metrics: units in UCUM', () => {
  it('has those of the registry', () => {
    const registry = {
      '1': '1',
      L: 'L',
      degC: 'Cel',
      bar: 'bar',
      rpm: '{rpm}',
      s: 's',
      ms: 'ms',
      kg: 'kg',
      m: 'm',
      '%': '%'
    };
    should(Object.fromEntries(Object.keys(registry).map((symbol) => [symbol, ucumOf(symbol)]))).eql(registry);
  });

  for (const [symbol, ucum] of [
    ['°C', 'Cel'],
    ['°F', '[degF]'],
    ['K', 'K'],
    ['l', 'L'],
    ['hl', 'hL'],
    ['ml', 'mL'],
    ['m³', 'm3'],
    ['m3', 'm3'],
    ['m^3', 'm3'],
    ['cm²', 'cm2'],
    ['µm', 'um'],
    ['\u03bcm', 'um'],
    ['mm', 'mm'],
    ['mbar', 'mbar'],
    ['hPa', 'hPa'],
    ['kPa', 'kPa'],
    ['psi', '[psi]'],
    ['barg', 'bar{gauge}'],
    ['bar(a)', 'bar{abs}'],
    ['mmHg', 'mm[Hg]'],
    ['kJ', 'kJ'],
    ['kWh', 'kW.h'],
    ['kW', 'kW'],
    ['VA', 'V.A'],
    ['kVA', 'kV.A'],
    ['Nm', 'N.m'],
    ['mA', 'mA'],
    ['mV', 'mV'],
    ['kHz', 'kHz'],
    ['Ω', 'Ohm'],
    ['k\u2126', 'kOhm'],
    ['mS/cm', 'mS/cm'],
    ['t', 't'],
    ['t/h', 't/h'],
    ['g/cm³', 'g/cm3'],
    ['mg/l', 'mg/L'],
    ['m³/h', 'm3/h'],
    ['m3 / h', 'm3/h'],
    ['l/min', 'L/min'],
    ['Nm3/h', 'm3{normal}/h'],
    ['km/h', 'km/h'],
    ['m/s²', 'm/s2'],
    ['°C/min', 'Cel/min'],
    ['1/min', '1/min'],
    ['/min', '1/min'],
    ['min-1', '1/min'],
    ['s^-1', '1/s'],
    ['U/min', '{rpm}'],
    ['W/(m2.K)', 'W/(m2.K)'],
    ['Pa·s', 'Pa.s'],
    ['N*m', 'N.m'],
    ['ppm', '[ppm]'],
    ['‰', '[ppth]'],
    ['pH', '[pH]'],
    ['%RH', '%{RH}'],
    ['dB(A)', 'dB{A}'],
    ['byte', 'By'],
    ['kbyte', 'kBy'],
    ['ha', 'har'],
    ['h', 'h'],
    ['min', 'min'],
    ['d', 'd']
  ])
    it(`calls ${symbol} ${ucum}`, () => should(ucumOf(symbol)).equal(ucum));

  for (const [symbol, ucum] of [
    ['pcs', '{pcs}'],
    ['pcs/min', '{pcs}/min'],
    ['Stück/h', '{St_ck}/h'],
    ['kg/batch', 'kg/{batch}'],
    ['foo bar', '{foo_bar}'],
    ['{x}', '{_x_}'],
    ['a{b', '{a_b}'],
    ['\u0007bell', '{_bell}'],
    ['Wh2', '{Wh2}'],
    ['a/b/c', '{a/b/c}'],
    ['x'.repeat(300), `{${'x'.repeat(61)}}`]
  ])
    it(`makes an annotation of what it does not know: ${symbol.slice(0, 20)}`, () =>
      should(ucumOf(symbol)).equal(ucum));

  for (const symbol of ['C', 'F', 'B'])
    it(`does not guess which of its meanings ${symbol} has`, () => should(ucumOf(symbol)).equal(`{${symbol}}`));

  for (const symbol of [undefined, '', ' ', '-', 'n/a', '日本'])
    it(`has no unit where there is none to tell: ${JSON.stringify(symbol)}`, () => should(ucumOf(symbol)).equal(''));

  it('writes nothing but what OpenTelemetry takes as a unit, whatever the symbol', () => {
    for (let code = 1; code < 0x3000; code++) {
      const char = String.fromCharCode(code);
      for (const symbol of [char, `k${char}`, `${char}/h`, `kg/${char}`, `m${char}`, `${char}${'y'.repeat(80)}`]) {
        const ucum = ucumOf(symbol);
        should(ucum).match(/^[!-~]{0,63}$/, symbol);
        // Braces in pairs, never one within another.
        should(ucum.replace(/\{[^{}]+\}/g, '')).not.match(/[{}]/, symbol);
      }
    }
  });

  it('gives no symbol of the table two meanings', () => {
    const meanings = new Map<string, Set<string>>();
    for (const [symbol, ucum] of plantUnitList) meanings.set(symbol, (meanings.get(symbol) ?? new Set()).add(ucum));
    should([...meanings].filter(([, { size }]) => size > 1).map(([symbol]) => symbol)).eql([]);
    // Prefixed symbols that are also something else must mean that: minutes, days, feet, not milli-inches.
    should([...['min', 'cd', 'ft', 'pt', 'at', 'mol', 'Pa', 'kn', 'har'].map((symbol) => ucumOf(symbol))]).eql([
      'min',
      'cd',
      '[ft_i]',
      '{pt}',
      'att',
      'mol',
      'Pa',
      '[kn_i]',
      '{har}'
    ]);
  });
});

import should from 'should';
import { floatText, nonFiniteName, shortRealText } from '../../../lib/document/float-text';
import { i64Text, u64Text } from '../../../lib/wire/integer-text';
import { isoTime } from '../../../lib/document/iso-time';
import { writeU64 } from '../../../lib/wire';
import { seeded } from '../../support/seeded';

describe('text of floats', () => {
  const cases: [number, string][] = [
    [0, '0.0'],
    [-0, '-0.0'],
    [6, '6.0'],
    [-6, '-6.0'],
    [13.5, '13.5'],
    [Math.fround(0.1), '0.10000000149011612'],
    [0.1, '0.1'],
    [0.00001, '0.00001'],
    [0.000012345, '0.000012345'],
    [0.000009999999999999999, '9.999999999999999e-6'],
    [1e-6, '1e-6'],
    [4e-6, '4e-6'],
    [-1.5e-7, '-1.5e-7'],
    [5e-324, '5e-324'],
    [2.2250738585072014e-308, '2.2250738585072014e-308'],
    [1000000000000000, '1000000000000000.0'],
    [9999999999999998, '9999999999999998.0'],
    [1e16, '1e+16'],
    [-1e16, '-1e+16'],
    [123456789012345680, '1.2345678901234568e+17'],
    [1e21, '1e+21'],
    [1.7976931348623157e308, '1.7976931348623157e+308'],
    [NaN, 'null'],
    [Infinity, 'null'],
    [-Infinity, 'null']
  ];
  for (const [value, text] of cases) {
    it(`${Object.is(value, -0) ? '-0' : value} is ${text}`, () => {
      should(floatText(value)).equal(text);
    });
  }

  it('reads back as the same double, and always looks like a float', () => {
    const random = seeded(1);
    const view = new DataView(new ArrayBuffer(8));
    for (let i = 0; i < 20000; i++) {
      random.bytes(8).forEach((byte, at) => view.setUint8(at, byte));
      // Half of them near one, where the positional form is.
      if (i % 2 === 0) view.setUint16(0, (view.getUint16(0) & 0x800f) | ((1023 - 20 + (i % 75)) << 4));
      const value = view.getFloat64(0);
      if (!Number.isFinite(value)) continue;
      const text = floatText(value);
      should(Object.is(Number(text), value)).equal(true, text);
      should(text).match(/^-?\d+(\.\d+)?(e[+-]\d+)?$/);
      should(/[.e]/.test(text)).equal(true, text);
    }
  });

  it('names what JSON cannot write', () => {
    should([NaN, Infinity, -Infinity, 0].map(nonFiniteName)).eql(['NaN', 'Infinity', '-Infinity', undefined]);
  });

  it('for people a Real is as short as a Real can be', () => {
    should([0.1, 21.7, 3, 1e10, -2.5, 16777216, 1.17549435e-38].map((value) => shortRealText(Math.fround(value)))).eql([
      '0.1',
      '21.7',
      '3',
      '10000000000',
      '-2.5',
      '16777216',
      '1.1754944e-38'
    ]);
    const random = seeded(2);
    for (let i = 0; i < 5000; i++) {
      const value = new DataView(random.bytes(4).buffer).getFloat32(0);
      if (Number.isFinite(value)) should(Math.fround(Number(shortRealText(value)))).equal(value);
    }
  });
});

describe('text of 64-bit integers', () => {
  const EDGES = [
    0n,
    1n,
    999999999n,
    1000000000n,
    0xffffffffn,
    0x100000000n,
    (1n << 53n) - 1n,
    1n << 53n,
    (1n << 53n) + 1n,
    1780000000000000001n,
    (1n << 63n) - 1n,
    1n << 63n,
    (1n << 63n) + 1n,
    (1n << 64n) - 1n
  ];
  const bytes = new Uint8Array(11);
  const both = (value: bigint): void => {
    writeU64(bytes, 3, value);
    should(u64Text(bytes, 3)).equal(String(value));
    should(i64Text(bytes, 3)).equal(String(BigInt.asIntN(64, value)));
  };

  it('is exact at every edge', () => {
    EDGES.forEach(both);
  });

  it('is exact anywhere', () => {
    const random = seeded(3);
    for (let i = 0; i < 20000; i++) {
      const wide = new DataView(random.bytes(8).buffer).getBigUint64(0);
      both(wide >> BigInt(random.below(64)));
    }
  });
});

describe('ISO 8601 times', () => {
  it('have nine digits, from the beginning to the end of the range', () => {
    should(isoTime('0')).equal('1970-01-01T00:00:00.000000000Z');
    should(isoTime('1')).equal('1970-01-01T00:00:00.000000001Z');
    should(isoTime('1000000000')).equal('1970-01-01T00:00:01.000000000Z');
    should(isoTime('1780000000000000001')).equal('2026-05-28T20:26:40.000000001Z');
    should(isoTime('18446744073709551615')).equal('2554-07-21T23:34:33.709551615Z');
  });

  it('agree with the calendar of the platform', () => {
    const random = seeded(4);
    const days = ['951782400', '951868800', '4107456000', '4107542400', '68169600'].map(Number);
    for (let i = 0; i < 20000; i++) {
      const seconds = i < days.length ? days[i] : random.below(18446744073);
      should(isoTime(`${seconds}000000000`)).equal(
        new Date(seconds * 1000).toISOString().replace('.000Z', '.000000000Z')
      );
    }
  });
});

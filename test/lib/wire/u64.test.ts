import should from 'should';
import {
  MAX_U64,
  parseSafeU64,
  parseU64,
  readSafeU64,
  readU16,
  readU32,
  readU64,
  writeU16,
  writeU32,
  writeU64
} from '../../../lib/wire';
import { seeded } from '../../support/seeded';

describe('64-bit integers', () => {
  const edges = [
    0n,
    1n,
    255n,
    0x7fff_ffffn,
    0x8000_0000n,
    0xffff_ffffn,
    0x1_0000_0000n,
    2n ** 53n - 1n,
    2n ** 53n,
    2n ** 53n + 1n,
    2n ** 63n,
    MAX_U64
  ];

  it('are written and read back, little-endian, at any offset', () => {
    const bytes = new Uint8Array(20);
    for (const value of edges) {
      writeU64(bytes, 7, value);
      readU64(bytes, 7).should.equal(value);
      new DataView(bytes.buffer).getBigUint64(7, true).should.equal(value);
      readSafeU64(bytes, 7).should.equal(value < 2n ** 53n ? Number(value) : -1);
    }
  });

  it('agree with DataView on random bytes', () => {
    const random = seeded(64);
    for (let i = 0; i < 2000; i++) {
      const bytes = random.bytes(8);
      const view = new DataView(bytes.buffer);
      readU64(bytes, 0).should.equal(view.getBigUint64(0, true));
      readU32(bytes, 0).should.equal(view.getUint32(0, true));
      readU16(bytes, 6).should.equal(view.getUint16(6, true));
    }
  });

  it('smaller ones keep to their bytes', () => {
    const bytes = new Uint8Array(8);
    writeU16(bytes, 1, 0xabcd);
    writeU32(bytes, 3, 0x89abcdef);
    Array.from(bytes).should.eql([0, 0xcd, 0xab, 0xef, 0xcd, 0xab, 0x89, 0]);
  });

  it('come in as numbers, decimal text or bigints', () => {
    for (const value of edges) {
      parseU64(value)!.should.equal(value);
      parseU64(value.toString())!.should.equal(value);
      should(parseSafeU64(value.toString())).equal(value < 2n ** 53n ? Number(value) : undefined);
    }
    parseU64(2 ** 53 - 1)!.should.equal(2n ** 53n - 1n);
    parseU64('00000000000000000007')!.should.equal(7n);
    parseSafeU64(12)!.should.equal(12);
  });

  it('refuse what is none', () => {
    for (const value of [
      -1,
      1.5,
      NaN,
      Infinity,
      2 ** 53,
      -1n,
      MAX_U64 + 1n,
      '',
      ' 1',
      '1 ',
      '-1',
      '+1',
      '1e3',
      '0x10',
      '18446744073709551616',
      '123456789012345678901',
      null,
      undefined,
      true,
      {},
      [],
      [1]
    ]) {
      should(parseU64(value)).be.undefined();
      should(parseSafeU64(value)).be.undefined();
    }
  });
});

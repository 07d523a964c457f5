import should from 'should';
import { isU64Text } from '../../../lib/base';
import { u64TextOf } from '../../../lib/stream';

describe('whole numbers of 64 bits as text', () => {
  for (const good of ['0', '7', '9999999999999999999', '10000000000000000000', '18446744073709551615'])
    it(`takes ${good}`, () => should(isU64Text(good)).be.true());
  for (const bad of [
    '',
    '00',
    '007',
    '-1',
    '+1',
    '1.0',
    '1e3',
    ' 1',
    '1 ',
    '18446744073709551616',
    '99999999999999999999',
    '100000000000000000000',
    '\u0661',
    7,
    7n,
    null
  ]) {
    it(`refuses ${typeof bad} "${String(bad)}"`, () => should(isU64Text(bad)).be.false());
  }
  it('are made of numbers and BigInt, and refused beyond their range', () => {
    should([7, 7n, '7', 2n ** 64n - 1n].map(u64TextOf)).eql(['7', '7', '7', '18446744073709551615']);
    should([-1, 1.5, 2 ** 53, 2n ** 64n, '007', '1e3', null, {}, NaN].map(u64TextOf)).eql(Array(9).fill(undefined));
  });
});

import should from 'should';
import { open, openJson, checksummed, checksummedJson } from '../../../lib/state';
import { seeded } from '../../support/seeded';

const FORMAT = { magic: 'OPENOT-TEST', version: 2 };
const kindOf = (bytes: Uint8Array): string => {
  const opened = open(FORMAT, bytes);
  return opened.ok ? 'ok' : opened.kind;
};
const enveloped = (text: string, format = FORMAT): Buffer => Buffer.from(checksummed(format, Buffer.from(text)));

describe('state: the envelope', () => {
  it('gives back what was put in, in parts or none', () => {
    for (const parts of [[], [''], ['a'], ['a', '', 'b\n', 'c']]) {
      const opened = open(FORMAT, checksummed(FORMAT, ...parts.map((part) => Buffer.from(part))));
      should(opened.ok && opened.body.toString()).equal(parts.join(''));
    }
    should(openJson(FORMAT, checksummedJson(FORMAT, { a: [1, 'ä'] }))).eql({ ok: true, value: { a: [1, 'ä'] } });
  });

  it('is a line that a person can read, and the body', () => {
    should(enveloped('123456789').toString()).equal('OPENOT-TEST 2 e3069283\n123456789');
  });

  it('says of which kind it is when it cannot be read', () => {
    should(kindOf(enveloped('x', { magic: 'OPENOT-OTHER', version: 2 }))).equal('foreign');
    should(kindOf(enveloped('x', { magic: 'OPENOT-TEST', version: 3 }))).equal('newer');
    should(kindOf(enveloped('x', { magic: 'OPENOT-TEST', version: 1 }))).equal('older');
    should(kindOf(enveloped('xy').subarray(0, -1))).equal('damaged');
    should(kindOf(Buffer.alloc(0))).equal('foreign');
    should(kindOf(Buffer.alloc(100_000))).equal('foreign');
    const notJson = openJson(FORMAT, enveloped('{'));
    should(notJson).eql({ ok: false, kind: 'damaged', why: 'it is not JSON' });
    should(open(FORMAT, enveloped('x', { magic: 'OPENOT-TEST', version: 3 }))).have.properties({
      version: 3,
      why: 'it has version 3, this package reads version 2'
    });
  });

  it('with any one bit changed, or cut anywhere, is not read', () => {
    const whole = enveloped('some state');
    for (let at = 0; at < whole.length * 8; at++) {
      const bytes = Buffer.from(whole);
      bytes[at >> 3] ^= 1 << (at & 7);
      should(kindOf(bytes)).not.equal('ok', `bit ${at}`);
    }
    for (let length = 0; length < whole.length; length++)
      should(kindOf(whole.subarray(0, length))).not.equal('ok', `${length} bytes`);
  });

  it('never throws, whatever it is given', () => {
    const random = seeded(3);
    for (let n = 0; n < 2_000; n++) {
      const bytes = Uint8Array.from({ length: random.below(80) }, () => random.below(256));
      should(kindOf(bytes)).not.equal('ok');
      should(kindOf(Buffer.concat([Buffer.from('OPENOT-TEST 2 '), bytes]))).not.equal('ok');
    }
  });
});

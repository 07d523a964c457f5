import { runInNewContext } from 'node:vm';
import should from 'should';
import { bytesFromPayload, itemsOfConcatenation } from '../../../lib/stream';
import { encoded } from '../../support/records';

const record = Buffer.from(encoded({ seq: 7 }));

function bytesOf(payload: unknown): Buffer {
  const result = bytesFromPayload(payload);
  if (!result.ok) throw new Error(result.message);
  return result.bytes;
}

function refused(payload: unknown, found: RegExp, code = 'OPENOT_PAYLOAD_NOT_BYTES'): void {
  const result = bytesFromPayload(payload);
  should(result).have.properties({ ok: false, code });
  (result as { message: string }).message.should.match(found);
}

describe('bytes of a payload', () => {
  it('a Buffer is taken as it is', () => {
    bytesOf(record).should.equal(record);
    bytesOf(Buffer.alloc(0)).length.should.equal(0);
  });

  it('a Uint8Array becomes a Buffer of the same memory', () => {
    const array = new Uint8Array(record.length + 8);
    array.set(record, 4);
    const bytes = bytesOf(array.subarray(4, 4 + record.length));
    Buffer.isBuffer(bytes).should.be.true();
    bytes.buffer.should.equal(array.buffer);
    bytes.equals(record).should.be.true();
  });

  it('an array of bytes, and the JSON form of a Buffer', () => {
    bytesOf([...record])
      .equals(record)
      .should.be.true();
    bytesOf(JSON.parse(JSON.stringify(record)))
      .equals(record)
      .should.be.true();
    bytesOf([]).length.should.equal(0);
  });

  it('hex text in any case', () => {
    bytesOf(record.toString('hex')).equals(record).should.be.true();
    bytesOf(record.toString('hex').toUpperCase()).equals(record).should.be.true();
  });

  it('base64 text, padded or not', () => {
    const text = record.toString('base64');
    text.should.startWith('T09UM');
    bytesOf(text).equals(record).should.be.true();
    bytesOf(text.replace(/=+$/, '')).equals(record).should.be.true();
  });

  it('white space in text does not count', () => {
    bytesOf('\n ' + record.toString('hex').replace(/(.{8})/g, '$1 ') + '\r\n')
      .equals(record)
      .should.be.true();
    bytesOf(record.toString('base64').replace(/(.{20})/g, '$1\n'))
      .equals(record)
      .should.be.true();
  });

  it('every form gives the same items', () => {
    for (const form of [
      record,
      new Uint8Array(record),
      [...record],
      record.toString('hex'),
      record.toString('base64')
    ]) {
      itemsOfConcatenation(bytesOf(form)).should.eql(itemsOfConcatenation(record));
    }
  });

  it('bytes of another context, as a function node makes them, are bytes', () => {
    const there: unknown = runInNewContext('new Uint8Array(bytes)', { bytes: [...record] });
    (there instanceof Uint8Array).should.be.false();
    bytesOf(there).equals(record).should.be.true();
    refused({ [Symbol.toStringTag]: 'Uint8Array' }, /found object/);
  });

  it('half a record as text is text all the same: decoding it is another matter', () => {
    bytesOf(record.toString('hex').slice(0, 40)).length.should.equal(20);
    bytesOf('4f4f5432').length.should.equal(4);
    bytesOf('T09UMg').toString().should.equal('OOT2');
  });

  it('text that is neither', () => {
    refused('hello', /found the text "hello"/);
    refused('', /found the text ""/);
    refused('  ', /found the text ""/);
    refused('x'.repeat(1000), /found the text "x{24}…"/);
    refused('0x' + record.toString('hex'), /found the text/);
    refused('{"a":1}', /found the text/);
    refused('t09um', /found the text/);
  });

  it('hex and base64 that break off or hold something else', () => {
    refused(record.toString('hex').slice(0, 41), /hex text of 41 digits/);
    refused('4f4f5432zz', /hex text with "z" in it, at its character 8/);
    refused('T09UM-__', /base64 text with "-" in it, at its character 5/);
    refused('T09UM', /ends in the middle of a byte/);
    refused('T09UMg=a', /base64 text with "=" in it/);
  });

  it('text of wire version 1 says so', () => {
    const v1 = Buffer.from(record);
    v1[3] = 0x21;
    refused(v1.toString('hex'), /version 1/, 'OPENOT_WIRE_VERSION_1');
    refused(v1.toString('base64'), /version 1/, 'OPENOT_WIRE_VERSION_1');
    v1[3] = 0x20;
    refused(v1.toString('base64'), /found the text "T09UI/);
    refused('t09uI', /found the text/);
  });

  it('arrays with something that is no byte', () => {
    for (const bad of [-1, 256, 1.5, NaN, '1', null, undefined, 3n]) refused([1, 2, bad], /element 2 is no byte/);
  });

  it('anything else', () => {
    for (const [payload, found] of [
      [null, /found null/],
      [undefined, /found undefined/],
      [7, /found number/],
      [true, /found boolean/],
      [7n, /found bigint/],
      [{}, /found object/],
      [{ type: 'Buffer' }, /found object/],
      [() => 0, /found function/]
    ] as const)
      refused(payload, found);
    refused(new Uint16Array(4), /found object/);
  });
});

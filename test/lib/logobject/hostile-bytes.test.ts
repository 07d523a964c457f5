import { strict as assert } from 'node:assert';
import { decodeLogRecords, encodeLogRecords, type LogRecord, type Variant } from '../../../lib/logobject';
import { fuzz } from './support/fuzz';
import { rounds } from '../../support/rounds';

const record = (value: Variant): LogRecord => ({
  ticks: 134_405_501_731_234_567n,
  severity: 80,
  message: { locale: null, text: 'x' },
  additionalData: [{ name: 'v', value }]
});

const BODIES = rounds(20_000, 50_000);

describe('decoding log records that nobody meant', () => {
  it(`${BODIES} random and mutated bodies: no throw, nothing read past the end, nothing that its own encoder denies`, () => {
    const outcome = fuzz(BODIES, 1);
    assert.deepEqual(outcome.wrong, []);
    assert.ok(outcome.read > BODIES / 10, `only ${outcome.read} could be read`);
    assert.equal(Object.keys(outcome.refused).length, 4, JSON.stringify(outcome.refused));
  });

  it('takes 100 values inside one another and refuses 101', () => {
    const nested = (depth: number): Variant => {
      let value: Variant = { type: 'Int32', value: 1 };
      for (let i = 1; i < depth; i++) value = { type: 'Variant', value: [value] };
      return value;
    };
    const body = (depth: number): Buffer => encodeLogRecords([record(nested(depth))]);
    assert.ok(decodeLogRecords(body(100)).ok);
    const refused = decodeLogRecords(body(101));
    assert.ok(!refused.ok);
    assert.equal(refused.code, 'OPENOT_LOG_TOO_DEEP');
  });

  it('hands on the records before the one that cannot be read, and says which and where', () => {
    const good = encodeLogRecords([record({ type: 'Int32', value: 1 }), record({ type: 'Int32', value: 2 })]);
    const bad = Buffer.from(good);
    bad[good.length - 5] = 0x3f;
    const decoded = decodeLogRecords(bad);
    assert.ok(!decoded.ok);
    assert.equal(decoded.code, 'OPENOT_LOG_MALFORMED');
    assert.equal(decoded.detail.index, 1);
    assert.equal(decoded.detail.offset, good.length - 5);
    assert.deepEqual(decoded.detail.records, [record({ type: 'Int32', value: 1 })]);
    assert.match(decoded.message, /log record 2 of the page cannot be read at byte \d+ of \d+: 63 is no built-in type/);
  });

  it('random bytes are hardly ever taken for the flat form', () => {
    const { flat, bodies } = fuzz(20_000, 2);
    // Mutations of the one flat vector are flat still; random bytes add none.
    assert.ok(flat < bodies * 0.05, `${flat} of ${bodies}`);
  });

  it('keeps nothing of the body: it may be used for something else', () => {
    const body = encodeLogRecords([record({ type: 'ByteString', value: Uint8Array.of(1, 2, 3) })]);
    const decoded = decodeLogRecords(body);
    body.fill(0);
    assert.ok(decoded.ok);
    assert.deepEqual(decoded.records, [record({ type: 'ByteString', value: Uint8Array.of(1, 2, 3) })]);
  });
});

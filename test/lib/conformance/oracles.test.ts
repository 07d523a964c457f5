import 'should';
import { RingWriter } from '../../../lib/ring';
import { RingRecord } from '../../support/conformance/read-ring';
import { decodeRecord, EventType } from '../../../lib/wire';
import { LiveConsumer } from '../../support/conformance/live-consumer';
import { ExpectedRecord, sequenceObserver, sidecarOracle } from '../../support/conformance/oracles';
import { encoded } from '../../support/records';

const expected = (seq: number, length = 44, eventTypeId: number = EventType.Message): ExpectedRecord => ({
  runId: 1n,
  sourceId: 1,
  seq: BigInt(seq),
  eventTypeId,
  length
});

function delivered(startAbs: number, seq: number): RingRecord {
  const record = decodeRecord(encoded({ seq }));
  if (!record.ok) throw new Error(record.kind);
  return { startAbs, endAbs: startAbs + record.length, record };
}

describe('conformance oracles', () => {
  it('refuse a plan that no ring can hold', () => {
    (() => sidecarOracle(0, [])).should.throw(/capacity is 0/);
    (() => sidecarOracle(100, [expected(0, 0)])).should.throw(/no length/);
    (() => sidecarOracle(100, [expected(0, 101)])).should.throw(/101 bytes in a ring of 100/);
    (() => sidecarOracle(100, [expected(0), expected(0)])).should.throw(/twice/);
    (() => sidecarOracle(100, [expected(0), expected(0, 44, EventType.Heartbeat)])).should.not.throw();
  });

  it('see a record that nobody wrote, one in a wrong place, and one out of order', () => {
    const oracle = sidecarOracle(100, [expected(0), expected(1), expected(2)]);
    oracle.observe(delivered(0, 0)).should.eql([]);
    oracle.observe(delivered(100, 2)).should.eql([]);
    oracle.observe(delivered(44, 1)).should.eql([{ kind: 'event_order_mismatch', startAbs: 44 }]);
    oracle.observe(delivered(88, 2)).should.eql([{ kind: 'expected_abs_mismatch', startAbs: 88 }]);
    oracle.observe(delivered(144, 3)).should.eql([{ kind: 'unexpected_record', startAbs: 144 }]);
  });

  it('see a record that comes twice and a seq that goes back', () => {
    const silent = { observe: () => [] };
    const oracle = sequenceObserver(silent);
    oracle.observe(delivered(0, 5)).should.eql([]);
    oracle.observe(delivered(44, 5)).should.eql([{ kind: 'duplicate_or_backward_seq', startAbs: 44 }]);
    oracle.observe(delivered(88, 4)).should.eql([{ kind: 'duplicate_or_backward_seq', startAbs: 88 }]);
    oracle.observe(delivered(132, 6)).should.eql([]);
  });
});

describe('live consumer', () => {
  function ring(): RingWriter {
    const writer = new RingWriter(256);
    for (let seq = 0; seq < 3; seq++) writer.append(encoded({ seq }), { runId: 1n, sourceId: 1, seq: BigInt(seq) });
    return writer;
  }
  const figures = (consumer: LiveConsumer): number[] => [
    consumer.cursor,
    consumer.retries,
    consumer.rejected,
    consumer.lappedBatches
  ];

  it('tries again when the control block cannot be read', () => {
    const writer = ring();
    const consumer = new LiveConsumer({ bytes: writer.bytes, control: () => undefined, oldest: () => 0 });
    consumer.poll().should.eql({ records: [], lapped: false });
    figures(consumer).should.eql([0, 1, 0, 0]);
  });

  it('goes on from the new oldest when it was overtaken, which counts as a retry and not as a lapped batch', () => {
    const writer = ring();
    let oldest = 0;
    const consumer = new LiveConsumer({
      bytes: writer.bytes,
      control: () => ({ headAbs: 132, oldestAbs: 0 }),
      oldest: () => oldest
    });
    oldest = 44;
    consumer.poll().should.eql({ records: [], lapped: true });
    figures(consumer).should.eql([44, 1, 0, 0]);
    consumer
      .poll()
      .records.map(({ record }) => record.safeSeq)
      .should.eql([1, 2]);
    figures(consumer).should.eql([132, 1, 0, 0]);
  });

  it('rejects bytes that were overwritten while they were read, and raises an error that nothing explains', () => {
    const writer = ring();
    writer.bytes[10] ^= 1;
    let reads = 0;
    const consumer = new LiveConsumer({
      bytes: writer.bytes,
      control: () => ({ headAbs: 132, oldestAbs: 0 }),
      oldest: () => (reads++ === 0 ? 0 : 44)
    });
    consumer.poll().should.eql({ records: [], lapped: false });
    figures(consumer).should.eql([44, 0, 1, 0]);
    const still = new LiveConsumer({
      bytes: writer.bytes,
      control: () => ({ headAbs: 132, oldestAbs: 0 }),
      oldest: () => 0
    });
    (() => still.poll()).should.throw('wire');
  });
});

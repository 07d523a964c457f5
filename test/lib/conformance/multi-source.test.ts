import 'should';
import { RingWriter } from '../../../lib/ring';
import { EventType, Slot } from '../../../lib/wire';
import {
  EXPECTED_ABS_KEY,
  embeddedOracle,
  ExpectedRecord,
  sequenceObserver,
  sidecarOracle
} from '../../support/conformance/oracles';
import { readAll, RunReport, whyFailed } from '../../support/conformance/run';
import { droppedSlots, encoded, highWaterSlots, ulintSlot } from '../../support/records';

/** A producer of slotless 44-byte Messages of run 1, which writes down what it wrote. */
class Producer {
  readonly writer: RingWriter;
  readonly written: ExpectedRecord[] = [];

  constructor(capacity: number) {
    this.writer = new RingWriter(capacity);
  }

  write(sourceId: number, seq: number, eventTypeId: number = EventType.Message, slots: readonly Slot[] = []): void {
    const bytes = encoded({ sourceId, seq, eventTypeId, slots });
    this.writer.append(bytes, { runId: 1n, sourceId, seq: BigInt(seq) }).ok.should.be.true();
    this.written.push({ runId: 1n, sourceId, seq: BigInt(seq), eventTypeId, length: bytes.length });
  }

  read(): RunReport {
    return readAll(this.writer, this.written, sequenceObserver(sidecarOracle(this.writer.capacity, this.written)));
  }
}

const sources = Array.from({ length: 16 }, (_, i) => 100 + i);

function interleaved(capacity: number, ids: readonly number[], seqs: number): Producer {
  const producer = new Producer(capacity);
  for (let seq = 0; seq < seqs; seq++) for (const id of ids) producer.write(id, seq);
  return producer;
}

const lineOf = (report: RunReport, sourceId: number): unknown => {
  const line = report.sources.find((entry) => entry.sourceId === sourceId);
  return line === undefined ? undefined : { expected: line.expected, delivered: line.delivered, lost: line.lost };
};
const lossesOf = (report: RunReport, sourceId: number): unknown[] =>
  report.losses
    .filter((loss) => loss.sourceId === sourceId)
    .map(({ firstSeq, lastSeq, count, basis }) => [firstSeq, lastSeq, count, basis]);
const ring = (report: RunReport): object => ({
  head: report.headAbs,
  oldest: report.oldestAbs,
  lostCount: report.lostCount,
  retained: report.records.length
});

describe('multi-source conformance', () => {
  it('steady: 16 sources, nothing lost', () => {
    const report = interleaved(131072, sources, 64).read();
    ring(report).should.eql({ head: 45056, oldest: 0, lostCount: 0, retained: 1024 });
    [report.polls, report.lappedBatches, report.retries, report.rejected].should.eql([1, 0, 0, 0]);
    report.violations.should.eql([]);
    report.losses.should.eql([]);
    for (const id of sources) (lineOf(report, id) as object).should.eql({ expected: 64, delivered: 64, lost: 0 });
    (whyFailed(report, { minHead: 45000 }) === undefined).should.be.true();
    (whyFailed(report, { pressure: true }) as string).should.equal('no pressure');
    (whyFailed(report, { minHead: 45056 }) as string).should.equal('head too low');
  });

  it('lapped: 16 sources, delivered and lost make up every seq of each', () => {
    const report = interleaved(4096, sources, 128).read();
    ring(report).should.eql({ head: 90200, oldest: 86104, lostCount: 1955, retained: 93 });
    report.lappedBatches.should.equal(1);
    report.rejected.should.equal(0);
    report.violations.should.eql([]);
    for (const id of sources) {
      const delivered = id <= 102 ? 5 : 6;
      (lineOf(report, id) as object).should.eql({ expected: 128, delivered, lost: 128 - delivered });
      lossesOf(report, id).should.eql([[0, 127 - delivered, 128 - delivered, 'inferred']]);
      report.records.filter(({ record }) => record.sourceId === id)[0].record.safeSeq.should.equal(128 - delivered);
    }
    (whyFailed(report, { pressure: true }) === undefined).should.be.true();
  });

  it('high-water tail: a source that went silent is closed by its checkpoint', () => {
    const producer = new Producer(512);
    for (let seq = 0; seq < 16; seq++) producer.write(900, seq);
    for (let seq = 0; seq < 96; seq++) producer.write(901, seq);
    producer.write(900, 16, EventType.SourceHighWater, highWaterSlots(16));
    const report = producer.read();
    ring(report).should.eql({ head: 5264, oldest: 4784, lostCount: 103, retained: 10 });
    report.lappedBatches.should.equal(1);
    report.rejected.should.equal(0);
    report.violations.should.eql([]);
    report.records
      .filter(({ record }) => record.sourceId === 900)
      .map(({ record }) => [record.safeSeq, record.eventTypeId])
      .should.eql([[16, EventType.SourceHighWater]]);
    (lineOf(report, 900) as object).should.eql({ expected: 17, delivered: 1, lost: 16 });
    lossesOf(report, 900).should.eql([[0, 15, 16, 'authoritative']]);
    (lineOf(report, 901) as object).should.eql({ expected: 96, delivered: 9, lost: 87 });
    lossesOf(report, 901).should.eql([[0, 86, 87, 'inferred']]);
    (whyFailed(report, { pressure: true }) === undefined).should.be.true();
  });

  it('the same rings satisfy the embedded oracle, and one moved record breaks it', () => {
    const writer = new RingWriter(4096, { startAbs: 0xffffff00 });
    const written: ExpectedRecord[] = [];
    for (let seq = 0; seq < 300; seq++) {
      const reservation = writer.reserve(56);
      if (!reservation.ok) throw new Error(reservation.kind);
      // A position beside the true one, once, near the end.
      const claimed = reservation.abs + (seq === 298 ? 4 : 0);
      const slots =
        seq === 299 ? [{ ...ulintSlot(EXPECTED_ABS_KEY, 0), type: 8 }] : [ulintSlot(EXPECTED_ABS_KEY, claimed)];
      writer.commit(encoded({ sourceId: 5, seq, slots }), { runId: 1n, sourceId: 5, seq: BigInt(seq) });
      written.push({ runId: 1n, sourceId: 5, seq: BigInt(seq), eventTypeId: EventType.Message, length: 56 });
    }
    writer.append(encoded({ sourceId: 5, seq: 300 }), { runId: 1n, sourceId: 5, seq: 300n });
    const report = readAll(writer, written, sequenceObserver(embeddedOracle()));
    report.records.length.should.be.above(70);
    report.records
      .map(({ record }) => record.safeSeq)
      .slice(-3)
      .should.eql([298, 299, 300]);
    report.violations
      .map(({ kind }) => kind)
      .should.eql(['expected_abs_mismatch', 'invalid_expected_abs_slot', 'missing_expected_abs_slot']);
    (whyFailed(report) as string).should.equal('oracle: expected_abs_mismatch');
  });
});

describe('worked loss figures', () => {
  it('80 records of one source in 256 bytes, read at the end', () => {
    const report = interleaved(256, [7], 80).read();
    ring(report).should.eql({ head: 4060, oldest: 3840, lostCount: 75, retained: 5 });
    report.lappedBatches.should.equal(1);
    report.records.map(({ record }) => record.safeSeq).should.eql([75, 76, 77, 78, 79]);
    (lineOf(report, 7) as object).should.eql({ expected: 80, delivered: 5, lost: 75 });
    lossesOf(report, 7).should.eql([[0, 74, 75, 'inferred']]);
  });

  it('four sources interleaved, 300 each', () => {
    const report = interleaved(256, [11, 12, 13, 14], 300).read();
    report.records
      .map(({ record }) => [record.sourceId, record.safeSeq])
      .should.eql([
        [14, 298],
        [11, 299],
        [12, 299],
        [13, 299],
        [14, 299]
      ]);
    [11, 12, 13, 14].map((id) => (lineOf(report, id) as { lost: number }).lost).should.eql([299, 299, 299, 298]);
  });

  it('a source that was evicted as a whole shows nothing, unless the producer reports it', () => {
    const pressed = (): Producer => {
      const producer = new Producer(256);
      for (let seq = 0; seq < 5; seq++) producer.write(88, seq);
      for (let seq = 0; seq < 80; seq++) producer.write(99, seq);
      return producer;
    };
    const silent = pressed().read();
    (lineOf(silent, 88) as object).should.eql({ expected: 5, delivered: 0, lost: 0 });
    (whyFailed(silent) as string).should.equal('source 88: 0 + 0 is not 5');

    const producer = pressed();
    producer.write(88, 5, EventType.RecordsDropped, droppedSlots(0, 4));
    producer.written[producer.written.length - 1].length.should.equal(76);
    const report = producer.read();
    (lineOf(report, 88) as object).should.eql({ expected: 6, delivered: 1, lost: 5 });
    lossesOf(report, 88).should.eql([[0, 4, 5, 'authoritative']]);
    (lineOf(report, 99) as object).should.eql({ expected: 80, delivered: 3, lost: 77 });
    lossesOf(report, 99).should.eql([[0, 76, 77, 'inferred']]);
    report.losses.length.should.equal(2);
    (whyFailed(report) === undefined).should.be.true();
  });
});

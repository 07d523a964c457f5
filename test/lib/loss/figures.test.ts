import should from 'should';
import { LossAccounting } from '../../../lib/loss';
import { RingWriter } from '../../../lib/ring';
import { LossItem } from '../../../lib/stream';
import { RingBatch, readRing } from '../../support/conformance/read-ring';
import { EventType } from '../../../lib/wire';
import { describeVectors, capture } from '../../support/vectors';
import { droppedSlots, encoded, highWaterSlots, TestRecord } from '../../support/records';

/** A ring of run 1 to which records are written one after the other. */
class Written {
  readonly writer: RingWriter;

  constructor(capacity: number) {
    this.writer = new RingWriter(capacity);
  }

  add(sourceId: number, seq: number, rest: TestRecord = {}): void {
    const bytes = encoded({ sourceId, seq, ...rest });
    if (!this.writer.append(bytes, { runId: 1n, sourceId, seq: BigInt(seq) }).ok) throw new Error('does not fit');
  }

  /** Reads what is retained from a cursor at 0 and accounts for it. */
  read(): { batch: RingBatch; accounting: LossAccounting; losses: LossItem[]; retained: [number, number][] } {
    const { bytes, headAbs, oldestAbs } = this.writer;
    const batch = readRing(bytes, { cursor: 0, headAbs, oldestAbs });
    if (!batch.ok) throw new Error(batch.kind);
    const accounting = new LossAccounting();
    const losses = batch.records.flatMap(({ record }) => {
      const result = accounting.account(record);
      return result.ok ? [...result.losses] : [];
    });
    return {
      batch,
      accounting,
      losses,
      retained: batch.records.map(({ record }) => [record.sourceId, record.safeSeq])
    };
  }
}

const brief = (losses: readonly LossItem[]): unknown[] =>
  losses.map(({ sourceId, firstSeq, lastSeq, count, basis }) => [sourceId, firstSeq, lastSeq, count, basis]);

describe('worked figures of loss accounting', () => {
  it('one source, 80 records through 256 bytes', () => {
    const ring = new Written(256);
    for (let seq = 0; seq < 80; seq++) ring.add(1, seq);
    const { batch, accounting, losses, retained } = ring.read();
    [ring.writer.headAbs, ring.writer.oldestAbs, batch.lapped, batch.nextCursor].should.eql([4060, 3840, true, 4060]);
    retained.should.eql([75, 76, 77, 78, 79].map((seq) => [1, seq]));
    accounting.delivered(1n, 1).should.equal(5);
    accounting.lost(1n, 1).should.equal(75);
    brief(losses).should.eql([[1, 0, 74, 75, 'inferred']]);
  });

  it('four sources interleaved, 300 each, through 256 bytes', () => {
    const ring = new Written(256);
    for (let seq = 0; seq < 300; seq++) for (const source of [11, 12, 13, 14]) ring.add(source, seq);
    const { accounting, losses, retained } = ring.read();
    retained.should.eql([
      [14, 298],
      [11, 299],
      [12, 299],
      [13, 299],
      [14, 299]
    ]);
    [11, 12, 13, 14].map((source) => accounting.lost(1n, source)).should.eql([299, 299, 299, 298]);
    brief(losses).should.eql([
      [14, 0, 297, 298, 'inferred'],
      [11, 0, 298, 299, 'inferred'],
      [12, 0, 298, 299, 'inferred'],
      [13, 0, 298, 299, 'inferred']
    ]);
  });

  it('a source that fell silent: without a report of it, nothing shows', () => {
    const ring = new Written(256);
    for (let seq = 0; seq < 5; seq++) ring.add(88, seq);
    for (let seq = 0; seq < 80; seq++) ring.add(99, seq);
    const { accounting } = ring.read();
    [accounting.delivered(1n, 88), accounting.lost(1n, 88)].should.eql([0, 0]);
  });

  it('a source that fell silent: the RecordsDropped for it shows all, as two losses in all', () => {
    const ring = new Written(256);
    for (let seq = 0; seq < 5; seq++) ring.add(88, seq);
    for (let seq = 0; seq < 80; seq++) ring.add(99, seq);
    ring.add(88, 5, { eventTypeId: EventType.RecordsDropped, slots: droppedSlots(0, 4) });
    const { accounting, losses } = ring.read();
    [accounting.delivered(1n, 88), accounting.lost(1n, 88), accounting.delivered(1n, 99)].should.eql([1, 5, 3]);
    brief(losses).should.eql([
      [99, 0, 76, 77, 'inferred'],
      [88, 0, 4, 5, 'authoritative']
    ]);
    accounting.delivered(1n, 88).should.equal(6 - accounting.lost(1n, 88));
  });

  it('a tail closed by SourceHighWater: 16 of source 900, 96 of 901, then the checkpoint', () => {
    const ring = new Written(512);
    for (let seq = 0; seq < 16; seq++) ring.add(900, seq);
    for (let seq = 0; seq < 96; seq++) ring.add(901, seq);
    ring.add(900, 16, { eventTypeId: EventType.SourceHighWater, slots: highWaterSlots(16) });
    const { batch, accounting, losses, retained } = ring.read();
    [ring.writer.headAbs, ring.writer.oldestAbs, ring.writer.lostCount, batch.lapped].should.eql([
      5264,
      4784,
      103,
      true
    ]);
    retained.filter(([source]) => source === 900).should.eql([[900, 16]]);
    brief(losses).should.eql([
      [901, 0, 86, 87, 'inferred'],
      [900, 0, 15, 16, 'authoritative']
    ]);
    [accounting.delivered(1n, 900), accounting.lost(1n, 900)].should.eql([1, 16]);
    [accounting.delivered(1n, 901), accounting.lost(1n, 901)].should.eql([9, 87]);
  });

  it('16 sources through a ring that holds all of them', () => {
    const ring = new Written(131072);
    for (let seq = 0; seq < 64; seq++) for (let source = 100; source < 116; source++) ring.add(source, seq);
    const { batch, accounting, losses } = ring.read();
    [ring.writer.headAbs, ring.writer.lostCount, batch.lapped].should.eql([45056, 0, false]);
    losses.should.eql([]);
    for (let source = 100; source < 116; source++)
      [accounting.delivered(1n, source), accounting.lost(1n, source)].should.eql([64, 0]);
  });

  it('16 sources through a ring that is overwritten', () => {
    const ring = new Written(4096);
    for (let seq = 0; seq < 128; seq++) for (let source = 100; source < 116; source++) ring.add(source, seq);
    const { batch, accounting, losses } = ring.read();
    [ring.writer.headAbs, ring.writer.oldestAbs, ring.writer.lostCount, batch.records.length].should.eql([
      90200, 86104, 1955, 93
    ]);
    losses.length.should.equal(16);
    for (const { sourceId, firstSeq, lastSeq, basis } of losses)
      [firstSeq, lastSeq, basis].should.eql([0, sourceId <= 102 ? 122 : 121, 'inferred']);
    for (let source = 100; source < 116; source++) {
      accounting.delivered(1n, source).should.equal(source <= 102 ? 5 : 6);
      (accounting.delivered(1n, source) + accounting.lost(1n, source)).should.equal(128);
    }
  });
});

describeVectors('accounting of the captured ring', () => {
  it('no data of source 21 is retained: its checkpoint closes it', () => {
    const { ring, control } = capture('s4a-lifecycle-survival');
    const batch = readRing(ring, { cursor: 0, headAbs: control.headAbs, oldestAbs: control.oldestAbs });
    should(batch.ok).be.true();
    const accounting = new LossAccounting();
    const losses = (batch as RingBatch).records.flatMap(({ record }) => {
      const result = accounting.account(record);
      return result.ok ? [...result.losses] : [];
    });
    brief(losses).should.eql([[21, 0, 0, 1, 'authoritative']]);
    [
      accounting.delivered(1n, 21),
      accounting.lost(1n, 21),
      accounting.delivered(1n, 0),
      accounting.lost(1n, 0)
    ].should.eql([1, 1, 3, 0]);
  });
});

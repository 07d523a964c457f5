import should from 'should';
import { EpochResolver } from '../../support/conformance/epoch-resolver';
import { RingBatch, readRing } from '../../support/conformance/read-ring';
import { decodeRecord, EventType, Key, RecordView } from '../../../lib/wire';
import {
  boolSlot,
  bytesSlot,
  changedSlots,
  encoded,
  highWaterSlots,
  startedSlots,
  TestRecord,
  udintSlot,
  ulintSlot
} from '../../support/records';
import { capture, describeVectors } from '../../support/vectors';

const view = (record: TestRecord): RecordView => decodeRecord(encoded(record)) as RecordView;
const change = (epochId: number, rest: TestRecord = {}): TestRecord => ({
  sourceId: 0,
  eventTypeId: EventType.DefinitionChanged,
  slots: changedSlots('oldhash1', 'newhash2', epochId),
  ...rest
});
const start = (cold: boolean, rest: TestRecord = {}): TestRecord => ({
  sourceId: 0,
  eventTypeId: EventType.LoggerStarted,
  slots: startedSlots(cold),
  ...rest
});

/** A resolver of buffer 1 with run 1 in epoch 1, fed with records at positions 100, 200, … */
function fed(...records: TestRecord[]): EpochResolver {
  const resolver = new EpochResolver(1, 1n, 1n);
  records.forEach((record, i) => resolver.observe(1, BigInt((i + 1) * 100), view(record)));
  return resolver;
}

describe('epoch resolver', () => {
  it('warm change: source 21 seqs 0 and 1 and its checkpoint are of epoch 1, seq 3 of epoch 2', () => {
    const data: TestRecord[] = [
      { sourceId: 21, seq: 0 },
      { sourceId: 21, seq: 1 },
      { sourceId: 0, seq: 0, eventTypeId: EventType.LoggerStopped },
      { sourceId: 21, seq: 2, eventTypeId: EventType.SourceHighWater, slots: highWaterSlots(2) },
      change(2, { seq: 1 }),
      start(false, { seq: 2 }),
      { sourceId: 21, seq: 3 }
    ];
    const resolver = fed(...data);
    data.map((_record, i) => Number(resolver.resolve(1, 1n, BigInt((i + 1) * 100)))).should.eql([1, 1, 1, 1, 1, 2, 2]);
  });

  it('cold change: run 1 stays in epoch 1, run 2 is epoch 2', () => {
    const resolver = fed({ sourceId: 21, seq: 0 }, change(2), start(true, { runId: 2 }), {
      sourceId: 21,
      seq: 0,
      runId: 2
    });
    resolver.resolve(1, 1n, 100n)!.should.equal(1n);
    resolver.resolve(1, 1n, 900n)!.should.equal(1n);
    resolver.resolve(1, 2n, 400n)!.should.equal(2n);
    resolver.resolve(1, 2n, 0n)!.should.equal(2n);
  });

  it('the epoch begins at LoggerStarted', () => {
    const resolver = fed(change(2), start(false));
    resolver.resolve(1, 1n, 199n)!.should.equal(1n);
    resolver.resolve(1, 1n, 200n)!.should.equal(2n);
  });

  it('a LoggerStarted whose DefinitionChanged was overwritten teaches nothing', () => {
    fed(start(false)).resolve(1, 1n, 900n)!.should.equal(1n);
    should(fed(start(true, { runId: 2 })).resolve(1, 2n, 900n)).be.undefined();
  });

  it('a change is used up by one LoggerStarted, and replaced by the next change', () => {
    const resolver = fed(change(2), start(false), start(false), change(5), change(7), start(false));
    [200n, 300n, 500n, 600n].map((abs) => Number(resolver.resolve(1, 1n, abs))).should.eql([2, 2, 2, 7]);
  });

  it('the epoch id is the last slot of 8 bytes; without one a pending change is gone', () => {
    fed(
      change(2, { slots: [ulintSlot(Key.epochId, 3), ulintSlot(Key.epochId, 4), udintSlot(Key.epochId, 5)] }),
      start(false)
    )
      .resolve(1, 1n, 200n)!
      .should.equal(4n);
    fed(change(2), change(2, { slots: [udintSlot(Key.epochId, 5)] }), start(false))
      .resolve(1, 1n, 300n)!
      .should.equal(1n);
  });

  it('cold is the first slot of 1 byte; without one the start is warm', () => {
    const run2 = (...slots: TestRecord['slots'] & object): EpochResolver =>
      fed(change(2), start(true, { runId: 2, slots }));
    run2(boolSlot(Key.coldStart, true), boolSlot(Key.coldStart, false)).resolve(1, 2n, 0n)!.should.equal(2n);
    should(run2(boolSlot(Key.coldStart, false), boolSlot(Key.coldStart, true)).resolve(1, 2n, 0n)).be.undefined();
    run2(bytesSlot(Key.coldStart, new Uint8Array(2)), boolSlot(Key.coldStart, true))
      .resolve(1, 2n, 0n)!
      .should.equal(2n);
    should(run2().resolve(1, 2n, 0n)).be.undefined();
    run2().resolve(1, 2n, 200n)!.should.equal(2n);
  });

  it('other records change nothing, nor do those of another buffer', () => {
    const resolver = fed(
      change(2),
      { sourceId: 0, eventTypeId: EventType.LoggerStopped },
      { sourceId: 3, seq: 9 },
      start(false)
    );
    resolver.resolve(1, 1n, 400n)!.should.equal(2n);
    should(resolver.resolve(2, 1n, 400n)).be.undefined();
    resolver.observe(2, 450n, view(change(9)));
    resolver.observe(1, 460n, view(start(false)));
    resolver.resolve(1, 1n, 500n)!.should.equal(2n);
  });

  it('boundaries are sorted by position, in whatever order they came', () => {
    const resolver = new EpochResolver(1, 1n, 1n);
    for (const [epochId, abs] of [
      [3, 700n],
      [2, 300n]
    ] as const) {
      resolver.observe(1, abs - 80n, view(change(epochId)));
      resolver.observe(1, abs, view(start(false)));
    }
    [299n, 300n, 699n, 700n].map((abs) => Number(resolver.resolve(1, 1n, abs))).should.eql([1, 2, 2, 3]);
  });
});

describeVectors('epochs of the captured ring', () => {
  it('the survivors are of epoch 1 up to DefinitionChanged, LoggerStarted is of epoch 2', () => {
    const { ring, control } = capture('s4a-lifecycle-survival');
    const { records } = readRing(ring, {
      cursor: 0,
      headAbs: control.headAbs,
      oldestAbs: control.oldestAbs
    }) as RingBatch;
    const resolver = new EpochResolver(1, 1n, 1n);
    for (const { startAbs, record } of records) resolver.observe(1, BigInt(startAbs), record);
    records
      .map(({ startAbs, record }) => [
        startAbs,
        record.eventTypeId,
        Number(resolver.resolve(1, record.runId, BigInt(startAbs)))
      ])
      .should.eql([
        [52, EventType.LoggerStopped, 1],
        [96, EventType.SourceHighWater, 1],
        [152, EventType.DefinitionChanged, 1],
        [256, EventType.LoggerStarted, 2]
      ]);
  });
});

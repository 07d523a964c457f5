import should from 'should';
import {
  AccountResult,
  LossAccounting,
  MAX_OPEN_GAPS,
  MAX_RUNS,
  MAX_SOURCES_PER_RUN,
  MAX_WAITING_RANGES
} from '../../../lib/loss';
import { LossItem } from '../../../lib/stream';
import { decodeRecord, EventType, Key, RecordView } from '../../../lib/wire';
import {
  bytesSlot,
  droppedSlots,
  encoded,
  highWaterSlots,
  TestRecord,
  udintSlot,
  ulintSlot
} from '../../support/records';
import { seeded, Seeded } from '../../support/seeded';

const view = (record: TestRecord): RecordView => decodeRecord(encoded(record)) as RecordView;
const message = (seq: number | bigint, sourceId = 1, runId: number | bigint = 1): RecordView =>
  view({ seq, sourceId, runId });
const dropped = (seq: number, first: number, last: number, sourceId = 1): RecordView =>
  view({ seq, sourceId, eventTypeId: EventType.RecordsDropped, slots: droppedSlots(first, last) });
const highWater = (seq: number, count: number | bigint = seq): RecordView =>
  view({ seq, eventTypeId: EventType.SourceHighWater, slots: highWaterSlots(count) });

/** `fresh` or `repeat` and what is reported, as short text: `[3,5] inferred`, `[3,5] authoritative upgrade`. */
function told(result: AccountResult): string[] {
  if (!result.ok) return [result.code];
  return [
    result.kind,
    ...result.losses.map(
      ({ firstSeq, lastSeq, basis, upgrade }) =>
        `[${firstSeq},${lastSeq}] ${basis}${upgrade === true ? ' upgrade' : ''}`
    )
  ];
}

function feed(...records: RecordView[]): { accounting: LossAccounting; told: string[][] } {
  const accounting = new LossAccounting();
  return { accounting, told: records.map((record) => told(accounting.account(record))) };
}

describe('loss accounting', () => {
  it('reports nothing while seqs follow each other from 0', () => {
    const { accounting, told } = feed(message(0), message(1), message(2));
    told.should.eql([['fresh'], ['fresh'], ['fresh']]);
    accounting.totals().should.eql({ delivered: 3, lost: 0, authoritative: 0 });
    accounting.expectedSeq(1n, 1).should.equal(3);
  });

  it('reports a gap with the record after it, as a plain item', () => {
    const accounting = new LossAccounting();
    accounting.account(message(0));
    const result = accounting.account(message(4));
    const item: LossItem = {
      kind: 'loss',
      runId: '1',
      sourceId: 1,
      firstSeq: 1,
      lastSeq: 3,
      count: 3,
      basis: 'inferred',
      class: 'lost'
    };
    should(result).eql({ ok: true, kind: 'fresh', losses: [item] });
    accounting.lost(1n, 1).should.equal(3);
    accounting.delivered(1n, 1).should.equal(2);
  });

  it('expects a source seen first to begin at 0', () => {
    feed(message(7)).told.should.eql([['fresh', '[0,6] inferred']]);
  });

  it('keeps sources and runs apart, and begins each run at 0', () => {
    const { accounting, told } = feed(message(0, 1), message(0, 2), message(2, 1), message(1, 2), message(1, 1, 2));
    told.should.eql([['fresh'], ['fresh'], ['fresh', '[1,1] inferred'], ['fresh'], ['fresh', '[0,0] inferred']]);
    accounting.sources().should.eql([
      { runId: '1', sourceId: 1, base: 0, next: 3, delivered: 2, lost: 1, authoritative: 0 },
      { runId: '1', sourceId: 2, base: 0, next: 2, delivered: 2, lost: 0, authoritative: 0 },
      { runId: '2', sourceId: 1, base: 0, next: 2, delivered: 1, lost: 1, authoritative: 0 }
    ]);
  });

  it('tells runs apart by all their 64 bits', () => {
    const { accounting } = feed(
      message(0, 1, 1n),
      message(0, 1, 0x1_0000_0001n),
      message(0, 1, 0xffff_ffff_0000_0001n)
    );
    accounting
      .sources()
      .map(({ runId }) => runId)
      .should.eql(['1', '4294967297', '18446744069414584321']);
    accounting.delivered(0x1_0000_0001n, 1).should.equal(1);
    accounting.account(message(1, 1, 1n)).should.have.property('kind', 'fresh');
    accounting.expectedSeq(1n, 1).should.equal(2);
  });

  it('takes a record below the expected seq for a repeat: no delivery, no loss', () => {
    const { accounting, told } = feed(message(0), message(1), message(1), message(0), message(2));
    told.should.eql([['fresh'], ['fresh'], ['repeat'], ['repeat'], ['fresh']]);
    accounting.totals().should.eql({ delivered: 3, lost: 0, authoritative: 0 });
    const again = accounting.account(message(1));
    should(again).eql({ ok: true, kind: 'repeat', expectedSeq: 3, losses: [] });
  });

  it('does not deliver what comes after it was reported lost', () => {
    const { accounting, told } = feed(message(3), message(1));
    told.should.eql([['fresh', '[0,2] inferred'], ['repeat']]);
    accounting.totals().should.eql({ delivered: 1, lost: 3, authoritative: 0 });
  });

  it('can be asked without being changed', () => {
    const { accounting } = feed(message(4));
    const before = JSON.stringify(accounting);
    accounting.isFresh(message(5)).should.be.true();
    accounting.isFresh(message(4)).should.be.false();
    accounting.isFresh(message(0, 2)).should.be.true();
    accounting.isFresh(message(0, 1, 9)).should.be.true();
    accounting.isFresh(message(2n ** 53n)).should.be.false();
    accounting.expectedSeq(9n, 9).should.equal(0);
    JSON.stringify(accounting).should.equal(before);
  });
});

describe('loss accounting: what the producer says', () => {
  it('a checkpoint makes the gap in front of it authoritative', () => {
    feed(message(0), highWater(5)).told.should.eql([['fresh'], ['fresh', '[1,4] authoritative']]);
  });

  it('a high water other than its own seq is no checkpoint', () => {
    for (const count of [4, 6, 0, 2n ** 64n - 1n])
      feed(message(0), highWater(5, count)).told[1].should.eql(['fresh', '[1,4] inferred']);
  });

  it('a checkpoint is known by key and width, in any slot, whatever its tag', () => {
    const slots = [
      udintSlot(Key.producedCount, 5),
      ulintSlot(Key.producedCount, 4),
      ulintSlot(Key.count, 5),
      { ...ulintSlot(Key.producedCount, 5), type: 0x0d }
    ];
    const at5 = (n: number): RecordView =>
      view({ seq: 5, eventTypeId: EventType.SourceHighWater, slots: slots.slice(0, n) });
    feed(at5(3)).told.should.eql([['fresh', '[0,4] inferred']]);
    feed(at5(4)).told.should.eql([['fresh', '[0,4] authoritative']]);
    feed(view({ seq: 5, slots })).told.should.eql([['fresh', '[0,4] inferred']]);
  });

  it('a RecordsDropped that reveals a gap makes it authoritative at once', () => {
    feed(dropped(5, 0, 4)).told.should.eql([['fresh', '[0,4] authoritative']]);
    // It need not name all of it: a gap is one fact.
    feed(message(0), dropped(9, 3, 4)).told.should.eql([['fresh'], ['fresh', '[1,8] authoritative']]);
  });

  it('a later RecordsDropped upgrades the gap: the same range, once, and no sum changes', () => {
    const { accounting, told } = feed(message(5), message(9), dropped(10, 6, 8), dropped(11, 6, 8));
    told.should.eql([
      ['fresh', '[0,4] inferred'],
      ['fresh', '[6,8] inferred'],
      ['fresh', '[6,8] authoritative upgrade'],
      ['fresh']
    ]);
    accounting.totals().should.eql({ delivered: 4, lost: 8, authoritative: 3 });
  });

  it('one RecordsDropped upgrades every gap that it meets, and reveals its own', () => {
    feed(message(2), message(5), dropped(9, 0, 8)).told[2].should.eql([
      'fresh',
      '[0,1] authoritative upgrade',
      '[3,4] authoritative upgrade',
      '[6,8] authoritative'
    ]);
  });

  it('what was delivered stays delivered, whatever a RecordsDropped says', () => {
    const { accounting, told } = feed(message(0), message(1), dropped(2, 0, 1), message(3));
    told.should.eql([['fresh'], ['fresh'], ['fresh'], ['fresh']]);
    accounting.totals().should.eql({ delivered: 4, lost: 0, authoritative: 0 });
  });

  it('a range that only touches a gap says nothing of it', () => {
    feed(message(5), message(6), dropped(7, 5, 6)).told[2].should.eql(['fresh']);
    feed(message(0), message(5), dropped(6, 5, 9)).told[2].should.eql(['fresh']);
    feed(message(3), dropped(8, 3, 3)).told[1].should.eql(['fresh', '[4,7] inferred']);
  });

  it('the part above its own seq waits until those seqs are passed', () => {
    const { accounting, told } = feed(dropped(0, 3, 6), message(1), message(2), message(7), message(9));
    told.should.eql([['fresh'], ['fresh'], ['fresh'], ['fresh', '[3,6] authoritative'], ['fresh', '[8,8] inferred']]);
    accounting.toJSON().runs[0].sources[0][6].should.eql([]);
  });

  it('what waits is dropped where its seqs are delivered after all', () => {
    const { accounting, told } = feed(dropped(0, 1, 4), message(1), message(2), message(4), message(6));
    told.slice(3).should.eql([
      ['fresh', '[3,3] authoritative'],
      ['fresh', '[5,5] inferred']
    ]);
    accounting.totals().should.eql({ delivered: 5, lost: 2, authoritative: 1 });
  });

  it('its own seq and what is below are no part of what waits', () => {
    const { accounting } = feed(dropped(3, 1, 5));
    accounting.toJSON().runs[0].sources[0].should.eql([1, 0, 4, 3, 3, [], [[4, 5]]]);
  });

  it('a repeated RecordsDropped still upgrades', () => {
    const { accounting, told } = feed(message(4), message(5), dropped(2, 0, 1));
    told[2].should.eql(['repeat', '[0,3] authoritative upgrade']);
    accounting.totals().should.eql({ delivered: 2, lost: 4, authoritative: 4 });
  });

  it('speaks only for its own source and run', () => {
    const { told } = feed(
      message(4, 1),
      message(4, 2),
      dropped(5, 0, 3, 2),
      view({ runId: 2, seq: 0, sourceId: 1, eventTypeId: EventType.RecordsDropped, slots: droppedSlots(0, 3) })
    );
    told[2].should.eql(['fresh', '[0,3] authoritative upgrade']);
    told[3].should.eql(['fresh']);
  });

  it('one that does not parse says nothing', () => {
    const bad = [
      droppedSlots(0, 4, 6),
      droppedSlots(0, 4, 4),
      droppedSlots(4, 0, 0),
      droppedSlots(5, 4, 0),
      droppedSlots(0, 4).slice(1),
      droppedSlots(0, 4).slice(0, 2),
      [ulintSlot(Key.count, 5), ...droppedSlots(0, 4).slice(1)],
      [udintSlot(Key.count, 5), udintSlot(Key.firstLostSeq, 0), ulintSlot(Key.lastLostSeq, 4)],
      [...droppedSlots(0, 4), udintSlot(Key.count, 6)]
    ];
    for (const slots of bad)
      feed(view({ seq: 5, eventTypeId: EventType.RecordsDropped, slots })).told.should.eql([
        ['fresh', '[0,4] inferred']
      ]);
    feed(view({ seq: 5, slots: droppedSlots(0, 4) })).told.should.eql([['fresh', '[0,4] inferred']]);
  });

  it('the last slot of each key counts, tags do not', () => {
    const slots = [
      ...droppedSlots(90, 99),
      ...droppedSlots(0, 4).map((slot) => ({ ...slot, type: 0x0d })),
      bytesSlot(Key.count, new Uint8Array(3))
    ];
    feed(view({ seq: 5, eventTypeId: EventType.RecordsDropped, slots })).told.should.eql([
      ['fresh', '[0,4] authoritative']
    ]);
  });

  it('a range of 2^32 and more seqs has a count that cannot be right', () => {
    const slots = [udintSlot(Key.count, 0), ulintSlot(Key.firstLostSeq, 0), ulintSlot(Key.lastLostSeq, 2n ** 32n - 1n)];
    feed(view({ seq: 5, eventTypeId: EventType.RecordsDropped, slots })).told.should.eql([['fresh', '[0,4] inferred']]);
    const all = [udintSlot(Key.count, 0), ulintSlot(Key.firstLostSeq, 0), ulintSlot(Key.lastLostSeq, 2n ** 64n - 1n)];
    feed(view({ seq: 5, eventTypeId: EventType.RecordsDropped, slots: all })).told.should.eql([
      ['fresh', '[0,4] inferred']
    ]);
  });
});

describe('loss accounting: joining in the middle', () => {
  it('counts each source of that run from its first record, other runs from 0', () => {
    const accounting = new LossAccounting();
    accounting.startAt(7n);
    told(accounting.account(message(500, 1, 7))).should.eql(['fresh']);
    told(accounting.account(message(503, 1, 7))).should.eql(['fresh', '[501,502] inferred']);
    told(accounting.account(message(9, 2, 7))).should.eql(['fresh']);
    told(accounting.account(message(3, 1, 8))).should.eql(['fresh', '[0,2] inferred']);
    accounting
      .sources()
      .map(({ base, delivered, lost }) => [base, delivered, lost])
      .should.eql([
        [500, 2, 2],
        [9, 1, 0],
        [0, 1, 3]
      ]);
  });

  it('ignores what the producer says of the time before', () => {
    const accounting = new LossAccounting();
    accounting.startAt(1n);
    told(accounting.account(dropped(10, 2, 9))).should.eql(['fresh']);
    told(accounting.account(highWater(11))).should.eql(['fresh']);
    told(accounting.account(dropped(5, 0, 4))).should.eql(['repeat']);
    accounting.totals().should.eql({ delivered: 2, lost: 0, authoritative: 0 });
  });
});

describe('loss accounting: limits', () => {
  it('refuses a seq above 2^53-1 and changes nothing', () => {
    const { accounting } = feed(message(3));
    const before = JSON.stringify(accounting);
    const result = accounting.account(message(2n ** 53n));
    should(result).have.properties({ ok: false, kind: 'refused', code: 'OPENOT_SEQ_TOO_LARGE' });
    (result as { message: string }).message.should.match(/2\^53-1.*9007199254740992/);
    JSON.stringify(accounting).should.equal(before);
  });

  it('is exact up to the last seq there is', () => {
    const last = Number.MAX_SAFE_INTEGER;
    const { accounting, told } = feed(message(last - 1), message(last), message(last));
    told.should.eql([['fresh', `[0,${last - 2}] inferred`], ['fresh'], ['repeat']]);
    accounting.lost(1n, 1).should.equal(last - 1);
    accounting.delivered(1n, 1).should.equal(2);
    const again = LossAccounting.fromJSON(JSON.parse(JSON.stringify(accounting)));
    again.ok.should.be.true();
  });

  it('cuts a named range at 2^53-1, and ignores one above', () => {
    const slots = (first: bigint, last: bigint): RecordView =>
      view({
        seq: 0,
        eventTypeId: EventType.RecordsDropped,
        slots: [
          udintSlot(Key.count, Number(last - first + 1n)),
          ulintSlot(Key.firstLostSeq, first),
          ulintSlot(Key.lastLostSeq, last)
        ]
      });
    feed(slots(2n ** 53n - 3n, 2n ** 53n + 5n))
      .accounting.toJSON()
      .runs[0].sources[0][6].should.eql([[Number.MAX_SAFE_INTEGER - 2, Number.MAX_SAFE_INTEGER]]);
    feed(slots(2n ** 53n, 2n ** 53n + 5n))
      .accounting.toJSON()
      .runs[0].sources[0][6].should.eql([]);
    // As doubles, last - first + 1 would be off by one here and so equal a wrong count.
    const first = 2n ** 53n - 1n;
    feed(
      view({
        seq: 0,
        eventTypeId: EventType.RecordsDropped,
        slots: [udintSlot(Key.count, 2), ulintSlot(Key.firstLostSeq, first), ulintSlot(Key.lastLostSeq, first + 2n)]
      })
    )
      .accounting.toJSON()
      .runs[0].sources[0][6].should.eql([]);
  });

  it('forgets the oldest inferred gaps beyond the limit: their basis stays inferred, sums stay right', () => {
    const accounting = new LossAccounting();
    const gaps = MAX_OPEN_GAPS + 10;
    for (let i = 1; i <= gaps; i++) accounting.account(message(2 * i));
    const result = accounting.account(dropped(2 * gaps + 1, 0, 2 * gaps));
    told(result).length.should.equal(1 + MAX_OPEN_GAPS);
    told(result)[1].should.equal('[21,21] authoritative upgrade');
    accounting.totals().should.eql({ delivered: gaps + 1, lost: gaps + 1, authoritative: MAX_OPEN_GAPS });
  });

  it('keeps the ranges that will be passed first, beyond the limit', () => {
    const accounting = new LossAccounting();
    for (let i = 0; i < MAX_WAITING_RANGES + 5; i++) accounting.account(dropped(i, 1000 - 4 * i, 1001 - 4 * i));
    const waiting = accounting.toJSON().runs[0].sources[0][6];
    waiting.length.should.equal(MAX_WAITING_RANGES);
    waiting[0].should.eql([1000 - 4 * (MAX_WAITING_RANGES + 4), 1001 - 4 * (MAX_WAITING_RANGES + 4)]);
  });

  it('keeps the runs used last; totals keep all', () => {
    const accounting = new LossAccounting();
    for (let run = 1; run <= MAX_RUNS + 3; run++) accounting.account(message(1, 1, run));
    accounting
      .sources()
      .map(({ runId }) => Number(runId))
      .should.eql(Array.from({ length: MAX_RUNS }, (_value, i) => i + 4));
    accounting.totals().should.eql({ delivered: MAX_RUNS + 3, lost: MAX_RUNS + 3, authoritative: 0 });
    accounting
      .account(message(2, 1, 4))
      .should.have.property('losses')
      .with.length(0);
    accounting.account(message(0, 1, MAX_RUNS + 4));
    accounting.delivered(4n, 1).should.equal(2);
    accounting.delivered(5n, 1).should.equal(0);
  });

  it('refuses one source too many, rather than to forget one and invent losses', () => {
    const accounting = new LossAccounting();
    const bytes = encoded({ seq: 0 });
    const record = decodeRecord(bytes) as RecordView;
    for (let id = 0; id < MAX_SOURCES_PER_RUN; id++) {
      new DataView(bytes.buffer).setUint32(32, id, true);
      accounting.account(record);
    }
    const result = accounting.account(message(0, MAX_SOURCES_PER_RUN));
    should(result).have.properties({ ok: false, code: 'OPENOT_LOSS_TOO_MANY_SOURCES' });
    accounting.account(message(1, 5)).should.have.property('kind', 'fresh');
    accounting.account(message(0, 5, 2)).should.have.property('kind', 'fresh');
  });
});

describe('a draft of the accounting', () => {
  const step = (accounting: LossAccounting, random: Seeded): void => {
    const [seq, sourceId, runId] = [random.below(60), random.below(4), 1 + random.below(3)];
    const kind = random.below(12);
    if (kind === 0) accounting.doubt(BigInt(runId));
    else if (kind === 1) accounting.startAt(BigInt(runId));
    else if (kind === 2) accounting.account(dropped(seq, random.below(20), 20 + random.below(20), sourceId));
    else accounting.account(message(seq, sourceId, runId));
  };
  const steps = (accounting: LossAccounting, seed: number, count: number): void => {
    const random = seeded(seed);
    for (let i = 0; i < count; i++) step(accounting, random);
  };
  const filled = (seed: number): LossAccounting => {
    const accounting = new LossAccounting();
    steps(accounting, seed, 40);
    return accounting;
  };
  const text = (accounting: LossAccounting): string => JSON.stringify([accounting, accounting.sources()]);

  it('changes nothing of its origin, nor does a draft of it change the draft', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const origin = filled(seed);
      const before = text(origin);
      const draft = origin.draft();
      text(draft).should.equal(before);
      steps(draft, seed + 1000, 30);
      const between = text(draft);
      steps(draft.draft(), seed + 2000, 30);
      text(draft).should.equal(between, `seed ${seed}`);
      text(origin).should.equal(before, `seed ${seed}`);
    }
  });

  it('comes to the same as its origin would have', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const direct = filled(seed);
      const draft = filled(seed).draft();
      steps(direct, seed + 1000, 30);
      steps(draft, seed + 1000, 30);
      text(draft).should.equal(text(direct), `seed ${seed}`);
    }
  });
});

import should from 'should';
import { LossAccounting, LossState } from '../../../lib/loss';
import { decodeRecord, EventType, RecordView } from '../../../lib/wire';
import { droppedSlots, encoded, TestRecord } from '../../support/records';

const view = (record: TestRecord): RecordView => decodeRecord(encoded(record)) as RecordView;
const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/**
 * Run 5 joined at 100; source 1 with an open gap and a waiting range, source 2 in order; run 6 with an authoritative
 * loss.
 */
function example(): LossAccounting {
  const accounting = new LossAccounting();
  accounting.startAt(5n);
  const dropped = (runId: number, sourceId: number, seq: number, first: number, last: number): TestRecord => ({
    runId,
    sourceId,
    seq,
    eventTypeId: EventType.RecordsDropped,
    slots: droppedSlots(first, last)
  });
  for (const record of [
    { runId: 5, sourceId: 1, seq: 100 },
    { runId: 5, sourceId: 1, seq: 103 },
    dropped(5, 1, 104, 110, 112),
    { runId: 5, sourceId: 2, seq: 7 },
    dropped(6, 1, 3, 0, 2)
  ])
    accounting.account(view(record));
  return accounting;
}

function read(state: unknown): LossAccounting {
  const result = LossAccounting.fromJSON(state);
  if (!result.ok) throw new Error(result.message);
  return result.accounting;
}

describe('saved loss accounting', () => {
  it('is plain JSON with everything that is needed to go on', () => {
    copy(example().toJSON()).should.eql({
      version: 1,
      joined: '5',
      totals: { delivered: 5, lost: 5, authoritative: 3 },
      runs: [
        {
          runId: '5',
          sources: [
            [1, 100, 105, 2, 0, [[101, 102]], [[110, 112]]],
            [2, 7, 8, 0, 0, [], []]
          ]
        },
        { runId: '6', sources: [[1, 0, 4, 3, 3, [], []]] }
      ]
    });
  });

  it('goes on where it stopped: upgrades, waiting ranges, the joined run and totals', () => {
    const accounting = read(copy(example().toJSON()));
    accounting
      .account(
        view({ runId: 5, sourceId: 1, seq: 105, eventTypeId: EventType.RecordsDropped, slots: droppedSlots(101, 101) })
      )
      .should.have.property('losses')
      .with.length(1);
    accounting
      .account(view({ runId: 5, sourceId: 1, seq: 113 }))
      .should.containDeep({ losses: [{ firstSeq: 106, lastSeq: 112, basis: 'authoritative' }] });
    accounting.account(view({ runId: 5, sourceId: 3, seq: 40 })).should.containDeep({ losses: [] });
    accounting.totals().should.eql({ delivered: 8, lost: 12, authoritative: 12 });
    accounting.account(view({ runId: 5, sourceId: 1, seq: 113 })).should.have.property('kind', 'repeat');
  });

  it('an empty one is a state, too', () => {
    const state = copy(new LossAccounting().toJSON());
    state.should.eql({ version: 1, totals: { delivered: 0, lost: 0, authoritative: 0 }, runs: [] });
    read(state).totals().delivered.should.equal(0);
  });

  it('is not shared with the one it was taken from', () => {
    const accounting = example();
    const state = accounting.toJSON();
    const before = JSON.stringify(state);
    accounting.account(view({ runId: 5, sourceId: 1, seq: 200 }));
    JSON.stringify(state).should.equal(before);
    read(state).account(view({ runId: 5, sourceId: 1, seq: 300 }));
    JSON.stringify(state).should.equal(before);
  });

  it('is refused as a whole, with the place, when anything in it cannot be', () => {
    const sourceWith =
      (index: number, value: unknown) =>
      (state: LossState): void => {
        (state.runs[0].sources[0] as unknown[])[index] = value;
      };
    const broken: [string, (state: LossState) => void][] = [
      ['/version', (state) => ((state as { version: number }).version = 2)],
      ['/joined', (state) => ((state as { joined: unknown }).joined = 5)],
      ['/joined', (state) => (state.joined = '05')],
      ['/totals', (state) => (state.totals.lost = -1)],
      ['/totals', (state) => (state.totals.delivered = 1.5)],
      ['/runs', (state) => ((state as { runs: unknown }).runs = {})],
      [
        '/runs',
        (state) => (state.runs = Array.from({ length: 9 }, (_value, i) => ({ runId: String(i), sources: [] })))
      ],
      ['/runs/1/runId', (state) => (state.runs[1].runId = '5')],
      ['/runs/0/runId', (state) => (state.runs[0].runId = '18446744073709551616')],
      ['/runs/0/sources', (state) => ((state.runs[0] as { sources: unknown }).sources = null)],
      ['/runs/0/sources/1', (state) => state.runs[0].sources.splice(1, 1, state.runs[0].sources[0])],
      ...([
        [0, 2 ** 32],
        [0, '1'],
        [1, 106],
        [2, 99],
        [2, 2 ** 53 + 2],
        [3, 6],
        [4, 3],
        [4, 1],
        [5, [[101, 105]]],
        [5, [[99, 99]]],
        [5, [[102, 101]]],
        [
          5,
          [
            [101, 101],
            [101, 101]
          ]
        ],
        [5, [[100, 102]]],
        [5, [[101]]],
        [6, [[104, 112]]],
        [6, [[110, 2 ** 53]]],
        [6, undefined],
        [6, Array.from({ length: 17 }, (_value, i) => [200 + i * 2, 200 + i * 2])]
      ].map(([index, value]) => ['/runs/0/sources/0', sourceWith(index as number, value)]) as [
        string,
        (state: LossState) => void
      ][])
    ];
    for (const [pointer, damage] of broken) {
      const state = copy(example().toJSON());
      damage(state);
      const result = LossAccounting.fromJSON(state);
      should(result).have.properties({ ok: false, code: 'OPENOT_LOSS_STATE_INVALID' });
      (result as { message: string }).message.should.containEql(`damaged at ${pointer}:`);
    }
    for (const value of [undefined, null, 3, 'x', [], {}])
      should(LossAccounting.fromJSON(value)).have.property('ok', false);
  });

  it('stays small however long it runs', () => {
    const accounting = new LossAccounting();
    // 40 cold starts, three sources each, hundreds of gaps and of ranges that wait for ever.
    for (let runId = 1; runId <= 40; runId++) {
      for (let n = 0; n < 300; n++) {
        accounting.account(
          view({
            runId,
            sourceId: n % 3,
            seq: n * 2,
            eventTypeId: EventType.RecordsDropped,
            slots: droppedSlots(1e9 + n * 10, 1e9 + n * 10 + 1)
          })
        );
      }
    }
    JSON.stringify(accounting).length.should.be.below(8 * 3 * (64 * 12 + 16 * 24 + 80));
  });

  it('a state taken earlier does not change with what comes after, and one taken later does', () => {
    const accounting = example();
    const before = accounting.toJSON();
    const text = JSON.stringify(before);
    for (const sourceId of [1, 2]) {
      accounting.account(
        view({ runId: 6, sourceId, seq: 40, eventTypeId: EventType.RecordsDropped, slots: droppedSlots(20, 30) })
      );
      should(JSON.stringify(accounting)).not.equal(text);
      accounting.account(
        view({ runId: 6, sourceId, seq: 2, eventTypeId: EventType.RecordsDropped, slots: droppedSlots(100, 101) })
      );
      should(
        accounting
          .toJSON()
          .runs.find((run) => run.runId === '6')
          ?.sources.find(([id]) => id === sourceId)?.[6]
      ).eql([[100, 101]]);
    }
    should(JSON.stringify(before)).equal(text);
  });
});

describe('loss accounting: what may have been delivered', () => {
  const feed = (
    accounting: LossAccounting,
    record: TestRecord
  ): { firstSeq: number; lastSeq: number; class: string; upgrade?: true }[] => {
    const result = accounting.account(view({ runId: 5, ...record }));
    if (!result.ok) throw new Error(result.message);
    return result.losses.map(({ firstSeq, lastSeq, class: lossClass, upgrade }) => ({
      firstSeq,
      lastSeq,
      class: lossClass,
      ...(upgrade ? { upgrade } : {})
    }));
  };

  it('is the next gap of each source, known or not, and no later one', () => {
    const accounting = new LossAccounting();
    feed(accounting, { sourceId: 1, seq: 0 });
    accounting.doubt(5n);
    feed(accounting, { sourceId: 1, seq: 10 }).should.eql([{ firstSeq: 1, lastSeq: 9, class: 'indeterminate' }]);
    feed(accounting, { sourceId: 1, seq: 12 }).should.eql([{ firstSeq: 11, lastSeq: 11, class: 'lost' }]);
    feed(accounting, { sourceId: 2, seq: 2 }).should.eql([{ firstSeq: 0, lastSeq: 1, class: 'indeterminate' }]);
    // A run that began later: nothing of it can have been handed on before the stop.
    feed(accounting, { runId: 6, sourceId: 2, seq: 2 }).should.eql([{ firstSeq: 0, lastSeq: 1, class: 'lost' }]);
    accounting.totals().should.have.properties({ lost: 14 });
  });

  it('keeps its class when the producer names it later, after other gaps and through a saved state', () => {
    let accounting = new LossAccounting();
    feed(accounting, { sourceId: 1, seq: 0 });
    accounting.doubt(5n);
    accounting = read(copy(accounting.toJSON()));
    feed(accounting, { sourceId: 1, seq: 10 });
    feed(accounting, { sourceId: 1, seq: 20 });
    accounting = read(copy(accounting.toJSON()));
    feed(accounting, {
      sourceId: 1,
      seq: 21,
      eventTypeId: EventType.RecordsDropped,
      slots: droppedSlots(1, 19)
    }).should.eql([
      { firstSeq: 1, lastSeq: 9, class: 'indeterminate', upgrade: true },
      { firstSeq: 11, lastSeq: 19, class: 'lost', upgrade: true }
    ]);
    feed(accounting, { sourceId: 3, seq: 1 }).should.eql([{ firstSeq: 0, lastSeq: 0, class: 'indeterminate' }]);
  });

  it('is saved as 1', () => {
    const accounting = new LossAccounting();
    accounting.doubt(5n);
    feed(accounting, { sourceId: 1, seq: 10 });
    const state = copy(accounting.toJSON());
    state.runs[0].sources[0][5].should.eql([[0, 9, 1]]);
    for (const bad of [
      [0, 9, 3],
      [0, 9, -1],
      [0, 9, 1, 1]
    ]) {
      const changed = copy(state);
      changed.runs[0].sources[0][5] = [bad] as never;
      LossAccounting.fromJSON(changed).ok.should.be.false();
    }
    LossAccounting.fromJSON({ ...state, doubtfulRun: 5 }).ok.should.be.false();
  });
});

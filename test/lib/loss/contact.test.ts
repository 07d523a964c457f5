import should from 'should';
import { LossAccounting } from '../../../lib/loss';
import { LossItem } from '../../../lib/stream';
import { droppedSlots, encoded } from '../../support/records';
import { decodeRecord, EventType, Slot } from '../../../lib/wire';

interface Given {
  readonly sourceId?: number;
  readonly seq: number;
  readonly runId?: bigint;
  readonly timeNs?: bigint;
  readonly eventTypeId?: number;
  readonly slots?: Slot[];
}

function feed(accounting: LossAccounting, given: Given): LossItem[] {
  const record = decodeRecord(encoded({ sourceId: 1, runId: 1n, ...given }));
  if (!record.ok) throw new Error(record.kind);
  const result = accounting.account(record);
  if (!result.ok) throw new Error(result.message);
  return [...result.losses];
}
const classOf = (losses: LossItem[]): string[] => losses.map((loss) => loss.class);
const contacted = (): LossAccounting => {
  const accounting = new LossAccounting();
  accounting.contact(2n);
  return accounting;
};
const saved = (accounting: LossAccounting): LossAccounting => {
  const read = LossAccounting.fromJSON(JSON.parse(JSON.stringify(accounting.toJSON())));
  if (!read.ok) throw new Error(read.message);
  return read.accounting;
};

describe('loss accounting: what was overwritten before first contact', () => {
  it(
    'the first gap of a source, in the run of first contact and in those before it, is no loss; the ' + 'second one is',
    () => {
      const accounting = contacted();
      should(classOf(feed(accounting, { runId: 1n, seq: 7 }))).eql(['before-contact']);
      should(classOf(feed(accounting, { runId: 2n, seq: 3126 }))).eql(['before-contact']);
      should(classOf(feed(accounting, { runId: 2n, seq: 3130 }))).eql(['lost']);
      should(classOf(feed(accounting, { runId: 2n, sourceId: 9, seq: 1 }))).eql(['before-contact']);
      should(classOf(feed(accounting, { runId: 3n, seq: 1 }))).eql(['lost']);
    }
  );

  it('once something was passed over, the first gap of a source that was not met is a loss', () => {
    const accounting = contacted();
    feed(accounting, { seq: 7 });
    accounting.contactOver();
    should(classOf(feed(accounting, { sourceId: 2, seq: 7 }))).eql(['lost']);
  });

  it('what the producer names as dropped is lost, whenever that was', () => {
    const accounting = contacted();
    const dropped = { eventTypeId: EventType.RecordsDropped, slots: droppedSlots(90, 99) };
    const [gap, ...more] = feed(accounting, { seq: 100, ...dropped });
    should(more).eql([]);
    should(gap).have.properties({ firstSeq: 0, lastSeq: 99, class: 'lost', basis: 'authoritative' });
  });

  it('a checkpoint makes it authoritative, and a name that comes later upgrades it: the class stays', () => {
    const accounting = contacted();
    feed(accounting, { seq: 100 });
    const named = { eventTypeId: EventType.RecordsDropped, slots: droppedSlots(90, 99) };
    should(feed(saved(accounting), { seq: 101, ...named })).containDeep([
      { firstSeq: 0, lastSeq: 99, class: 'before-contact', basis: 'authoritative', upgrade: true }
    ]);
  });

  it('a saved state knows all of that', () => {
    const accounting = contacted();
    feed(accounting, { seq: 7 });
    should(classOf(feed(saved(accounting), { sourceId: 2, seq: 5 }))).eql(['before-contact']);
    accounting.contactOver();
    should(classOf(feed(saved(accounting), { sourceId: 2, seq: 5 }))).eql(['lost']);
  });
});

describe('loss accounting: the source times around a gap', () => {
  it('the record before it and the one behind it, of the same source; an upgrade has none', () => {
    const accounting = new LossAccounting();
    feed(accounting, { seq: 0, timeNs: 1_700_000_000_000_000_001n });
    feed(accounting, { sourceId: 2, seq: 0, timeNs: 5n });
    const [gap] = feed(saved(accounting), { seq: 4, timeNs: 1_700_000_000_000_000_009n });
    should(gap).have.properties({ afterTimeNs: '1700000000000000001', beforeTimeNs: '1700000000000000009' });
    feed(accounting, { seq: 4, timeNs: 9n });
    const named = { eventTypeId: EventType.RecordsDropped, slots: droppedSlots(1, 3) };
    const [upgrade] = feed(accounting, { seq: 5, timeNs: 10n, ...named });
    should(upgrade).have.properties({ upgrade: true });
    should(upgrade).not.have.any.keys('afterTimeNs', 'beforeTimeNs');
  });

  it(
    'before the first record of a source there is nothing; after a clock that was set back the neighbour ' + 'counts',
    () => {
      const accounting = new LossAccounting();
      const [first] = feed(accounting, { seq: 1, timeNs: 100n });
      should(first).have.property('beforeTimeNs', '100');
      should(first).not.have.property('afterTimeNs');
      feed(accounting, { seq: 2, timeNs: 50n });
      const [gap] = feed(saved(accounting), { seq: 9, timeNs: 60n });
      should(gap).have.properties({ afterTimeNs: '50', beforeTimeNs: '60' });
    }
  );
});

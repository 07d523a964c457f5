import 'should';
import { LossAccounting } from '../../../lib/loss';
import { EpochTracker } from '../../../lib/ring';
import { LossItem } from '../../../lib/stream';
import { decodeRecord, EventType, Key, RecordView, Slot } from '../../../lib/wire';
import { droppedSlots, encoded, highWaterSlots, udintSlot, ulintSlot } from '../../support/records';
import { Seeded, seeded } from '../../support/seeded';
import { rounds } from '../../support/rounds';

const HISTORIES = rounds(1200, 4000);
const RINGS = HISTORIES / 2;

interface Range {
  first: number;
  last: number;
}

/** What is known of one source of one run, kept seq by seq: slow, but nothing in it can be forgotten. */
class Oracle {
  readonly delivered = new Set<number>();
  readonly lost = new Map<number, 'inferred' | 'authoritative'>();
  readonly gaps: (Range & { basis: 'inferred' | 'authoritative' })[] = [];
  readonly claims: Range[] = [];
  produced = 0;

  constructor(readonly base: number) {}

  /** The losses that must be reported with this record, as text. */
  take(seq: number, claim: Range | undefined, checkpoint: boolean): string[] {
    const next = this.next;
    const told: string[] = [];
    if (claim !== undefined) this.claims.push(claim);
    const named = (gap: Range): boolean =>
      this.claims.some((range) => range.first <= gap.last && gap.first <= range.last);
    for (const gap of this.gaps) {
      if (gap.basis === 'inferred' && named(gap)) {
        gap.basis = 'authoritative';
        told.push(`${gap.first}-${gap.last} authoritative upgrade`);
      }
    }
    if (seq < next) return told;
    if (seq > next) {
      const gap = { first: next, last: seq - 1 };
      const basis = checkpoint || named(gap) ? 'authoritative' : 'inferred';
      this.gaps.push({ ...gap, basis });
      told.push(`${gap.first}-${gap.last} ${basis}`);
      for (let lost = gap.first; lost <= gap.last; lost++) this.lost.set(lost, basis);
    }
    this.delivered.add(seq);
    return told;
  }

  get next(): number {
    return this.base + this.delivered.size + this.lost.size;
  }
}

const text = ({ firstSeq, lastSeq, basis, upgrade }: LossItem): string =>
  `${firstSeq}-${lastSeq} ${basis}${upgrade === true ? ' upgrade' : ''}`;

/** One record: what it is, and what it says. */
interface Step {
  readonly seq: number;
  readonly claim?: Range;
  readonly checkpoint: boolean;
  readonly eventTypeId: number;
  readonly slots: readonly Slot[];
}

/**
 * A claim may be right, half right, about what was delivered, about what is still to come, or nonsense that does not
 * parse.
 */
function stepOf(seq: number, random: Seeded): Step {
  const kind = random.below(10);
  if (kind === 0) {
    const count = random.below(3) === 0 ? random.below(seq + 3) : seq;
    return { seq, checkpoint: count === seq, eventTypeId: EventType.SourceHighWater, slots: highWaterSlots(count) };
  }
  if (kind > 2) return { seq, checkpoint: false, eventTypeId: EventType.Message, slots: [udintSlot(0x14, seq)] };
  const first = Math.max(0, seq - 6 + random.below(10));
  const last = first + random.below(8);
  const wrong = random.below(8) === 0;
  const slots = droppedSlots(first, last, last - first + (wrong ? 2 : 1));
  return {
    seq,
    checkpoint: false,
    eventTypeId: EventType.RecordsDropped,
    slots,
    ...(wrong ? {} : { claim: { first, last } })
  };
}

function check(accounting: LossAccounting, oracles: Map<string, Oracle>): void {
  let delivered = 0;
  let lost = 0;
  for (const { runId, sourceId, base, next, ...sums } of accounting.sources()) {
    const oracle = oracles.get(`${runId}/${sourceId}`)!;
    if (sums.delivered + sums.lost !== next - base || next !== oracle.next)
      throw new Error(`run ${runId} source ${sourceId} does not balance`);
    if (sums.delivered !== oracle.delivered.size || sums.lost !== oracle.lost.size)
      throw new Error('sums differ from the oracle');
    if (
      sums.authoritative !==
      oracle.gaps
        .filter(({ basis }) => basis === 'authoritative')
        .reduce((sum, gap) => sum + gap.last - gap.first + 1, 0)
    )
      throw new Error('basis differs from the oracle');
    delivered += sums.delivered;
    lost += sums.lost;
  }
  const totals = accounting.totals();
  if (totals.delivered !== delivered || totals.lost !== lost) throw new Error('totals differ from the sources');
}

/**
 * One history: a few sources and runs, records swallowed, repeated, sent back, and the state saved and restored in
 * between.
 */
function play(seed: number): { upgrades: number; waited: number; repeats: number } {
  const random = seeded(seed);
  let accounting = new LossAccounting();
  const oracles = new Map<string, Oracle>();
  const reported = new Set<string>();
  const counts = { upgrades: 0, waited: 0, repeats: 0 };
  const joined = random.below(4) === 0;
  if (joined) accounting.startAt(1n);
  const loss = random.next() * 0.7;
  const produced = new Map<string, number>();
  let runId = 1;
  for (let n = 60 + random.below(140); n > 0; n--) {
    if (random.below(80) === 0) runId++;
    const sourceId = random.below(3);
    const name = `${runId}/${sourceId}`;
    const seq = (produced.get(name) ?? (joined && runId === 1 ? random.below(50) : 0)) + 0;
    produced.set(name, seq + 1);
    if (random.next() < loss) continue;
    const back = random.below(12) === 0 ? Math.max(0, seq - random.below(8)) : seq;
    const step = stepOf(back, random);
    const record = decodeRecord(encoded({ runId, sourceId, ...step })) as RecordView;
    const oracle = oracles.get(name) ?? new Oracle(joined && runId === 1 ? back : 0);
    oracles.set(name, oracle);
    const fresh = back >= oracle.next;
    if (accounting.isFresh(record) !== fresh) throw new Error('isFresh is wrong');
    const expected = oracle.take(back, step.claim, step.checkpoint);
    const result = accounting.account(record);
    if (!result.ok || result.kind !== (fresh ? 'fresh' : 'repeat')) throw new Error(`seed ${seed}: ${result.kind}`);
    const told = result.losses.map(text);
    if (told.join() !== expected.join())
      throw new Error(
        `seed ${seed}, run ${runId} source ${sourceId} seq ${back}: reported ${told.join()}, expected ` +
          `${expected.join()}`
      );
    for (const item of result.losses) {
      if (item.count !== item.lastSeq - item.firstSeq + 1) throw new Error('count is wrong');
      for (let lost = item.firstSeq; lost <= item.lastSeq; lost++) {
        const key = `${name}/${lost}`;
        if (item.upgrade !== true && reported.has(key)) throw new Error(`seed ${seed}: seq ${key} reported twice`);
        if (item.upgrade === true && !reported.has(key))
          throw new Error(`seed ${seed}: seq ${key} upgraded before it was reported`);
        reported.add(key);
      }
      if (item.upgrade === true) counts.upgrades++;
    }
    if (!fresh) counts.repeats++;
    if (random.below(10) === 0) {
      const saved = JSON.stringify(accounting);
      counts.waited += (JSON.parse(saved) as { runs: { sources: unknown[][] }[] }).runs.some((run) =>
        run.sources.some((source) => (source[6] as unknown[]).length > 0)
      )
        ? 1
        : 0;
      const again = LossAccounting.fromJSON(JSON.parse(saved));
      if (!again.ok) throw new Error(again.message);
      accounting = again.accounting;
      if (JSON.stringify(accounting) !== saved) throw new Error('a restored state is another one');
    }
  }
  if (oracles.size <= 24 && runId <= 8) check(accounting, oracles);
  return counts;
}

describe('loss accounting of random histories', () => {
  it(
    `${HISTORIES} histories: delivered + lost = produced, every seq reported at most once, basis as the ` +
      'oracle says',
    function () {
      const sums = { upgrades: 0, waited: 0, repeats: 0 };
      for (let seed = 1; seed <= HISTORIES; seed++) {
        const counts = play(seed);
        sums.upgrades += counts.upgrades;
        sums.waited += counts.waited;
        sums.repeats += counts.repeats;
      }
      // The histories are worth something only if these happen.
      for (const sum of Object.values(sums)) sum.should.be.above(HISTORIES / 4);
    }
  );

  it(
    `${RINGS} rings with evictions and honest reports: every source closed by a checkpoint balances with ` +
      'what was produced',
    () => {
      for (let seed = 1; seed <= RINGS; seed++) {
        const random = seeded(seed * 7919);
        const accounting = new LossAccounting();
        const produced = [0, 0, 0, 0];
        let waiting: RecordView[] = [];
        const produce = (sourceId: number, eventTypeId: number, slots: readonly Slot[]): void => {
          waiting.push(
            decodeRecord(encoded({ sourceId, seq: produced[sourceId]++, eventTypeId, slots })) as RecordView
          );
        };
        const read = (): void => waiting.splice(0).forEach((record) => accounting.account(record).ok.should.be.true());
        for (let n = 0; n < 120; n++) {
          const action = random.below(20);
          const sourceId = random.below(4);
          if (action === 0) read();
          else if (action === 1) {
            // Evicted unread, and sometimes told about: also where the reader has had those records before.
            const evicted = waiting
              .splice(0, random.below(waiting.length + 1))
              .filter((record) => record.sourceId === sourceId);
            if (evicted.length > 0 && random.below(2) === 0)
              produce(
                sourceId,
                EventType.RecordsDropped,
                droppedSlots(evicted[0].safeSeq, evicted[evicted.length - 1].safeSeq)
              );
          } else if (action === 2) {
            // The producer does not know what was read: it reports as dropped what it had to overwrite.
            const to = random.below(produced[sourceId] + 1);
            if (to > 0) produce(sourceId, EventType.RecordsDropped, droppedSlots(Math.max(0, to - 5), to - 1));
          } else produce(sourceId, EventType.Message, []);
        }
        waiting = waiting.slice(random.below(waiting.length + 1));
        for (let sourceId = 0; sourceId < 4; sourceId++)
          produce(sourceId, EventType.SourceHighWater, highWaterSlots(produced[sourceId]));
        read();
        for (let sourceId = 0; sourceId < 4; sourceId++)
          (accounting.delivered(1n, sourceId) + accounting.lost(1n, sourceId)).should.equal(produced[sourceId]);
      }
    }
  );

  it('any valid record, whatever its slots say, is accounted for without a throw, and the state can be saved', () => {
    const random = seeded(77);
    const types = [EventType.RecordsDropped, EventType.RecordsDropped, EventType.SourceHighWater, EventType.Message];
    const keys = [Key.count, Key.firstLostSeq, Key.lastLostSeq, Key.producedCount];
    const value = (): bigint =>
      [0n, 1n, BigInt(random.below(400)), 2n ** 53n - 1n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n][random.below(7)];
    for (let n = 0; n < 300; n++) {
      let accounting = new LossAccounting();
      let tracker = new EpochTracker();
      for (let i = 0; i < 60; i++) {
        const slots = Array.from({ length: random.below(5) }, () => {
          const key = keys[random.below(4)];
          return key === Key.count
            ? udintSlot(key, random.below(2) === 0 ? 1 + random.below(9) : 0xffff_ffff)
            : random.below(9) === 0
              ? { key, type: 7, payload: random.bytes(random.below(12)) }
              : ulintSlot(key, value());
        });
        if (random.below(3) === 0) {
          const first = value();
          slots.push(
            udintSlot(Key.count, 4),
            ulintSlot(Key.firstLostSeq, first),
            ulintSlot(Key.lastLostSeq, BigInt.asUintN(64, first + 3n))
          );
        }
        const seq = random.below(20) === 0 ? value() : BigInt(i + random.below(3));
        const record = decodeRecord(
          encoded({
            runId: random.below(12),
            sourceId: random.below(2),
            seq,
            eventTypeId:
              random.below(6) === 0
                ? [EventType.LoggerStarted, EventType.DefinitionChanged][random.below(2)]
                : types[random.below(4)],
            slots
          })
        ) as RecordView;
        accounting.account(record);
        tracker.observeRecord(i * 100, record);
        tracker.known().length.should.be.below(9);
        const again = LossAccounting.fromJSON(JSON.parse(JSON.stringify(accounting)));
        if (!again.ok) throw new Error(again.message);
        accounting = again.accounting;
        const epochs = EpochTracker.fromJSON(JSON.parse(JSON.stringify(tracker)));
        if (!epochs.ok) throw new Error(epochs.message);
        tracker = epochs.tracker;
      }
      for (const { base, next, delivered, lost, authoritative } of accounting.sources()) {
        (delivered + lost).should.equal(next - base);
        authoritative.should.be.belowOrEqual(lost);
      }
    }
  });
});

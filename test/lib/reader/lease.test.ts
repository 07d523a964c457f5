import should from 'should';
import { LossItem } from '../../../lib/stream';
import { droppedSlots } from '../../support/records';
import { FakePlc } from './fake-plc';
import { MemoryStore } from './fake-ports';
import { Rig, seqs, untimed } from './rig';

/** The state as it was at the last save: what a kill leaves behind. */
const killed = (rig: Rig): MemoryStore => {
  const store = new MemoryStore();
  store.bytes = rig.store.bytes?.slice();
  return store;
};
const losses = (rig: Rig): LossItem[] => rig.notices.filter((item): item is LossItem => item.kind === 'loss');
const saved = (
  store: MemoryStore
): {
  checkpoint: { cursor: number; incarnation: number; pending?: unknown[] };
  lease: { incarnation: number; abs: number };
} =>
  JSON.parse(
    Buffer.from(store.bytes as Uint8Array)
      .toString('utf8')
      .split('\n')[1]
  ) as ReturnType<typeof saved>;

describe('reader: what an unclean stop leaves open', () => {
  it('nothing is handed on before a state that says how far it may go is saved', async () => {
    const plc = new FakePlc(1024);
    plc.fill(3);
    const rig = new Rig(plc);
    const leases: number[] = [];
    rig.sink = (batch) => {
      const { segments } = batch.facts;
      const last = segments[segments.length - 1];
      leases.push(saved(rig.store).lease.abs - (last.abs + batch.payload.length - last.offset));
    };
    await rig.started(600);
    for (let i = 0; i < 200; i++) {
      plc.fill(3);
      await rig.clock.pass(500);
    }
    should(rig.ids).eql(seqs(0, 602));
    should(Math.min(...leases)).be.aboveOrEqual(0);
  });

  it('the lease costs no saves in steady state: one a second, not one a batch', async () => {
    const plc = new FakePlc(65536);
    const rig = await new Rig(plc).started(600);
    for (let i = 0; i < 20; i++) {
      plc.append();
      await rig.clock.pass(500);
    }
    should(rig.store.saves).be.belowOrEqual(13);
  });

  it('what was handed on, not settled and overwritten meanwhile is indeterminate, not lost', async () => {
    const plc = new FakePlc(1024);
    plc.fill(5);
    const rig = new Rig(plc, { saveIntervalMs: 0 });
    rig.settles = false;
    await rig.started(600);
    should(rig.ids).eql(seqs(0, 4));
    const store = killed(rig);
    // Overwrites the five, and more that nobody saw.
    plc.fill(95);
    const next = await new Rig(plc, {}, store).started(600);
    const [gap, ...more] = losses(next);
    should(more).eql([]);
    should(gap).have.properties({ firstSeq: 0, class: 'indeterminate' });
    should(gap.count).be.aboveOrEqual(5);
    should(next.reader.status().totals).have.properties({ lost: gap.count, indeterminate: gap.count });
    // What is overwritten from now on was surely not handed on.
    const last = next.records.at(-1)!.seq;
    next.reader.pause();
    plc.fill(95);
    next.reader.resume();
    await next.clock.pass(600);
    should(
      losses(next)
        .slice(1)
        .map(({ firstSeq, class: lossClass }) => [firstSeq, lossClass])
    ).eql([[last + 1, 'lost']]);
  });

  it('after a clean stop what is overwritten is lost', async () => {
    const plc = new FakePlc(1024);
    plc.fill(5);
    const rig = await new Rig(plc).started(600);
    await rig.reader.stop();
    plc.fill(45);
    const next = await rig.again().started(600);
    should(losses(next).map((item) => item.class)).eql(['lost']);
  });

  it('a clean stop with batches that were not settled leaves just these open', async () => {
    const plc = new FakePlc(1024);
    plc.fill(5);
    const rig = new Rig(plc);
    rig.settles = false;
    await rig.started(600);
    await rig.reader.stop();
    should(saved(rig.store).lease.abs).equal(220);
    plc.fill(45);
    const next = await rig.again().started(600);
    should(losses(next).map(({ firstSeq, class: lossClass }) => [firstSeq, lossClass])).eql([[0, 'indeterminate']]);
  });

  it('what is only found missing later is still indeterminate, through another restart', async () => {
    const plc = new FakePlc(1024);
    plc.append(9);
    plc.append(9);
    const rig = new Rig(plc);
    rig.settles = false;
    await rig.started(600);
    await rig.reader.stop();
    plc.fill(45, 1);
    const next = await rig.again().started(600);
    await next.reader.stop();
    should(losses(next).filter((item) => item.sourceId === 9)).eql([]);
    plc.append(9);
    const third = await next.again().started(600);
    should(losses(third)).have.length(1);
    should(losses(third)[0]).have.properties({ sourceId: 9, firstSeq: 0, lastSeq: 1, class: 'indeterminate' });
  });

  it('what may have been handed on stands behind what was lost before it', async () => {
    const plc = new FakePlc(1024);
    plc.fill(200);
    const rig = new Rig(plc, { saveIntervalMs: 0 });
    rig.settles = false;
    await rig.started(600);
    const handedOn = rig.records.map((record) => record.seq);
    should(handedOn[0]).be.above(100);
    const store = killed(rig);
    plc.fill(200);
    const next = await new Rig(plc, {}, store).started(600);
    const surely = losses(next).filter((item) => item.class === 'lost');
    for (const seq of handedOn) should(surely.some((item) => item.firstSeq <= seq && seq <= item.lastSeq)).be.false();
  });

  it('a later naming by the producer keeps the class', async () => {
    const plc = new FakePlc(1024);
    plc.fill(5);
    const rig = new Rig(plc);
    rig.settles = false;
    await rig.started(600);
    await rig.reader.stop();
    plc.fill(45);
    const next = await rig.again().started(600);
    const [gap] = losses(next);
    plc.append(1, { eventTypeId: 0x0104, slots: droppedSlots(0, gap.lastSeq) });
    await next.clock.pass(600);
    should(losses(next).slice(1)).eql(untimed([{ ...gap, basis: 'authoritative', upgrade: true }]));
    should(next.reader.status().totals.indeterminate).equal(gap.count);
  });
});

describe('reader: a new incarnation and what was not settled', () => {
  const restartSeen = async (rig: Rig, plc: FakePlc): Promise<void> => {
    plc.powerCycle(2n);
    plc.fill(2);
    await rig.clock.pass(3_000);
  };

  it('waits until the batches of the former life are settled', async () => {
    const plc = new FakePlc(8192);
    plc.fill(5);
    const rig = new Rig(plc);
    rig.settles = false;
    await rig.started(600);
    await restartSeen(rig, plc);
    should(rig.reader.status()).have.properties({ state: 'waiting' });
    should(rig.reader.status().detail).match(/began anew/);
    should(rig.ids).eql(seqs(0, 4));
    rig.reader.settle(1);
    await rig.clock.pass(1_000);
    should(rig.ids).eql([...seqs(0, 4), ...seqs(0, 1, 1, 2)]);
    should(rig.batches.at(-1)?.facts.incarnation).equal(1);
  });

  it('does not wait for ever', async () => {
    const plc = new FakePlc(8192);
    plc.fill(5);
    const rig = new Rig(plc, { ackTimeoutMs: 10_000 });
    rig.settles = false;
    await rig.started(600);
    await restartSeen(rig, plc);
    await rig.clock.pass(11_000);
    should(rig.ids).eql([...seqs(0, 4), ...seqs(0, 1, 1, 2)]);
  });

  it(
    'is saved with its number and its notice before its first record leaves: a kill then brings both ' + 'again',
    async () => {
      const plc = new FakePlc(8192);
      plc.fill(5);
      const rig = await new Rig(plc).started(600);
      rig.settles = false;
      await restartSeen(rig, plc);
      should(saved(rig.store).checkpoint).have.properties({ incarnation: 1, cursor: 0 });
      should(saved(rig.store).lease.incarnation).equal(1);
      const next = await new Rig(plc, {}, killed(rig)).started(600);
      should(next.notices).eql(rig.notices.slice(-1));
      should(next.notices[0]).have.properties({ kind: 'incarnation', from: 0, to: 1 });
      should(next.ids).eql(seqs(0, 1, 1, 2));
      should(next.batches.every((batch) => batch.facts.incarnation === 1)).be.true();
    }
  );

  it('gets a number that none had, when another one began before everything was settled', async () => {
    const plc = new FakePlc(8192);
    plc.fill(5);
    const rig = new Rig(plc, { ackTimeoutMs: 5_000 });
    rig.settles = false;
    await rig.started(600);
    await restartSeen(rig, plc);
    await rig.clock.pass(6_000);
    const store = killed(rig);
    should(saved(store)).containDeep({ checkpoint: { incarnation: 0 }, lease: { incarnation: 1 } });
    plc.powerCycle(3n);
    plc.fill(1);
    const next = await new Rig(plc, {}, store).started(5_000);
    should(next.notices[0]).have.properties({ kind: 'incarnation', from: 0, to: 2 });
  });
});

import should from 'should';
import { LossItem } from '../../../lib/stream';
import { CompleteUntil } from '../../../lib/reader/status';
import { FakePlc } from './fake-plc';
import { Rig, seqs } from './rig';

const losses = (rig: Rig): (string | number)[][] =>
  rig.notices
    .filter((notice): notice is LossItem => notice.kind === 'loss')
    .map((loss) => [loss.sourceId, loss.firstSeq, loss.lastSeq, loss.class]);
const until = (rig: Rig): CompleteUntil => rig.reader.status().completeUntil;

describe('reader: first contact with a ring that was written around', () => {
  it(
    'a ring that is overwritten between first contact and the first window: no lap is told, and nothing ' + 'is lost',
    async () => {
      const plc = new FakePlc(1024);
      plc.fill(100);
      const rig = new Rig(plc);
      let lapped = false;
      rig.transport.beforePart = (part) => {
        if (lapped || part.kind !== 'ring') return;
        lapped = true;
        plc.fill(60);
      };
      await rig.started(2_000);
      const first = 160 - Math.floor(1024 / 44);
      should(rig.ids).eql(seqs(first, 159));
      should(rig.notices.map(({ kind }) => kind)).eql(['loss']);
      should(losses(rig)).eql([[1, 0, first - 1, 'before-contact']]);
      should(rig.reader.status().totals).have.properties({ lost: 0, laps: 0, beforeContact: first });
    }
  );

  it('a lap after the first record is one: a source that was not met is lost as far as anybody knows', async () => {
    const plc = new FakePlc(1024);
    plc.fill(3, 2);
    plc.fill(100);
    const rig = await new Rig(plc).started(600);
    plc.fill(60);
    plc.append(2);
    await rig.clock.pass(2_000);
    should(rig.notices.map(({ kind }) => kind)).eql(['loss', 'lap', 'loss', 'loss']);
    should(losses(rig).at(-1)).eql([2, 0, 2, 'lost']);
  });

  it(
    'a source that is first heard of long after first contact, nothing passed over meanwhile: before ' + 'contact',
    async () => {
      const plc = new FakePlc(1024);
      plc.fill(3, 2);
      plc.fill(100);
      const rig = await new Rig(plc).started(600);
      await rig.reader.stop();
      plc.append(2);
      const next = await rig.again().started(600);
      should(losses(next)).eql([[2, 0, 2, 'before-contact']]);
      should(next.reader.status().totals).have.properties({ lost: 0, beforeContact: 3 });
    }
  );

  it('where nothing was overwritten at first contact, a first gap is a loss', async () => {
    const plc = new FakePlc(65536);
    plc.append(1, { seq: 5 });
    const rig = await new Rig(plc).started(600);
    should(losses(rig)).eql([[1, 0, 4, 'lost']]);
  });
});

describe('reader: complete until', () => {
  it('says per source the latest source time that was handed on, and never a lower one', async () => {
    const plc = new FakePlc(65536);
    plc.fill(2, 7);
    plc.fill(1, 3);
    const rig = new Rig(plc);
    should(until(rig)).eql({ bySourceClock: [], sourcesLeftOut: 0, byHostClock: undefined });
    await rig.started(600);
    const [seven, three] = [rig.records[1].sourceTimeNs, rig.records[2].sourceTimeNs];
    const both = [
      { sourceId: 3, timeNs: three },
      { sourceId: 7, timeNs: seven }
    ];
    should(until(rig).bySourceClock).eql(both);
    // The clock of the device is set back.
    plc.timeNs = 5_000n;
    plc.append(7);
    await rig.clock.pass(600);
    should(rig.ids).have.length(4);
    should(until(rig).bySourceClock).eql(both);
    await rig.reader.stop();
    const next = await rig.again().started(600);
    should(until(next).bySourceClock).eql(both);
    // A power cycle, and a device that begins in 1970.
    plc.powerCycle();
    plc.timeNs = 1_000n;
    plc.fill(2, 7);
    await next.clock.pass(30_000);
    should(next.notices.map(({ kind }) => kind)).eql(['incarnation']);
    should(until(next).bySourceClock).eql(both);
  });

  it(
    'says when a confirmed look last showed that everything was handed on: not while the reader is ' + 'behind',
    async () => {
      const plc = new FakePlc(65536);
      plc.fill(3);
      const rig = new Rig(plc, { maxInFlight: 1, maxRecords: 1 });
      rig.settles = false;
      await rig.started(600);
      should(rig.ids).eql(seqs(0, 0));
      should(until(rig).byHostClock).equal(undefined);
      for (const { serial } of rig.batches) rig.reader.settle(serial);
      rig.settles = true;
      await rig.clock.pass(2_000);
      should(rig.ids).eql(seqs(0, 2));
      const first = BigInt(until(rig).byHostClock as string);
      should(first <= rig.clock.nowNs()).be.true();
      await rig.clock.pass(2_000);
      const second = BigInt(until(rig).byHostClock as string);
      should(second > first).be.true();
      // No look succeeds any more: the time stands.
      rig.transport.answer = () => ({ ok: false, code: 'OPENOT_OPCUA_CLOSED', message: 'gone', remedy: 'retry' });
      await rig.clock.pass(20_000);
      should(BigInt(until(rig).byHostClock as string) <= second + 500_000_000n).be.true();
    }
  );

  it('what was looked at, but could not be handed on yet, is not complete', async () => {
    const plc = new FakePlc(65536);
    const rig = await new Rig(plc).started(600);
    const before = until(rig).byHostClock;
    let go = (): void => undefined;
    rig.sink = () => new Promise<void>((resolve) => (go = resolve));
    plc.fill(3);
    await rig.clock.pass(5_000);
    should(rig.ids).eql([]);
    should(until(rig).bySourceClock).eql([]);
    const stuck = BigInt(until(rig).byHostClock as string);
    should(stuck - BigInt(before as string) < 1_000_000_000n).be.true();
    go();
    await rig.clock.pass(1_000);
    should(rig.ids).eql(seqs(0, 2));
    should(BigInt(until(rig).byHostClock as string) - stuck > 4_000_000_000n).be.true();
  });
});

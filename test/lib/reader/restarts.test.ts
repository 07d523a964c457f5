import should from 'should';
import { FakePlc } from './fake-plc';
import { failure } from './fake-ports';
import { Rig, seqs } from './rig';

describe('reader: restarts of the ring, outages, modes', () => {
  it('a cold start is a new run, not a new ring', async () => {
    const plc = new FakePlc(8192);
    plc.fill(5);
    const rig = await new Rig(plc).started(600);
    plc.runId = 2n;
    plc.fill(3);
    await rig.clock.pass(600);
    should(rig.ids).eql([...seqs(0, 4), ...seqs(0, 2, 1, 2)]);
    should(rig.notices).eql([]);
  });

  it('positions that begin again are a new incarnation, once polls agree over a second', async () => {
    const plc = new FakePlc(8192);
    plc.fill(50);
    const rig = await new Rig(plc).started(600);
    plc.powerCycle();
    plc.fill(4);
    await rig.clock.pass(1_000);
    should(rig.notices).eql([]);
    await rig.clock.pass(1_000);
    should(rig.notices).eql([{ kind: 'incarnation', from: 0, to: 1, reason: 'headAbs' }]);
    should(rig.ids.slice(50)).eql(seqs(0, 3));
    should(rig.batches[rig.batches.length - 1].facts.incarnation).equal(1);
    should(rig.reader.status().totals.incarnations).equal(1);
    await rig.reader.stop();
    const next = await rig.again().started(600);
    should(next.items).eql([]);
    should(next.reader.statusFacts().incarnation).equal(1);
  });

  it('with a changed run id the first confirmed look is enough', async () => {
    const plc = new FakePlc(65536);
    plc.fill(50);
    const rig = await new Rig(plc).started(600);
    plc.powerCycle(9n);
    plc.fill(4);
    rig.reads();
    await rig.clock.pass(499);
    should(rig.reads().slice(0, 4)).eql(['CR', 'C', 'CR', 'C']);
    should(rig.ids.slice(50)).eql(seqs(0, 3, 1, 9));
  });

  it('one wrong image is no new incarnation', async () => {
    const plc = new FakePlc(8192);
    plc.fill(50);
    const rig = await new Rig(plc).started(600);
    plc.fill(2);
    const other = new FakePlc(8192);
    other.fill(2);
    let looks = 4;
    rig.transport.answer = (outcome, parts) =>
      outcome.ok && looks-- > 0
        ? {
            ok: true,
            parts: outcome.parts.map((part, i) => (parts[i].kind === 'control' ? other.controlBytes() : part))
          }
        : outcome;
    await rig.clock.pass(1_000);
    should(looks).be.below(1);
    should(rig.ids).eql(seqs(0, 51));
    should(rig.notices).eql([]);
  });

  it('another buffer id is another ring: all that it holds is read', async () => {
    const plc = new FakePlc(1024);
    plc.fill(20);
    const rig = await new Rig(plc).started(600);
    plc.bufferId = 8;
    plc.seqlock += 2;
    await rig.clock.pass(2_000);
    should(rig.notices).eql([{ kind: 'incarnation', from: 0, to: 1, reason: 'bufferId' }]);
    should(rig.ids).eql([...seqs(0, 19), ...seqs(0, 19)]);
    should(rig.reader.statusFacts()).have.properties({ bufferId: 8, incarnation: 1 });
  });

  it(
    'a lost count that went back is a new incarnation, but what still stands there is not handed on ' + 'again',
    async () => {
      const plc = new FakePlc(1024);
      plc.fill(60);
      const rig = await new Rig(plc).started(600);
      const before = rig.ids.length;
      plc.lostOffset = -5;
      plc.seqlock += 2;
      await rig.clock.pass(4_000);
      plc.fill(2);
      await rig.clock.pass(2_000);
      should(rig.notices[rig.notices.length - 1]).eql({ kind: 'incarnation', from: 0, to: 1, reason: 'lostCount' });
      should(rig.ids.slice(before)).eql(seqs(60, 61));
    }
  );

  it(
    'a ring that began anew and grew beyond the cursor while the reader was off is known by the last ' + 'record',
    async () => {
      const plc = new FakePlc(8192);
      plc.fill(10);
      const rig = await new Rig(plc).started(600);
      await rig.reader.stop();
      plc.powerCycle();
      // Other records of the same length: the position is right, the bytes are not.
      plc.fill(20, 2);
      const next = await rig.again().started(4_000);
      should(next.items).eql([]);
      should(next.reader.status()).have.properties({ state: 'reading', code: 'OPENOT_RING_UNKNOWN' });
      await next.clock.pass(2_000);
      should(next.notices).eql([{ kind: 'incarnation', from: 0, to: 1, reason: 'fingerprint' }]);
      should(next.ids).eql(seqs(0, 19, 2));
    }
  );

  it(
    'seqs that go back without any other sign are a new incarnation after re-reading; nothing is handed ' + 'on twice',
    async () => {
      const plc = new FakePlc(65536);
      plc.fill(10);
      const rig = await new Rig(plc).started(600);
      plc.setSeq(1, 0);
      plc.fill(5);
      await rig.clock.pass(6_000);
      should(rig.notices).eql([{ kind: 'incarnation', from: 0, to: 1, reason: 'seq' }]);
      should(rig.ids).eql([...seqs(0, 9), ...seqs(0, 4)]);
    }
  );

  it('a single repeated seq is passed over, and is no new incarnation', async () => {
    const plc = new FakePlc(65536);
    plc.fill(10);
    const rig = await new Rig(plc).started(600);
    plc.append(1, { seq: 3 });
    plc.setSeq(1, 10);
    plc.fill(3);
    await rig.clock.pass(2_000);
    should(rig.notices.map((notice) => notice.kind)).eql(['skipped']);
    should(rig.ids).eql(seqs(0, 12));
  });

  it(
    'an outage is retried with pauses of at most 1 s in its first minute and 10 s later, and is one ' + 'error',
    async () => {
      const plc = new FakePlc(8192);
      plc.fill(3);
      const rig = await new Rig(plc).started(600);
      rig.transport.facts = failure('OPENOT_OPCUA_UNREACHABLE', 'reconnect');
      rig.transport.answer = () => failure('OPENOT_OPCUA_SESSION_LOST', 'reconnect');
      await rig.clock.pass(60_000);
      const early = rig.transport.connects;
      should(early).be.within(60, 90);
      await rig.clock.pass(100_000);
      should(rig.transport.connects - early).be.within(10, 16);
      should(rig.reader.status().state).equal('outage');
      should(rig.errors.map((error) => error.code)).eql(['OPENOT_OPCUA_SESSION_LOST', 'OPENOT_OPCUA_UNREACHABLE']);
      plc.fill(2);
      rig.transport.facts = { ok: true, ringBytes: 8192, granularity: 1, about: [] };
      rig.transport.answer = (outcome) => outcome;
      await rig.clock.pass(11_000);
      should(rig.ids).eql(seqs(0, 4));
      should(rig.reader.status().state).equal('idle');
    }
  );

  it('what a person must change is shown as refused and retried slowly', async () => {
    const rig = new Rig(new FakePlc(8192));
    rig.transport.facts = failure('OPENOT_OPCUA_CREDENTIALS', 'refused');
    await rig.started(50_000);
    should(rig.transport.connects).be.within(10, 11);
    should(rig.reader.status()).have.properties({ state: 'refused', code: 'OPENOT_OPCUA_CREDENTIALS' });
    should(rig.errors.length).equal(1);
  });

  it('trigger: polls only when told, until nothing more is there', async () => {
    const plc = new FakePlc(65536);
    plc.fill(500);
    const rig = await new Rig(plc, { mode: 'trigger' }).started(60_000);
    should(rig.reads()).eql([]);
    rig.reader.read();
    await rig.clock.pass(100);
    should(rig.ids).eql(seqs(0, 499));
    rig.reads();
    await rig.clock.pass(60_000);
    should(rig.reads()).eql([]);
  });

  it('trigger: a read that meets an update or a wrong control block goes on until it has really read', async () => {
    const plc = new FakePlc(65536);
    const rig = await new Rig(plc, { mode: 'trigger' }).started(600);
    plc.fill(2);
    const update = plc.stores();
    update.steps[0]();
    rig.reader.read();
    await rig.clock.pass(1_000);
    should(rig.reader.status()).have.properties({ state: 'updating', code: 'OPENOT_CONTROL_FROZEN' });
    for (const step of update.steps.slice(1)) step();
    await rig.clock.pass(6_000);
    should(rig.ids).eql(seqs(0, 2));
    should(rig.reader.status().state).equal('idle');
    plc.fill(1);
    plc.control = new Uint8Array(88);
    rig.reader.read();
    await rig.clock.pass(20_000);
    should(rig.reader.status()).have.properties({ state: 'refused', code: 'OPENOT_CONTROL_WRONG_SYNC' });
    plc.control = undefined;
    await rig.clock.pass(6_000);
    should(rig.ids).eql(seqs(0, 3));
    rig.reads();
    await rig.clock.pass(60_000);
    should(rig.reads()).eql([]);
  });

  it('a trouble is still to be seen while the reader is paused', async () => {
    const plc = new FakePlc(65536);
    const rig = await new Rig(plc).started(600);
    plc.control = new Uint8Array(88);
    await rig.clock.pass(6_000);
    rig.reader.pause();
    await rig.clock.pass(20_000);
    should(rig.reader.status()).have.properties({ state: 'paused', code: 'OPENOT_CONTROL_WRONG_SYNC' });
    plc.control = undefined;
    rig.reader.resume();
    await rig.clock.pass(1_000);
    should(rig.reader.status().code).be.undefined();
  });

  it('pause and resume; read polls once while paused', async () => {
    const plc = new FakePlc(65536);
    const rig = await new Rig(plc).started(600);
    rig.reader.pause();
    await rig.clock.pass(10);
    plc.fill(3);
    rig.reads();
    await rig.clock.pass(5_000);
    should(rig.reads()).eql([]);
    should(rig.reader.status().state).equal('paused');
    rig.reader.read();
    await rig.clock.pass(5_000);
    should(rig.ids).eql(seqs(0, 2));
    should(rig.reader.status().state).equal('paused');
    plc.fill(2);
    rig.reader.resume();
    await rig.clock.pass(10);
    should(rig.ids).eql(seqs(0, 4));
  });

  it('subscribe: a change wakes it; without one it polls slowly', async () => {
    const plc = new FakePlc(65536);
    const rig = await new Rig(plc, { mode: 'subscribe' }).started(20_000);
    rig.reads();
    await rig.clock.pass(20_000);
    should(rig.reads().length).equal(4);
    plc.fill(2);
    rig.transport.onChange?.();
    await rig.clock.pass(1);
    should(rig.ids).eql(seqs(0, 1));
    plc.fill(2);
    await rig.clock.pass(5_001);
    should(rig.ids).eql(seqs(0, 3));
  });

  it('subscribe watches anew after a lost session', async () => {
    const plc = new FakePlc(65536);
    const rig = await new Rig(plc, { mode: 'subscribe' }).started(600);
    rig.transport.onChange = undefined;
    let fail = true;
    rig.transport.answer = (outcome) =>
      fail ? ((fail = false), failure('OPENOT_OPCUA_SESSION_LOST', 'reconnect')) : outcome;
    await rig.clock.pass(10_000);
    should(rig.transport.onChange).be.a.Function();
  });

  it(
    'reports its status at every change and in between, with lag, totals and the clock of the ' + 'controller',
    async () => {
      const plc = new FakePlc(65536);
      plc.fill(3);
      const rig = await new Rig(plc, { statusIntervalMs: 1_000 }).started(10_500);
      const last = rig.statuses[rig.statuses.length - 1];
      should(rig.statuses.length).be.within(11, 14);
      should(last).have.properties({
        state: 'idle',
        cursorAbs: 132,
        lag: 0,
        capacity: 65536,
        inFlight: 0,
        clockSkewMs: 997,
        about: ['a fake']
      });
      should(last.totals).eql({
        records: 3,
        bytes: 132,
        lost: 0,
        indeterminate: 0,
        beforeContact: 0,
        laps: 0,
        skipped: 0,
        incarnations: 0
      });
      await rig.reader.stop();
      should(rig.statuses[rig.statuses.length - 1].state).equal('stopped');
    }
  );
});

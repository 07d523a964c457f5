import should from 'should';
import { encodeControlBlock } from '../../../lib/ring';
import { udintSlot } from '../../support/records';
import { FakePlc } from './fake-plc';
import { failure, MemoryStore } from './fake-ports';
import { Rig, seqs } from './rig';

/* Rare meetings of two troubles: each was wrong once. */
const killed = (rig: Rig): MemoryStore => {
  const store = new MemoryStore();
  store.bytes = rig.store.bytes?.slice();
  return store;
};
const lossClasses = (rig: Rig): string[] => rig.notices.flatMap((item) => (item.kind === 'loss' ? [item.class] : []));
/** Two of five records settled, all five handed on, then killed. */
async function killedWithTwoOfFive(plc: FakePlc): Promise<MemoryStore> {
  plc.fill(5);
  const rig = new Rig(plc, { maxRecords: 1, saveIntervalMs: 0 });
  rig.settles = false;
  await rig.started(1_000);
  rig.reader.settle(2);
  await rig.clock.pass(1_000);
  return killed(rig);
}

describe('reader: a kill, and counters that went back although the ring stands', () => {
  it('every state that is saved can be read back', async () => {
    const plc = new FakePlc(8192);
    plc.lostOffset = 10;
    const store = await killedWithTwoOfFive(plc);
    plc.lostOffset = 0;
    const states: Uint8Array[] = [];
    const save = store.save.bind(store);
    store.save = (bytes) => {
      states.push(bytes.slice());
      return save(bytes);
    };
    const next = await new Rig(plc, {}, store).started(20_000);
    should(next.ids).eql(seqs(2, 4));
    for (const bytes of states) {
      const again = new MemoryStore();
      again.bytes = bytes;
      should((await new Rig(plc, {}, again).started(600)).reader.status().code).be.undefined();
    }
  });

  it('is one new incarnation, not one after the other', async () => {
    const plc = new FakePlc(8192);
    const store = await killedWithTwoOfFive(plc);
    plc.control = encodeControlBlock({
      version: 2,
      caps: 0,
      bufferId: 7,
      capacity: 8192,
      seqlock: 8,
      headAbs: 176n,
      oldestAbs: 0n,
      lostCount: 0n,
      runId: 1n,
      epochId: 1n,
      epochFirstAbs: 0n,
      definitionHash: plc.definitionHash,
      prevDefinitionHash: plc.prevDefinitionHash
    });
    const next = await new Rig(plc, {}, store).started(120_000);
    should(next.notices.map((item) => item.kind)).eql(['incarnation']);
    should(next.ids).eql(seqs(2, 3));
  });
});

describe('reader: seek and other troubles', () => {
  it('does not cross a restart of the ring that nobody has seen yet', async () => {
    const plc = new FakePlc(8192);
    plc.fill(5);
    const rig = await new Rig(plc).started(3_000);
    plc.powerCycle();
    plc.fill(20);
    const sought = rig.reader.seek('oldest');
    await rig.clock.pass(30_000);
    should(await sought).have.properties({ ok: false, code: 'OPENOT_SEEK_LATER' });
    should(rig.notices.map((item) => item.kind)).eql(['incarnation']);
    should(rig.batches.map((batch) => batch.facts.incarnation)).eql([0, 1, 1]);
  });

  it('backward, then overwritten: what came before the seek is not called lost', async () => {
    const plc = new FakePlc(4096);
    plc.fill(80);
    const rig = await new Rig(plc, { maxRecords: 5, maxInFlight: 1 }).started(30_000);
    let cut = false;
    rig.transport.answer = (outcome) => (cut ? failure('OPENOT_TEST', 'retry') : outcome);
    rig.sink = () => {
      cut = true;
    };
    const sought = rig.reader.seek(10 * 44);
    await rig.clock.pass(2_000);
    should(await sought).eql({ ok: true });
    plc.fill(100);
    cut = false;
    rig.sink = () => undefined;
    await rig.clock.pass(30_000);
    should(lossClasses(rig)).eql(['indeterminate']);
  });

  it('is answered while the state cannot be saved, and forgets nothing that was read', async () => {
    const plc = new FakePlc(8192);
    plc.fill(5);
    const rig = await new Rig(plc).started(3_000);
    rig.store.fails = true;
    plc.powerCycle(2n);
    plc.fill(3);
    await rig.clock.pass(9_000);
    const sought = rig.reader.seek('newest');
    await rig.clock.pass(3_000);
    should(await sought).have.properties({ ok: false, code: 'OPENOT_SEEK_LATER' });
    rig.store.fails = false;
    await rig.clock.pass(3_000);
    should(rig.ids).eql([...seqs(0, 4), ...seqs(0, 2, 1, 2)]);
  });
});

describe('reader: what may have been delivered', () => {
  it('is known by the lease of an incarnation that had begun before the stop, too', async () => {
    const plc = new FakePlc(1024);
    plc.fill(5);
    const rig = new Rig(plc, { ackTimeoutMs: 5_000 });
    rig.settles = false;
    await rig.started(600);
    plc.powerCycle(2n);
    plc.fill(5);
    await rig.clock.pass(20_000);
    should(rig.ids.slice(5)).eql(seqs(0, 4, 1, 2));
    const store = killed(rig);
    plc.fill(60);
    const next = await new Rig(plc, {}, store).started(9_000);
    should(next.notices[0]).have.properties({ kind: 'incarnation', from: 0, to: 2 });
    should(lossClasses(next)).eql(['indeterminate']);
  });

  it('is not narrowed by an old copy of the control block', async () => {
    const plc = new FakePlc(1024);
    plc.fill(3);
    const rig = new Rig(plc);
    rig.settles = false;
    await rig.started(1_200);
    const old = plc.controlBytes();
    plc.fill(5);
    await rig.clock.pass(600);
    should(rig.ids).eql(seqs(0, 7));
    plc.control = old;
    const next = await new Rig(plc, {}, killed(rig)).started(1_000);
    plc.control = undefined;
    plc.fill(60);
    await next.clock.pass(20_000);
    should(lossClasses(next)).eql(['indeterminate']);
  });
});

describe('reader: a status that does not hide what is wrong', () => {
  it('while the state cannot be saved, also as long as the lease lasts, and every interval', async () => {
    const plc = new FakePlc(65536);
    plc.fill(5);
    const rig = await new Rig(plc, { statusIntervalMs: 1_000 }).started(3_000);
    rig.store.fails = true;
    plc.append();
    await rig.clock.pass(3_000);
    should(rig.reader.status()).have.properties({ state: 'idle', code: 'OPENOT_STATE_NOT_SAVED' });
    for (let i = 0; i < 4; i++) plc.fill(500);
    await rig.clock.pass(3_000);
    should(rig.reader.status()).have.properties({ state: 'waiting', code: 'OPENOT_STATE_NOT_SAVED' });
    const told = rig.statuses.length;
    await rig.clock.pass(10_000);
    should(rig.statuses.length).be.aboveOrEqual(told + 9);
    rig.store.fails = false;
    await rig.clock.pass(3_000);
    should(rig.reader.status().code).be.undefined();
  });

  for (const [name, rest] of [
    ['paused', (rig: Rig) => rig.reader.pause()],
    ['triggered', () => undefined]
  ] as const) {
    it(`while acknowledgements are missing and the reader is ${name}`, async () => {
      const plc = new FakePlc(8192);
      plc.fill(5);
      const rig = new Rig(plc, {
        mode: name === 'triggered' ? 'trigger' : 'poll',
        commit: 'onAck',
        ackTimeoutMs: 2_000
      });
      rig.settles = false;
      await rig.started(100);
      rig.reader.read();
      await rig.clock.pass(600);
      rest(rig);
      await rig.clock.pass(60_000);
      should(rig.reader.status().code).equal('OPENOT_ACK_TIMEOUT');
      rig.reader.settle(1);
      await rig.clock.pass(1_000);
      should(rig.reader.status().code).be.undefined();
    });
  }

  it('of a controller that was silent before the reader was started again', async () => {
    const plc = new FakePlc(8192);
    plc.append(0, { eventTypeId: 0x0100, slots: [udintSlot(0x002a, 1_000)] });
    const first = await new Rig(plc).started(600);
    await first.reader.stop();
    should((await first.again().started(10_000)).reader.status().code).equal('OPENOT_PLC_SILENT');
  });

  it('not of promises that were taken back, or of a run that is over', async () => {
    const plc = new FakePlc(8192);
    plc.append(5, { eventTypeId: 0x0100, slots: [udintSlot(0x002a, 1_000)] });
    const rig = await new Rig(plc).started(600);
    plc.append(5, { eventTypeId: 0x0100, slots: [udintSlot(0x002a, 0)] });
    await rig.clock.pass(60_000);
    should(rig.errors).eql([]);
    plc.append(5, { eventTypeId: 0x0100, slots: [udintSlot(0x002a, 1_000)] });
    plc.runId = 2n;
    plc.append(6);
    await rig.clock.pass(60_000);
    should(rig.errors).eql([]);
  });
});

describe('reader: forget', () => {
  it('gives what comes again another incarnation', async () => {
    const plc = new FakePlc(8192);
    plc.fill(5);
    const rig = await new Rig(plc).started(600);
    const forgotten = rig.reader.forget();
    await rig.clock.pass(600);
    should(await forgotten).eql({ ok: true });
    should(rig.batches.map((batch) => batch.facts.incarnation)).eql([0, 1]);
  });

  it('is not undone by the stop of a reader that had failed', async () => {
    const plc = new FakePlc(8192);
    plc.fill(5);
    const rig = new Rig(plc, { maxRecords: 2 });
    rig.sink = () => {
      if (rig.batches.length === 1) throw new Error('fell over');
    };
    await rig.started(3_000);
    should(await rig.reader.forget()).eql({ ok: true });
    await rig.reader.stop();
    should(rig.store.bytes).be.undefined();
  });

  it('is refused while another uses the state', async () => {
    const store = new MemoryStore();
    store.lockedBy = 'process 1';
    const rig = await new Rig(new FakePlc(8192), {}, store).started(600);
    const forgotten = rig.reader.forget();
    await rig.clock.pass(2_000);
    should(await forgotten).have.properties({ ok: false, code: 'OPENOT_STATE_LOCKED' });
  });
});

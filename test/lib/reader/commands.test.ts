import should from 'should';
import { udintSlot } from '../../support/records';
import { FakePlc } from './fake-plc';
import { failure, MemoryStore } from './fake-ports';
import { Rig, seqs } from './rig';

const HEARTBEAT = 0x0100;

describe('reader: seek', () => {
  it('goes back: records come again, and no source counts as lost before its first one', async () => {
    const plc = new FakePlc(8192);
    plc.fill(10);
    const rig = await new Rig(plc).started(600);
    const sought = rig.reader.seek(5 * 44);
    await rig.clock.pass(600);
    should(await sought).eql({ ok: true });
    should(rig.ids).eql([...seqs(0, 9), ...seqs(5, 9)]);
    should(rig.notices).eql([]);
  });

  it('goes forward as a skipped range, which is told once', async () => {
    const plc = new FakePlc(8192);
    plc.fill(4);
    const rig = await new Rig(plc, { mode: 'trigger' }).started();
    rig.reader.read();
    await rig.clock.pass(600);
    rig.items.length = 0;
    plc.fill(6);
    const sought = rig.reader.seek(8 * 44);
    await rig.clock.pass(600);
    should(await sought).eql({ ok: true });
    rig.reader.read();
    await rig.clock.pass(600);
    should(rig.notices).eql(
      [{ kind: 'skipped', fromAbs: 0, toAbs: 352, reason: 'OPENOT_SEEK' }].map((notice) => ({
        ...notice,
        fromAbs: 4 * 44
      }))
    );
    should(rig.ids).eql(seqs(8, 9));
    await rig.reader.stop();
    should((await rig.again().started(600)).ids).eql([]);
  });

  it('knows oldest and newest', async () => {
    const plc = new FakePlc(1024);
    plc.fill(50);
    const rig = await new Rig(plc).started(600);
    const count = rig.ids.length;
    await Promise.all([rig.reader.seek('oldest'), rig.clock.pass(600)]);
    should(rig.ids.length).equal(2 * count);
    should(rig.notices.filter((item) => item.kind === 'loss')).have.length(1);
    await Promise.all([rig.reader.seek('newest'), rig.clock.pass(600)]);
    should(rig.ids.length).equal(2 * count);
    plc.append();
    await rig.clock.pass(600);
    should(rig.ids.at(-1)).equal('1/1/50');
  });

  it('refuses a position that the ring does not retain, and changes nothing', async () => {
    const plc = new FakePlc(1024);
    plc.fill(50);
    const rig = await new Rig(plc).started(600);
    for (const to of [0, plc.writer.headAbs + 4]) {
      const sought = rig.reader.seek(to);
      await rig.clock.pass(600);
      should(await sought).have.properties({ ok: false, code: 'OPENOT_SEEK_OUTSIDE' });
    }
    plc.append();
    await rig.clock.pass(600);
    should(rig.ids.at(-1)).equal('1/1/50');
    should(rig.notices.filter((item) => item.kind === 'skipped')).eql([]);
  });

  it('is the way out of a state that cannot be read', async () => {
    const plc = new FakePlc(8192);
    plc.fill(10);
    const store = new MemoryStore();
    store.bytes = Buffer.from('damaged');
    const rig = await new Rig(plc, {}, store).started(600);
    should(rig.reader.status().state).equal('failed');
    const sought = rig.reader.seek(7 * 44);
    await rig.clock.pass(600);
    should(await sought).eql({ ok: true });
    should(rig.ids).eql(seqs(7, 9));
  });

  it('waits for the link', async () => {
    const plc = new FakePlc(8192);
    plc.fill(10);
    const rig = new Rig(plc);
    const facts = rig.transport.facts;
    rig.transport.facts = failure('OPENOT_TEST', 'reconnect');
    await rig.started(600);
    let answer: unknown;
    void rig.reader.seek('newest').then((outcome) => (answer = outcome));
    await rig.clock.pass(3_000);
    should(answer).be.undefined();
    rig.transport.facts = facts;
    await rig.clock.pass(3_000);
    should(answer).eql({ ok: true });
    should(rig.ids).eql([]);
  });

  it('answers when the reader is stopped before', async () => {
    const rig = await new Rig(new FakePlc(8192)).started(600);
    await rig.reader.stop();
    should(await rig.reader.seek(0)).have.properties({ ok: false, code: 'OPENOT_READER_STOPPED' });
  });
});

describe('reader: acknowledgements that do not come', () => {
  it('are an error once and a status as long as they are missing; nothing is passed over', async () => {
    const plc = new FakePlc(8192);
    plc.fill(5);
    const rig = new Rig(plc, { commit: 'onAck', ackTimeoutMs: 2_000, maxInFlight: 2, maxRecords: 2 });
    rig.settles = false;
    await rig.started(1_900);
    should(rig.errors).eql([]);
    should(rig.ids).eql(seqs(0, 3));
    should(rig.reader.status()).have.properties({ state: 'waiting', inFlight: 2 });
    await rig.clock.pass(60_000);
    should(rig.errors.map((error) => error.code)).eql(['OPENOT_ACK_TIMEOUT']);
    should(rig.reader.status()).have.properties({ state: 'waiting', code: 'OPENOT_ACK_TIMEOUT' });
    rig.reader.settle(1);
    await rig.clock.pass(1_000);
    should(rig.reader.status().code).be.undefined();
    should(rig.ids).eql(seqs(0, 4));
    await rig.reader.stop();
    should((await rig.again().started(600)).ids).eql(seqs(2, 4));
  });

  it('are not missed where nothing is outstanding, nor under onSend', async () => {
    const plc = new FakePlc(8192);
    plc.fill(5);
    const settled = await new Rig(plc, { commit: 'onAck', ackTimeoutMs: 2_000 }).started(60_000);
    should(settled.errors).eql([]);
    const sending = new Rig(plc, { ackTimeoutMs: 2_000 });
    sending.settles = false;
    await sending.started(60_000);
    should(sending.errors).eql([]);
  });
});

describe('reader: a state that another uses', () => {
  it('is refused aloud, read by nobody, and taken over when it is free', async () => {
    const plc = new FakePlc(8192);
    plc.fill(3);
    const store = new MemoryStore();
    store.lockedBy = 'process 1';
    const rig = await new Rig(plc, {}, store).started(30_000);
    should(rig.reader.status()).have.properties({ state: 'refused', code: 'OPENOT_STATE_LOCKED' });
    should(rig.errors.map((error) => error.code)).eql(['OPENOT_STATE_LOCKED']);
    should(rig.transport.log).eql([]);
    store.lockedBy = undefined;
    await rig.clock.pass(2_000);
    should(rig.ids).eql(seqs(0, 2));
    await rig.reader.stop();
    should(store.locks).equal(0);
  });
});

describe('reader: a state that another took', () => {
  it('ends the reader before the next batch, also where its lease would cover it', async () => {
    const plc = new FakePlc(65536);
    plc.append();
    const store = Object.assign(new MemoryStore(), { mine: true, isMine: () => Promise.resolve(store.mine) });
    const rig = await new Rig(plc, { saveIntervalMs: 3_600_000 }, store).started(3_000);
    store.mine = false;
    plc.fill(5);
    await rig.clock.pass(3_000);
    should(rig.ids).eql(seqs(0, 0));
    should(rig.reader.status()).have.properties({ state: 'failed', code: 'OPENOT_STATE_LOCKED' });
  });
});

describe('reader: a controller that goes silent', () => {
  const withHeartbeat = async (): Promise<{ plc: FakePlc; rig: Rig }> => {
    const plc = new FakePlc(8192);
    plc.append(0, { eventTypeId: HEARTBEAT, slots: [udintSlot(0x002a, 1_000)] });
    return { plc, rig: await new Rig(plc).started(600) };
  };

  it('is told after three heartbeats that did not come, once, until one comes', async () => {
    const { plc, rig } = await withHeartbeat();
    await rig.clock.pass(2_300);
    should(rig.reader.status().code).be.undefined();
    await rig.clock.pass(60_000);
    should(rig.reader.status()).have.properties({ state: 'idle', code: 'OPENOT_PLC_SILENT' });
    should(rig.errors.map((error) => error.code)).eql(['OPENOT_PLC_SILENT']);
    plc.append(1);
    await rig.clock.pass(600);
    should(rig.reader.status().code).be.undefined();
    await rig.clock.pass(10_000);
    should(rig.errors.map((error) => error.code)).eql(['OPENOT_PLC_SILENT', 'OPENOT_PLC_SILENT']);
  });

  it('is not told of one that promised nothing, nor of one that was out of reach meanwhile', async () => {
    const plc = new FakePlc(8192);
    plc.append();
    const quiet = await new Rig(plc).started(600_000);
    should(quiet.errors).eql([]);
    const { rig } = await withHeartbeat();
    const facts = rig.transport.facts;
    rig.transport.facts = failure('OPENOT_TEST', 'reconnect');
    rig.transport.answer = () => failure('OPENOT_TEST', 'reconnect');
    await rig.clock.pass(60_000);
    rig.transport.facts = facts;
    rig.transport.answer = (outcome) => outcome;
    await rig.clock.pass(11_000);
    should(rig.errors.map((error) => error.code).filter((code) => code === 'OPENOT_PLC_SILENT').length).be.belowOrEqual(
      1
    );
    should(rig.errors[0].code).equal('OPENOT_TEST');
  });
});

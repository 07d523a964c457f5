import should from 'should';
import { DEFAULT_SETTINGS } from '../../../lib/reader';
import { encodeState, StateFile } from '../../../lib/reader/progress/saved-state';
import { FakePlc } from './fake-plc';
import { MemoryStore } from './fake-ports';
import { Rig, seqs } from './rig';

describe('reader: checkpoints', () => {
  it('goes on exactly where it was stopped, ten times', async () => {
    const plc = new FakePlc(8192);
    const store = new MemoryStore();
    const all: string[] = [];
    let rig = new Rig(plc, {}, store);
    for (let life = 0; life < 10; life++) {
      await rig.started(100);
      plc.fill(20, 1 + (life % 3));
      await rig.clock.pass(700 + life * 37);
      plc.fill(5);
      await rig.reader.stop();
      all.push(...rig.ids);
      should(rig.notices).eql([]);
      rig = rig.again();
    }
    await rig.started(600);
    all.push(...rig.ids);
    should(new Set(all).size).equal(all.length);
    should(all.length).equal(250);
  });

  it('what was not settled is read again after a restart, and only that', async () => {
    const plc = new FakePlc(8192);
    plc.fill(30);
    const rig = new Rig(plc, { maxRecords: 10 });
    rig.settles = false;
    await rig.started(600);
    should(rig.batches.length).equal(3);
    rig.reader.settle(2);
    await rig.reader.stop();
    const next = await rig.again().started(600);
    should(next.ids).eql(seqs(20, 29));
    should(next.notices).eql([]);
  });

  it('settling is cumulative, and in any order', async () => {
    const plc = new FakePlc(8192);
    plc.fill(30);
    const rig = new Rig(plc, { maxRecords: 10 });
    rig.settles = false;
    await rig.started(600);
    rig.reader.settle(3);
    rig.reader.settle(1);
    should(rig.reader.status().inFlight).equal(0);
    await rig.reader.stop();
    should((await rig.again().started(600)).ids).eql([]);
  });

  it('at most maxInFlight batches are on their way; then reading stops, and goes on when one is settled', async () => {
    const plc = new FakePlc(1 << 16);
    plc.fill(200);
    const rig = new Rig(plc, { maxRecords: 10, maxInFlight: 4 });
    rig.settles = false;
    await rig.started(5_000);
    should(rig.batches.length).equal(4);
    should(rig.reader.status()).have.properties({ state: 'waiting', inFlight: 4 });
    rig.reads();
    await rig.clock.pass(60_000);
    should(rig.reads()).eql([]);
    rig.reader.settle(1);
    await rig.clock.pass(10);
    should(rig.batches.length).equal(5);
    rig.settles = true;
    rig.reader.settle(5);
    await rig.clock.pass(100);
    should(rig.ids).eql(seqs(0, 199));
  });

  it('saves at most once per second, and at stop', async () => {
    const plc = new FakePlc(1 << 16);
    const rig = await new Rig(plc, { intervalMs: 50 }).started(0);
    for (let i = 0; i < 100; i++) {
      plc.append();
      await rig.clock.pass(50);
    }
    should(rig.store.saves).be.within(4, 7);
    plc.append();
    await rig.clock.pass(60);
    const before = rig.store.saves;
    await rig.reader.stop();
    should(rig.store.saves).equal(before + 1);
    await rig.reader.stop();
    should(rig.store.saves).equal(before + 1);
  });

  it('a settled batch is saved although nothing more happens', async () => {
    const plc = new FakePlc(1 << 16);
    const rig = new Rig(plc, { mode: 'trigger' });
    rig.settles = false;
    await rig.started(5_000);
    plc.fill(3);
    rig.reader.read();
    await rig.clock.pass(5_000);
    const before = rig.store.saves;
    rig.reader.settle(1);
    await rig.clock.pass(2_000);
    should(rig.store.saves).equal(before + 1);
    // As after kill -9: no stop.
    should((await rig.again().started(600)).ids).eql([]);
  });

  it('an unreadable state stops the reader with one error; forget is the way out', async () => {
    const plc = new FakePlc(8192);
    plc.fill(5);
    const store = new MemoryStore();
    const first = await new Rig(plc, {}, store).started(600);
    await first.reader.stop();
    const good = store.bytes as Uint8Array;
    const damages: Uint8Array[] = [
      good.slice(0, good.length - 1),
      Uint8Array.from(good, (byte, at) => (at === good.length - 9 ? byte ^ 1 : byte)),
      new Uint8Array(0),
      Buffer.from('{"cursor":0}'),
      Buffer.from(Buffer.from(good).toString('latin1').replace('STATE 2', 'STATE 3'), 'latin1')
    ];
    for (const damage of damages) {
      store.bytes = damage;
      const rig = await new Rig(plc, {}, store).started(60_000);
      should(rig.reader.status()).have.properties({ state: 'failed', code: 'OPENOT_STATE_UNREADABLE' });
      should(rig.errors.map((error) => error.code)).eql(['OPENOT_STATE_UNREADABLE']);
      should(rig.errors[0].message).match(/forget/);
      should(rig.transport.log).eql([]);
      await rig.reader.stop();
      should(store.bytes).equal(damage);
    }
    const rig = await new Rig(plc, {}, store).started(600);
    const forgotten = rig.reader.forget();
    await rig.clock.pass(600);
    await forgotten;
    should(rig.ids).eql(seqs(0, 4));
    should(rig.reader.status().state).equal('idle');
  });

  const impossible: [string, (state: Record<string, unknown>) => void][] = [
    ['another capacity than the control block in it', (state) => (state.capacity = 4096)],
    ['another buffer id than the control block in it', (state) => (state.bufferId = 8)],
    ['a capacity of 0', (state) => (state.capacity = 0)],
    ['a fingerprint of length 0', (state) => (state.fingerprint = { abs: 176, length: 0, crc: 1 })],
    ['a fingerprint longer than the ring', (state) => (state.fingerprint = { abs: 0, length: 9_000, crc: 1 })],
    ['a fingerprint longer than a record', (state) => (state.fingerprint = { abs: 0, length: 70_000, crc: 1 })],
    ['a fingerprint whose CRC has 33 bits', (state) => (state.fingerprint = { abs: 176, length: 44, crc: 2 ** 32 })],
    [
      'a fingerprint across the end of a lap',
      (state) => Object.assign(state, { cursor: 8_200, fingerprint: { abs: 8_150, length: 48, crc: 1 } })
    ],
    ['a cursor before the end of the fingerprint', (state) => (state.cursor = 219)],
    ['a run id of 65 bits', (state) => (state.lastRunId = '18446744073709551616')],
    ['a time of 65 bits', (state) => (state.lastTimeNs = '18446744073709551616')],
    ['a start of the unbroken stretch behind the cursor', (state) => (state.unbrokenFrom = 221)],
    ['a count that is none', (state) => (state.written = -1)]
  ];
  for (const [what, breakIt] of impossible) {
    it(`a whole state with ${what} cannot be used`, async () => {
      const plc = new FakePlc(8192);
      plc.fill(5);
      const store = new MemoryStore();
      const first = await new Rig(plc, {}, store).started(600);
      await first.reader.stop();
      const image = Buffer.from(store.bytes as Uint8Array);
      const state = JSON.parse(image.toString('utf8', image.indexOf(10) + 1)) as {
        checkpoint: Record<string, unknown>;
      };
      breakIt(state.checkpoint);
      store.bytes = encodeState(state as unknown as StateFile);
      const rig = await new Rig(plc, {}, store).started(60_000);
      should(rig.reader.status()).have.properties({ state: 'failed', code: 'OPENOT_STATE_UNREADABLE' });
      should(rig.transport.log).eql([]);
      should(rig.errors.length).equal(1);
    });
  }

  it('a store that cannot be read is no empty store', async () => {
    const store = new MemoryStore();
    store.fails = true;
    const rig = await new Rig(new FakePlc(8192), {}, store).started(600);
    should(rig.reader.status().code).equal('OPENOT_STATE_UNREADABLE');
  });

  it('a state that cannot be saved is one error, and at most one ring is handed on until it can be', async () => {
    const plc = new FakePlc(1024);
    plc.append();
    const rig = await new Rig(plc).started(600);
    should(rig.ids).eql(seqs(0, 0));
    rig.store.fails = true;
    for (let i = 1; i < 40; i++) {
      plc.append();
      await rig.clock.pass(1_000);
    }
    // The lease that was saved with the first record reaches one ring beyond it.
    should(rig.ids).eql(seqs(0, 23));
    should(rig.errors.map((error) => error.code)).eql(['OPENOT_STATE_NOT_SAVED']);
    should(rig.reader.status()).have.properties({ state: 'waiting', code: 'OPENOT_STATE_NOT_SAVED' });
    rig.store.fails = false;
    await rig.clock.pass(2_000);
    should(rig.ids).eql(seqs(0, 39));
    should(rig.reader.status().code).be.undefined();
    await rig.reader.stop();
    should((await rig.again().started(600)).ids).eql([]);
  });

  it('forget begins as at first contact while running', async () => {
    const plc = new FakePlc(8192);
    plc.fill(5);
    const rig = await new Rig(plc).started(600);
    const forgotten = rig.reader.forget();
    await rig.clock.pass(600);
    await forgotten;
    should(rig.ids).eql([...seqs(0, 4), ...seqs(0, 4)]);
  });

  it('a batch that could not be handed on stops the reader, and is read again after the next start', async () => {
    const plc = new FakePlc(8192);
    plc.fill(5);
    const rig = new Rig(plc);
    rig.sink = () => Promise.reject(new Error('downstream fell over'));
    await rig.started(600);
    should(rig.reader.status()).have.properties({ state: 'failed', code: 'OPENOT_READER_SINK' });
    await rig.reader.stop();
    should((await rig.again().started(600)).ids).eql(seqs(0, 4));
  });

  it('stop ends a batch that downstream never takes', async () => {
    const plc = new FakePlc(8192);
    plc.fill(5);
    const rig = new Rig(plc);
    rig.sink = () => new Promise(() => undefined);
    await rig.started(600);
    await rig.reader.stop();
    should(rig.transport.closes).equal(1);
  });

  it('the stream keeps its name when the endpoint is called otherwise later', async () => {
    const plc = new FakePlc(8192);
    const rig = await new Rig(plc).started(600);
    await rig.reader.stop();
    const next = await rig.again({ host: '10.0.0.9' }).started(600);
    should(next.reader.statusFacts().stream).equal('plc/7');
  });

  it('the sizes that a user sees have defaults', () => {
    should(DEFAULT_SETTINGS).have.properties({
      intervalMs: 500,
      maxInFlight: 16,
      firstChunk: 4096,
      maxChunk: 65536,
      mode: 'poll',
      verify: 'extraCall',
      startFrom: 'oldest'
    });
  });
});

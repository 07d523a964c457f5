import should from 'should';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openReader, OpenReaderOptions } from '../../../lib/reader';
import { itemsOfBatch } from '../../../lib/stream';
import { FakePlc } from './fake-plc';
import { FakeTransport } from './fake-ports';

describe('openReader', function () {
  this.timeout(60_000);
  let folder: string;
  let stateFile: string;
  let plc: FakePlc;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'openot-open-reader-'));
    stateFile = join(folder, 'ring.state');
    plc = new FakePlc(4096);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const open = (options: Partial<OpenReaderOptions> = {}): ReturnType<typeof openReader> =>
    openReader({ transport: new FakeTransport(plc), stateFile, intervalMs: 10, ...options });
  /** Seqs of the records that come until there are `count`; every batch is settled where `settles`. */
  async function seqs(count: number, settles = true, options: Partial<OpenReaderOptions> = {}): Promise<number[]> {
    const found: number[] = [];
    for await (const batch of open(options)) {
      for (const item of itemsOfBatch(batch.payload, batch.facts).items)
        if (item.kind === 'record') found.push(item.seq);
      if (settles) batch.settle();
      if (found.length >= count) break;
    }
    return found;
  }

  it('gives the batches of a ring in order, as they are written', async () => {
    for (let i = 0; i < 5; i++) plc.append();
    const reading = seqs(8, true, { maxRecords: 2 });
    for (let i = 0; i < 3; i++) plc.append();
    should(await reading).eql([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it(
    'goes on behind what was settled when it is opened again, and lets go of the lock when the loop is ' + 'left',
    async () => {
      for (let i = 0; i < 3; i++) plc.append();
      should(await seqs(3)).eql([0, 1, 2]);
      should(existsSync(`${stateFile}.lock`)).be.false();
      plc.append();
      should(await seqs(1)).eql([3]);
    }
  );

  it('brings again what was not settled', async () => {
    plc.append();
    should(await seqs(1, false)).eql([0]);
    should(await seqs(1)).eql([0]);
  });

  it('remembers nothing where no place is given to keep it', async () => {
    plc.append();
    should(await seqs(1, true, { stateFile: undefined })).eql([0]);
    should(await seqs(1, true, { stateFile: undefined })).eql([0]);
    should(existsSync(stateFile)).be.false();
  });

  it('reads no further than maxInFlight batches that nobody settles', async () => {
    for (let i = 0; i < 6; i++) plc.append();
    const waiting = new Promise<void>((resolve) => {
      const reader = open({
        maxRecords: 1,
        maxInFlight: 2,
        statusIntervalMs: 100,
        onStatus: ({ state, inFlight }) => state === 'waiting' && inFlight === 2 && resolve(void reader.close())
      });
      void (async () => {
        for await (const batch of reader) should(batch.serial).be.belowOrEqual(2);
      })();
    });
    await waiting;
  });

  it('ends when it is closed, when a signal says so, and when it is closed before it is iterated', async () => {
    const abort = new AbortController();
    for (const end of [(reader: ReturnType<typeof open>) => void reader.close(), () => abort.abort()]) {
      const reader = open({ signal: abort.signal, stateFile: undefined });
      plc.append();
      for await (const batch of reader) if (batch.serial > 0) end(reader);
      should(reader.status().state).equal('stopped');
    }
    const closed = open();
    await closed.close();
    for await (const batch of closed) should.fail(batch, undefined);
    should(closed.status().state).equal('stopped');
  });

  it('is iterated once', () => {
    const reader = open({ stateFile: undefined });
    const iterator = reader[Symbol.asyncIterator]();
    should(() => reader[Symbol.asyncIterator]()).throw(TypeError);
    return iterator.return?.();
  });

  it('throws what no time will mend, with its code: here a state that cannot be read', async () => {
    plc.append();
    writeFileSync(stateFile, 'no state of ours');
    const errors: string[] = [];
    await should(seqs(1, true, { onError: ({ code }) => errors.push(code) })).be.rejectedWith({
      name: 'OpenotError',
      code: 'OPENOT_STATE_UNREADABLE'
    });
    should(errors).eql(['OPENOT_STATE_UNREADABLE']);
    const reader = open();
    should(await reader.forget()).eql({ ok: true });
    should(await seqs(1)).eql([0]);
  });

  it('warns of troubles where nobody listens for them', async () => {
    plc.append();
    writeFileSync(stateFile, 'no state of ours');
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
    await should(seqs(1)).be.rejected();
    should(await warned).have.properties({ name: 'OpenotWarning', code: 'OPENOT_STATE_UNREADABLE' });
  });

  it('names the stream after the host that its transport knows', async () => {
    plc.append();
    for await (const batch of open({ transport: Object.assign(new FakeTransport(plc), { host: 'plc-7' }) })) {
      should(batch.facts.stream).equal('plc-7/7');
      break;
    }
  });
});

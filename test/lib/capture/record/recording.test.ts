import should from 'should';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CaptureFrame,
  decodeCapture,
  CaptureTold,
  diskFiles,
  RecordingTransport,
  recordingTransport,
  RecordingSettings
} from '../../../../lib/capture';
import { Transport } from '../../../../lib/transport/transport';
import { FakePlc } from '../../reader/fake-plc';
import { failure, FakeTransport, ManualClock, quiet } from '../../reader/fake-ports';
import { MemoryFiles } from '../support/memory-files';

const PATH = '/captures/line1';

class Bench {
  readonly plc = new FakePlc(4096);
  readonly inner = new FakeTransport(this.plc);
  readonly files = new MemoryFiles();
  readonly clock = new ManualClock();
  readonly errors: CaptureTold[] = [];
  readonly transport: RecordingTransport;

  constructor(settings: Partial<RecordingSettings> = {}) {
    this.transport = recordingTransport(this.inner, {
      path: PATH,
      clock: this.clock,
      files: this.files,
      onError: (error) => this.errors.push(error),
      ...settings
    });
  }

  async reads(count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      this.plc.append();
      this.clock.now += 100;
      should(
        (await this.transport.read([{ kind: 'control' }, { kind: 'ring', offset: 0, length: 1024 }])).ok
      ).be.true();
    }
  }

  frames(path: string): readonly CaptureFrame[] {
    const capture = decodeCapture(this.files.bytesOf(path));
    if (!capture.ok) throw new Error(capture.message);
    return capture.frames;
  }

  types(path: string): string {
    return this.frames(path)
      .map(({ content }) => content.type)
      .join(' ')
      .replace(/(read ?)+/g, (all) => `${all.trim().split(' ').length} read `)
      .trim();
  }
}

const codes = (bench: Bench): string[] => bench.errors.map(({ code }) => code);

describe('capture: recording', () => {
  it('begins with the facts and an image of the whole ring, and ends in order', async () => {
    const bench = new Bench({
      about: { software: 'openot 1', transport: 'opcua', stream: 'line 1', ring: 'ns=2;s=Ring' }
    });
    bench.plc.fill(10);
    await bench.transport.connect();
    await bench.reads(3);
    await bench.transport.close();
    bench.files.paths.should.eql([`${PATH}-000001.ootcap`]);
    bench.types(bench.files.paths[0]).should.equal('header connect image 3 read end');
    const [header, connect, image, read, , last, end] = bench.frames(bench.files.paths[0]);
    header.content.should.eql({
      type: 'header',
      software: 'openot 1',
      transport: 'opcua',
      stream: 'line 1',
      ring: 'ns=2;s=Ring',
      session: 2_000_000_000n,
      part: 0
    });
    connect.content.should.eql({ type: 'connect', again: false, outcome: bench.inner.facts });
    if (image.content.type !== 'image') throw new Error('no image');
    image.content.ring.length.should.equal(4096);
    Buffer.from(image.content.ring.subarray(0, 400))
      .equals(Buffer.from(bench.plc.ringBytes(0, 400)))
      .should.be.true();
    if (read.content.type !== 'read' || !read.content.outcome.ok) throw new Error('no read');
    read.content.parts.should.eql([{ kind: 'control' }, { kind: 'ring', offset: 0, length: 1024 }]);
    read.content.outcome.parts.map(({ length }) => length).should.eql([88, 1024]);
    [read.monotonicUs, read.wallNs].should.eql([100_000, 2_100_000_000n]);
    [last.monotonicUs, end.content].should.eql([300_000, { type: 'end', reason: 'closed' }]);
    bench.errors.should.eql([]);
    bench.files.opened.should.equal(bench.files.closed);
  });

  it('hands on exactly what the transport inside says, and closes it', async () => {
    const bench = new Bench();
    bench.inner.answer = (outcome, _parts, read) => (read === 6 ? failure('OPENOT_TEST', 'retry') : outcome);
    should(await bench.transport.connect()).equal(bench.inner.facts);
    const good = await bench.transport.read([{ kind: 'control' }]);
    should(good.ok && good.parts[0].length).equal(88);
    let failed = await bench.transport.read([{ kind: 'control' }]);
    while (failed.ok) failed = await bench.transport.read([{ kind: 'control' }]);
    should(failed).eql(failure('OPENOT_TEST', 'retry'));
    await bench.transport.close();
    should(bench.inner.closes).equal(1);
    const reads = bench.frames(bench.files.paths[0]).filter(({ content }) => content.type === 'read');
    should(reads.at(-1)?.content).have.properties({ outcome: failure('OPENOT_TEST', 'retry') });
  });

  it('has a watch and a lost link only where the transport inside has them, and records the lost link', async () => {
    const bench = new Bench();
    should(bench.transport.onLost).be.undefined();
    should(bench.transport.watch).be.a.Function();
    let lose: (error: ReturnType<typeof failure>) => void = () => undefined;
    const inner: Transport = {
      connect: () => bench.inner.connect(),
      read: (parts) => bench.inner.read(parts),
      close: () => bench.inner.close(),
      onLost: (listener) => ((lose = listener), () => undefined)
    };
    const transport = recordingTransport(inner, {
      path: '/captures/other',
      clock: bench.clock,
      files: bench.files,
      onError: (error) => bench.errors.push(error)
    });
    should(transport.watch).be.undefined();
    await transport.connect();
    const told: unknown[] = [];
    transport.onLost?.((error) => told.push(error));
    lose(failure('OPENOT_LINK', 'reconnect'));
    await transport.close();
    told.should.eql([failure('OPENOT_LINK', 'reconnect')]);
    bench.types('/captures/other-000001.ootcap').should.equal('header connect image lost end');
  });

  it('takes one image a file, and no Read more', async () => {
    const bench = new Bench();
    await bench.transport.connect();
    should(bench.inner.log.splice(0)).eql(['C', 'R', 'C']);
    await bench.reads(20);
    should(bench.inner.log.splice(0)).eql(new Array(20).fill('CR'));
    // A link that was lost and is back needs no new image.
    await bench.transport.connect();
    should(bench.inner.log).eql([]);
  });

  it(
    'rotates: no file longer than allowed, no more files than allowed, each whole and with an image of ' + 'its own',
    async () => {
      const bench = new Bench({ maxBytes: 20_000, maxFiles: 3 });
      await bench.transport.connect();
      await bench.reads(100);
      await bench.transport.close();
      bench.errors.should.eql([]);
      bench.files.paths.length.should.equal(3);
      let before: CaptureFrame | undefined;
      for (const path of bench.files.paths) {
        bench.files.bytesOf(path).length.should.be.belowOrEqual(20_000);
        bench.types(path).should.match(/^header connect image \d+ read end$/);
        const frames = bench.frames(path);
        const header = frames[0].content;
        if (header.type !== 'header') throw new Error('no header');
        should(header.session).equal(2_000_000_000n);
        should(frames[1].content).have.properties({ again: true });
        if (before?.content.type === 'header') should(header.part).equal(before.content.part + 1);
        before = frames[0];
      }
      should(bench.frames(bench.files.paths[0]).at(-1)?.content).eql({ type: 'end', reason: 'rotated' });
      should(bench.files.opened).be.above(6);
      should(bench.files.opened).equal(bench.files.closed);
    }
  );

  it('keeps to the length of a file when more comes than was asked for', async () => {
    const bench = new Bench({ maxBytes: 20_000 });
    await bench.transport.connect();
    bench.inner.answer = (outcome) =>
      outcome.ok
        ? { ok: true, parts: outcome.parts.map((part) => (part.length === 88 ? new Uint8Array(6000) : part)) }
        : outcome;
    await bench.reads(20);
    bench.inner.answer = (outcome) => outcome;
    await bench.reads(3);
    await bench.transport.close();
    for (const path of bench.files.paths) bench.files.bytesOf(path).length.should.be.belowOrEqual(20_000);
    bench.files.paths
      .flatMap((path) => [...bench.frames(path)])
      .filter(({ content }) => content.type === 'gap')
      .length.should.be.above(0);
  });

  it('goes on with the numbers of an earlier recording, and keeps no more files of both than allowed', async () => {
    for (let i = 0; i < 3; i++) {
      const bench = new Bench({ maxFiles: 2 });
      for (let n = 1; n <= i; n++) bench.files.files.set(`${PATH}-00000${n}.ootcap`, new Uint8Array(1));
      bench.files.files.set('/captures/line10-000009.ootcap', new Uint8Array(1));
      await bench.transport.connect();
      await bench.transport.close();
      bench.files.paths
        .filter((path) => path.startsWith(`${PATH}-`))
        .should.eql(i === 0 ? [`${PATH}-000001.ootcap`] : [`${PATH}-00000${i}.ootcap`, `${PATH}-00000${i + 1}.ootcap`]);
      bench.files.paths.should.containEql('/captures/line10-000009.ootcap');
    }
  });

  it('writes nothing down once it was told to end: what closing does to a Read is no trouble of the ring', async () => {
    const bench = new Bench();
    await bench.transport.connect();
    await bench.reads(2);
    bench.transport.endRecording();
    bench.inner.answer = () => failure('OPENOT_CLOSING', 'reconnect');
    should((await bench.transport.read([{ kind: 'control' }])).ok).be.false();
    await bench.transport.close();
    bench.types(bench.files.paths[0]).should.equal('header connect image 2 read end');
  });

  it('into a folder', async () => {
    const bench = new Bench({ path: '/captures/' });
    await bench.transport.connect();
    await bench.transport.close();
    bench.files.paths.should.eql(['/captures/ring-000001.ootcap']);
  });

  it('a full disk: one error, reading goes on, a new file with the gap once there is room', async () => {
    const bench = new Bench();
    await bench.transport.connect();
    await bench.reads(5);
    await quiet();
    bench.files.refuses = 'ENOSPC';
    bench.files.onlyWrites = true;
    bench.files.partly = 37;
    await bench.reads(50);
    await quiet();
    // Long enough for several tries.
    await bench.reads(400);
    await quiet();
    await bench.reads(400);
    codes(bench).should.eql(['OPENOT_CAPTURE_DISK']);
    bench.errors[0].message.should.match(/ENOSPC/);
    bench.inner.log.splice(0);
    bench.files.refuses = undefined;
    await bench.reads(301);
    await quiet();
    await bench.reads(2);
    await bench.transport.close();
    codes(bench).should.eql(['OPENOT_CAPTURE_DISK']);
    // No tries are left behind: they would take the places of good files.
    bench.files.paths.length.should.equal(2);
    // The first one is good up to its last whole frame; what the disk took of the next one is passed over.
    const first = decodeCapture(bench.files.bytesOf(bench.files.paths[0]));
    should(first.ok && first.stop?.kind).equal('cut');
    bench.types(bench.files.paths[0]).should.equal('header connect image 5 read');
    const last = bench.files.paths.at(-1) as string;
    bench.types(last).should.match(/^header gap image \d+ read end$/);
    const gap = bench.frames(last)[1].content;
    if (gap.type !== 'gap') throw new Error('no gap');
    const recorded = 5 + bench.frames(last).filter(({ content }) => content.type === 'read').length;
    // Every Read is in a file or in the gap, and so is what else was queued.
    gap.frames.should.be.aboveOrEqual(1158 - recorded);
    gap.reason.should.equal('disk');
    // While the disk failed no image was read for nothing.
    bench.inner.log.filter((entry) => entry === 'R').length.should.equal(1);
  });

  it('a disk that is full from the beginning costs nothing but one error', async () => {
    const bench = new Bench();
    bench.files.refuses = 'EACCES';
    await bench.transport.connect();
    await bench.reads(20);
    await bench.transport.close();
    codes(bench).should.eql(['OPENOT_CAPTURE_DISK']);
    bench.files.paths.should.eql([]);
  });

  it('a disk that does not answer: no Read waits, memory is bounded, one error, the gap is marked', async () => {
    const bench = new Bench({ maxQueueBytes: 50_000 });
    await bench.transport.connect();
    await bench.reads(2);
    await quiet();
    let release = (): void => undefined;
    bench.files.held = new Promise((resolve) => {
      release = resolve;
    });
    await bench.reads(1000);
    codes(bench).should.eql(['OPENOT_CAPTURE_SLOW']);
    release();
    await quiet();
    await bench.reads(3);
    await bench.transport.close();
    codes(bench).should.eql(['OPENOT_CAPTURE_SLOW']);
    const [path] = bench.files.paths;
    bench.types(path).should.match(/^header connect image \d+ read gap image 3 read end$/);
    const frames = bench.frames(path);
    const gap = frames.find(({ content }) => content.type === 'gap')?.content;
    if (gap?.type !== 'gap') throw new Error('no gap');
    (gap.frames + frames.filter(({ content }) => content.type === 'read').length).should.equal(1005);
    gap.reason.should.equal('slow');
  });

  it('a disk that never answers does not hold up closing', async () => {
    const bench = new Bench();
    await bench.transport.connect();
    bench.files.held = new Promise(() => undefined);
    await bench.reads(2);
    let closed = false;
    const closing = bench.transport.close().then(() => {
      closed = true;
    });
    await bench.clock.pass(1999);
    closed.should.be.false();
    await bench.clock.pass(1);
    await closing;
    bench.inner.closes.should.equal(1);
  });

  it('a ring that does not fit into a file is said, once, and nothing is recorded', async () => {
    const bench = new Bench({ maxBytes: 16_000 });
    const big = new FakeTransport(new FakePlc(8192));
    const transport = recordingTransport(big, {
      path: PATH,
      maxBytes: 16_384,
      clock: bench.clock,
      files: bench.files,
      onError: (error) => bench.errors.push(error)
    });
    await transport.connect();
    for (let i = 0; i < 10; i++) await transport.read([{ kind: 'control' }]);
    await transport.close();
    codes(bench).should.eql(['OPENOT_CAPTURE_TOO_SMALL']);
    bench.errors[0].message.should.match(/32768/);
  });

  it(
    'an image is read in smaller pieces where the link wants that, in the middle of an update too, and ' +
      'again where it failed',
    async () => {
      const bench = new Bench();
      bench.plc.seqlock = 7;
      bench.inner.answer = (outcome, parts) =>
        parts.some((part) => part.kind === 'ring' && part.length > 300) ? failure('OPENOT_BIG', 'smaller') : outcome;
      await bench.transport.connect();
      await bench.transport.close();
      const image = bench.frames(bench.files.paths[0])[2].content;
      if (image.type !== 'image') throw new Error('no image');
      image.ring.length.should.equal(4096);
      const failing = new Bench();
      failing.inner.answer = (outcome, parts) =>
        parts.length === 1 && parts[0].kind === 'ring' ? failure('OPENOT_GONE', 'reconnect') : outcome;
      await failing.transport.connect();
      await failing.reads(10);
      failing.inner.answer = (outcome) => outcome;
      await failing.reads(60);
      await failing.transport.close();
      failing.types(failing.files.paths[0]).should.match(/^header connect \d+ read image \d+ read end$/);
      failing.errors.should.eql([]);
    }
  );

  it('a control block that is none: what the variable holds is recorded', async () => {
    const bench = new Bench();
    bench.plc.control = new Uint8Array(88).fill(0xee);
    await bench.transport.connect();
    await bench.transport.close();
    const image = bench.frames(bench.files.paths[0])[2].content;
    should(image.type === 'image' && image.ring.length).equal(4096);
  });

  it('an error inside the recording ends the recording only', async () => {
    const bench = new Bench({ files: undefined });
    const transport = recordingTransport(bench.inner, {
      path: PATH,
      clock: {
        ...bench.clock,
        nowNs: () => {
          throw new Error('no time');
        },
        monotonicMs: () => 0,
        sleep: () => Promise.resolve()
      },
      files: bench.files,
      onError: (error) => {
        bench.errors.push(error);
        throw new Error('deaf');
      }
    });
    should((await transport.connect()).ok).be.true();
    should((await transport.read([{ kind: 'control' }])).ok).be.true();
    codes(bench).should.eql(['OPENOT_CAPTURE_INTERNAL']);
  });

  it('real files: rotated, readable for the owner only; /dev/full is a full disk', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'openot-capture-'));
    try {
      const bench = new Bench({ path: join(folder, 'new', 'line1'), maxBytes: 20_000, maxFiles: 2, files: undefined });
      await bench.transport.connect();
      await bench.reads(60);
      await bench.transport.close();
      bench.errors.should.eql([]);
      const names = readdirSync(join(folder, 'new'));
      names.length.should.equal(2);
      for (const name of names) {
        const path = join(folder, 'new', name);
        const capture = decodeCapture(readFileSync(path));
        should(capture.ok && capture.stop).be.undefined();
        statSync(path).size.should.be.belowOrEqual(20_000);
        if (process.platform !== 'win32') (statSync(path).mode & 0o777).should.equal(0o600);
      }
      if (process.platform === 'linux') {
        const files = {
          ...diskFiles(),
          create: async () => {
            const file = await open('/dev/full', 'w');
            return { write: (bytes: Uint8Array) => file.appendFile(bytes), close: () => file.close() };
          }
        };
        const full = new Bench({ path: join(folder, 'full'), files });
        await full.transport.connect();
        await full.reads(10);
        await full.transport.close();
        codes(full).should.eql(['OPENOT_CAPTURE_DISK']);
        full.errors[0].message.should.match(/ENOSPC/);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

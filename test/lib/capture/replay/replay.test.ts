import should from 'should';
import { encodeCapturePreamble, encodeFrame, WritableContent, createCaptureTransport } from '../../../../lib/capture';
import { SeededRandom } from '../../../../lib/simulator/random';
import { Transport } from '../../../../lib/transport/transport';
import { pairImage } from '../../../support/conformance/pair-image';
import { capture, describeVectors } from '../../../support/vectors';
import { FakePlc } from '../../reader/fake-plc';
import { failure, ManualClock } from '../../reader/fake-ports';
import { MemoryFiles } from '../support/memory-files';
import { startSession } from '../support/session';

const PATH = '/captures/line1-000001.ootcap';
const C = { kind: 'control' } as const;
const R = (offset: number, length: number): { kind: 'ring'; offset: number; length: number } => ({
  kind: 'ring',
  offset,
  length
});

/** A capture of frames at these milliseconds. */
function captureOf(frames: readonly [number, WritableContent][], part = 0): Uint8Array {
  const header: WritableContent = {
    type: 'header',
    software: '',
    transport: 'opcua',
    stream: 's',
    ring: '',
    session: 1n,
    part
  };
  return new Uint8Array(
    Buffer.concat([
      encodeCapturePreamble(),
      ...[[0, header] as [number, WritableContent], ...frames].map(
        ([ms, content], i) =>
          encodeFrame(content, { monotonicUs: ms * 1000, wallNs: BigInt(ms) * 1_000_000n }, i) as Uint8Array
      )
    ])
  );
}

const facts = { ok: true, ringBytes: 1024, granularity: 4, about: ['recorded'] } as const;
const connected: WritableContent = { type: 'connect', again: false, outcome: facts };

function imageOf(plc: FakePlc): WritableContent {
  return { type: 'image', before: plc.controlBytes(), ring: plc.ringBytes(0, plc.capacity), after: plc.controlBytes() };
}

function readOf(plc: FakePlc, offset: number, length: number): WritableContent {
  return {
    type: 'read',
    tookUs: 0,
    parts: [C, R(offset, length)],
    outcome: { ok: true, parts: [plc.controlBytes(), plc.ringBytes(offset, length)] }
  };
}

function transportOf(
  bytes: Uint8Array,
  speed: 'once' | 'original' = 'once',
  clock = new ManualClock()
): { transport: Transport; clock: ManualClock } {
  const files = new MemoryFiles();
  files.files.set(PATH, bytes);
  return { transport: createCaptureTransport({ path: PATH, speed, clock, files }), clock };
}

describe('capture: replaying', () => {
  it('gives the facts that were recorded, refused connections first', async () => {
    const { transport } = transportOf(
      captureOf([
        [1, { type: 'connect', again: false, outcome: failure('OPENOT_MODBUS_UNREACHABLE', 'reconnect') }],
        [2, connected]
      ])
    );
    should(await transport.connect()).eql(failure('OPENOT_MODBUS_UNREACHABLE', 'reconnect'));
    const found = await transport.connect();
    should(found).have.properties({ ok: true, ringBytes: 1024, granularity: 4 });
    should(found.ok && found.about.at(-1)).equal('recorded');
    should(found.ok && found.about[0]).match(/^line1-000001.ootcap: 3 frames of 0 s, opcua, s$/);
  });

  it('gives an error of a later version a code of its own, and keeps the recorded one in the text', async () => {
    const later = failure('OPENOT_OF_LATER', 'reconnect');
    const { transport } = transportOf(captureOf([[1, { type: 'connect', again: false, outcome: later }]]));
    should(await transport.connect()).eql({
      ok: false,
      code: 'OPENOT_CAPTURE_UNKNOWN_ERROR',
      message: 'OPENOT_OF_LATER: OPENOT_OF_LATER of the test',
      remedy: 'reconnect'
    });
  });

  it(
    'gives exactly what was got where exactly that is asked: bytes that do not fit together, too few, ' + 'errors',
    async () => {
      const odd: WritableContent = {
        type: 'read',
        tookUs: 0,
        parts: [C, R(4, 3)],
        outcome: { ok: true, parts: [Uint8Array.of(1), Uint8Array.of(2, 3)] }
      };
      const failed: WritableContent = {
        type: 'read',
        tookUs: 0,
        parts: [C],
        outcome: failure('OPENOT_OPCUA_TOO_LARGE', 'smaller')
      };
      const { transport } = transportOf(
        captureOf([
          [1, connected],
          [2, odd],
          [3, failed],
          [4, { ...odd, outcome: { ok: true, parts: [] } } as WritableContent]
        ])
      );
      await transport.connect();
      const first = await transport.read([C, R(4, 3)]);
      should(first.ok && first.parts.map((part) => [...part])).eql([[1], [2, 3]]);
      should(await transport.read([C])).eql(failure('OPENOT_OPCUA_TOO_LARGE', 'smaller'));
      should(await transport.read([C, R(4, 3)])).eql({ ok: true, parts: [] });
    }
  );

  it('gives everything else out of the image as it stood then', async () => {
    const plc = new FakePlc(1024);
    plc.fill(3);
    const image = imageOf(plc);
    const { writer } = plc;
    const from = writer.headAbs;
    plc.fill(2);
    const { transport } = transportOf(
      captureOf([
        [1, connected],
        [2, image],
        [3, readOf(plc, from, 300)]
      ])
    );
    await transport.connect();
    const old = await transport.read([R(0, 100)]);
    should(old.ok && Buffer.from(old.parts[0]).equals(Buffer.from(plc.ringBytes(0, 100)))).be.true();
    const late = await transport.read([R(from, 50), C]);
    should(late.ok && Buffer.from(late.parts[0]).equals(Buffer.from(plc.ringBytes(from, 50)))).be.true();
    should(late.ok && Buffer.from(late.parts[1]).equals(Buffer.from(plc.controlBytes()))).be.true();
    should(await transport.read([R(1000, 50)])).have.properties({
      ok: false,
      code: 'OPENOT_CAPTURE_NO_IMAGE',
      remedy: 'retry'
    });
  });

  it('a lost link is told at its time, and what fails before the link is back is passed over', async () => {
    const plc = new FakePlc(1024);
    const lost: WritableContent = { type: 'lost', trouble: failure('OPENOT_MODBUS_CONNECTION_LOST', 'reconnect') };
    const { transport, clock } = transportOf(
      captureOf([
        [1, connected],
        [2, imageOf(plc)],
        [10, readOf(plc, 0, 8)],
        [60, lost],
        [70, { type: 'read', tookUs: 0, parts: [C], outcome: failure('OPENOT_MODBUS_SILENT', 'reconnect') }],
        [90, { type: 'connect', again: false, outcome: { ...facts, about: ['anew'] } }],
        [100, readOf(plc, 0, 8)]
      ])
    );
    const told: number[] = [];
    transport.onLost?.(() => told.push(clock.now));
    await transport.connect();
    await transport.read([C, R(0, 8)]);
    await clock.pass(49);
    should(told).eql([]);
    await clock.pass(1);
    should(told).eql([50]);
    const again = await transport.connect();
    should(again.ok && again.about.at(-1)).equal('anew');
    should((await transport.read([C, R(0, 8)])).ok).be.true();
    await clock.pass(1000);
    should(told.length).equal(1);
  });

  it(
    'a link that is lost in the moment in which the reader asks is told once, and the Read gets what it ' + 'got then',
    async () => {
      const plc = new FakePlc(1024);
      const lost: WritableContent = { type: 'lost', trouble: failure('OPENOT_MODBUS_CONNECTION_LOST', 'reconnect') };
      const dead: WritableContent = {
        type: 'read',
        tookUs: 0,
        parts: [C],
        outcome: failure('OPENOT_MODBUS_SILENT', 'reconnect')
      };
      for (const readsFirst of [true, false]) {
        const { transport, clock } = transportOf(
          captureOf([
            [1, connected],
            [2, imageOf(plc)],
            [10, readOf(plc, 0, 8)],
            [60, lost],
            [60, dead],
            [60, { type: 'connect', again: false, outcome: failure('OPENOT_MODBUS_UNREACHABLE', 'reconnect') }],
            [90, connected]
          ])
        );
        let told = 0;
        transport.onLost?.(() => told++);
        await transport.connect();
        let asked: ReturnType<Transport['read']> | undefined;
        const ask = (): unknown => (asked = transport.read([C]));
        if (readsFirst) void clock.sleep(50).then(ask);
        await transport.read([C, R(0, 8)]);
        if (!readsFirst) void clock.sleep(50).then(ask);
        await clock.pass(50);
        should(await asked).eql(failure('OPENOT_MODBUS_SILENT', 'reconnect'));
        should(told).equal(1);
        should(await transport.connect()).eql(failure('OPENOT_MODBUS_UNREACHABLE', 'reconnect'));
        should((await transport.connect()).ok).be.true();
      }
    }
  );

  it('at original speed an answer comes when it came then, and nothing goes on before', async () => {
    const plc = new FakePlc(1024);
    plc.fill(1);
    const first = readOf(plc, 0, 200);
    const image = imageOf(plc);
    plc.fill(1);
    const second = readOf(plc, 0, 200);
    const { transport, clock } = transportOf(
      captureOf([
        [1000, connected],
        [1001, image],
        [1500, first],
        [9000, second]
      ]),
      'original'
    );
    const connecting = transport.connect();
    await clock.pass(0);
    should((await connecting).ok).be.true();
    let answeredAt = -1;
    const asked = transport.read([C, R(0, 200)]).then((outcome) => {
      answeredAt = clock.now;
      return outcome;
    });
    await clock.pass(499);
    should(answeredAt).equal(-1);
    await clock.pass(1);
    should(answeredAt).equal(500);
    const controlOf = async (reading: ReturnType<Transport['read']>): Promise<string> => {
      const outcome = await reading;
      return outcome.ok ? Buffer.from(outcome.parts[0]).toString('hex') : outcome.code;
    };
    const before = await controlOf(asked);
    // Long before the next one: what stands there now, at once.
    await clock.pass(1000);
    should(await controlOf(transport.read([C, R(0, 200)]))).equal(before);
    await clock.pass(8000);
    should(await controlOf(transport.read([C]))).equal(Buffer.from(plc.controlBytes()).toString('hex'));
  });

  it('stays at the last image when it is over, and says so', async () => {
    const plc = new FakePlc(1024);
    plc.fill(4);
    const { transport } = transportOf(
      captureOf([
        [1, connected],
        [2, imageOf(plc)],
        [3, { type: 'end', reason: 'closed' }]
      ])
    );
    const found = await transport.connect();
    const about = found.ok ? found.about : [];
    should(about.join()).not.match(/finished/);
    for (let i = 0; i < 20; i++) should((await transport.read([C, R(0, 100)])).ok).be.true();
    should(about.at(-1)).match(/^replay finished/);
    should(about.filter((line) => line.startsWith('replay finished')).length).equal(1);
  });

  it('frames that are missing are told', async () => {
    const plc = new FakePlc(1024);
    const { transport } = transportOf(
      captureOf([
        [1, connected],
        [2, { type: 'gap', reason: 'disk', frames: 12, bytes: 5 }],
        [3, imageOf(plc)]
      ])
    );
    const found = await transport.connect();
    should(found.ok && found.about.some((line) => line.includes('12 frames are missing'))).be.true();
  });

  it('says what is wrong with a path, and finds the file once it is there', async () => {
    const files = new MemoryFiles();
    const transport = createCaptureTransport({
      path: '/captures/line1',
      speed: 'once',
      clock: new ManualClock(),
      files
    });
    should(await transport.read([C])).have.properties({
      ok: false,
      code: 'OPENOT_CAPTURE_CLOSED',
      remedy: 'reconnect'
    });
    should(await transport.connect()).have.properties({ ok: false, code: 'OPENOT_CAPTURE_FILE', remedy: 'refused' });
    files.files.set(PATH, Buffer.from('no capture at all'));
    should(await transport.connect()).have.properties({ ok: false, code: 'OPENOT_CAPTURE_MAGIC', remedy: 'refused' });
    files.files.set(PATH, captureOf([[1, connected]]));
    should(await transport.connect()).have.properties({ ok: true });
    should(await transport.read([C])).have.properties({ ok: false, code: 'OPENOT_CAPTURE_NO_IMAGE', remedy: 'retry' });
    await transport.close();
    should(await transport.read([C])).have.properties({ ok: false, code: 'OPENOT_CAPTURE_CLOSED' });
    files.files.set('/captures/line2-000001.ootcap', captureOf([[1, connected]]));
    const folder = createCaptureTransport({ path: '/captures', speed: 'once', clock: new ManualClock(), files });
    const found = await folder.connect();
    should(found).have.properties({ ok: false, code: 'OPENOT_CAPTURE_FILE' });
    should(!found.ok && found.message).match(/line1, line2/);
  });

  it('holds no more of a file in memory than it may', async () => {
    const files = new MemoryFiles();
    files.look = () => Promise.resolve({ kind: 'file', bytes: 2 ** 40 });
    const transport = createCaptureTransport({ path: PATH, speed: 'once', clock: new ManualClock(), files });
    should(await transport.connect()).have.properties({ ok: false, code: 'OPENOT_CAPTURE_TOO_LARGE' });
    should(files.reads).eql([]);
  });

  it('what a disk throws is an answer', async () => {
    const files = new MemoryFiles();
    files.look = () => Promise.reject(new Error('EIO: bad sector'));
    const transport = createCaptureTransport({ path: PATH, speed: 'once', clock: new ManualClock(), files });
    const found = await transport.connect();
    should(!found.ok && found.message).match(/bad sector/);
  });

  it('a later file of a series that cannot be read ends the replay in order', async () => {
    const plc = new FakePlc(1024);
    plc.fill(4);
    const files = new MemoryFiles();
    files.files.set(
      '/captures/a-000001.ootcap',
      captureOf([
        [1, connected],
        [2, imageOf(plc)],
        [3, { type: 'end', reason: 'rotated' }]
      ])
    );
    files.files.set('/captures/a-000002.ootcap', new Uint8Array(50));
    const transport = createCaptureTransport({ path: '/captures/a', speed: 'once', clock: new ManualClock(), files });
    const found = await transport.connect();
    for (let i = 0; i < 9; i++) should((await transport.read([C])).ok).be.true();
    should(found.ok && found.about.join('\n')).match(/the replay ends here: .*a-000002/);
  });

  it('an image alone: 88 bytes of a control block and the ring behind them', async () => {
    const plc = new FakePlc(1024);
    plc.fill(5);
    const { transport, clock } = transportOf(
      new Uint8Array(Buffer.concat([plc.controlBytes(), plc.ringBytes(0, 1024)]))
    );
    const session = startSession(transport, clock);
    await clock.pass(3000);
    should(session.items.length).equal(5);
    should(session.errors).eql([]);
    should(session.reader.status()).have.properties({ state: 'idle', lag: 0 });
    await session.reader.stop();
  });

  describeVectors('a captured ring of the conformance data, as an image', () => {
    it('replays', async () => {
      const { transport, clock } = transportOf(pairImage(capture('s4a-lifecycle-survival')));
      const session = startSession(transport, clock);
      await clock.pass(3000);
      should(session.items.flatMap(({ item }) => (item.kind === 'record' ? [item.abs] : []))).eql([52, 96, 152, 256]);
      should(session.reader.statusFacts().snapshot).have.properties({
        headAbs: capture('s4a-lifecycle-survival').control.headAbs
      });
      should(session.errors).eql([]);
      await session.reader.stop();
    });
  });

  it(
    'survives files of random frames, and reads of anything: nothing rejects, nothing is allocated by ' +
      'what a file says',
    async () => {
      const random = new SeededRandom(3);
      const plc = new FakePlc(1024);
      plc.fill(30);
      const bytes = (n: number): Uint8Array => Uint8Array.from({ length: n }, () => random.below(256));
      const control = (): Uint8Array => {
        const image = plc.controlBytes();
        for (let i = random.below(4); i > 0; i--) image[8 + random.below(80)] = random.below(256);
        return random.chance(0.1) ? bytes(random.below(100)) : image;
      };
      const part = (): typeof C | ReturnType<typeof R> =>
        random.chance(0.4) ? C : R(random.chance(0.1) ? 0xffff_fff0 : random.below(1100), random.below(300));
      const any = (): WritableContent => {
        switch (random.below(7)) {
          case 0:
            return {
              type: 'connect',
              again: random.chance(0.5),
              outcome: random.chance(0.5) ? facts : failure('OPENOT_OPCUA_CREDENTIALS', 'refused')
            };
          case 1:
            return { type: 'image', before: control(), ring: bytes(random.below(2000)), after: control() };
          case 2:
            return { type: 'lost', trouble: failure('OPENOT_OPCUA_SESSION_LOST', 'reconnect') };
          default: {
            const parts = Array.from({ length: random.below(5) }, part);
            const came = parts.map((one) =>
              one.kind === 'control' ? control() : bytes(random.chance(0.9) ? one.length : random.below(50))
            );
            return {
              type: 'read',
              tookUs: 0,
              parts,
              outcome: random.chance(0.8)
                ? { ok: true, parts: came.slice(0, random.chance(0.9) ? undefined : random.below(5)) }
                : failure('OPENOT_OPCUA_NODE_BAD', 'retry')
            };
          }
        }
      };
      for (let round = 0; round < 150; round++) {
        const { transport, clock } = transportOf(
          captureOf(Array.from({ length: random.below(60) }, (_, i): [number, WritableContent] => [i * 10, any()])),
          round % 2 === 0 ? 'once' : 'original'
        );
        transport.onLost?.(() => undefined);
        for (let i = 0; i < 60; i++) {
          const asked = random.chance(0.2)
            ? transport.connect()
            : transport.read(Array.from({ length: 1 + random.below(4) }, part));
          await clock.pass(random.below(50));
          should((await Promise.race([asked, clock.pass(3000).then(() => undefined)]))?.ok).be.a.Boolean();
        }
        await transport.close();
      }
    }
  );

  it('a reader on such files ends in no error of its own', async () => {
    const random = new SeededRandom(8);
    for (let round = 0; round < 30; round++) {
      const plc = new FakePlc(1024);
      const frames: [number, WritableContent][] = [[0, connected]];
      for (let i = 1; i < 60; i++) {
        if (random.chance(0.5)) plc.fill(random.below(4));
        if (random.chance(0.05)) plc.powerCycle();
        frames.push([i * 50, random.chance(0.1) ? imageOf(plc) : readOf(plc, random.below(900), 100)]);
      }
      const { transport, clock } = transportOf(captureOf(frames));
      const session = startSession(transport, clock);
      await clock.pass(40_000);
      should(session.errors.filter(({ code }) => code === 'OPENOT_INTERNAL' || code === 'OPENOT_CAPTURE_INTERNAL')).eql(
        []
      );
      await session.reader.stop();
    }
  });
});

import should from 'should';
import { createReader } from '../../../lib/reader';
import { Pacer } from '../../../lib/reader/loop/pacing';
import { FakePlc } from './fake-plc';
import { FakeTransport, half, ManualClock, MemoryStore } from './fake-ports';
import { Rig, seqs } from './rig';

/** A rejection that nobody awaits ends the whole Node-RED runtime: here it fails the test. */
function watchRejections(): { readonly seen: unknown[]; end(): void } {
  const before = process.listeners('unhandledRejection');
  const seen: unknown[] = [];
  const note = (reason: unknown): void => void seen.push(reason);
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', note);
  return {
    seen,
    end: () => {
      process.removeListener('unhandledRejection', note);
      for (const listener of before) process.on('unhandledRejection', listener as () => void);
    }
  };
}

describe('reader: whatever throws around it', () => {
  let watch: ReturnType<typeof watchRejections>;
  beforeEach(() => (watch = watchRejections()));
  afterEach(() => watch.end());

  const breakages: [string, (transport: FakeTransport) => void][] = [
    ['connect rejects', (transport) => (transport.connect = () => Promise.reject(new Error('boom')))],
    [
      'connect throws',
      (transport) => {
        transport.connect = () => {
          throw new Error('boom');
        };
      }
    ],
    ['read rejects', (transport) => (transport.read = () => Promise.reject(new Error('boom')))],
    [
      'read throws and close rejects',
      (transport) => {
        transport.read = () => {
          throw new Error('boom');
        };
        transport.close = () => {
          transport.closes++;
          return Promise.reject(new Error('closing, too'));
        };
      }
    ]
  ];
  for (const [what, breakIt] of breakages) {
    it(`${what}: failed with OPENOT_INTERNAL, told once, transport closed, stop resolves`, async () => {
      const rig = new Rig(new FakePlc(1024));
      breakIt(rig.transport);
      await rig.started(5_000);
      should(rig.reader.status()).have.properties({ state: 'failed', code: 'OPENOT_INTERNAL' });
      should(rig.reader.status().detail).match(/boom/);
      should(rig.errors[0].code).equal('OPENOT_INTERNAL');
      should(rig.transport.closes).equal(1);
      should(rig.statuses[rig.statuses.length - 1].state).equal('failed');
      const forgotten = rig.reader.forget();
      await rig.reader.stop();
      await forgotten;
      should(rig.reader.status().state).equal('stopped');
      should(watch.seen).eql([]);
    });
  }

  it('callbacks that throw do not end the reader', async () => {
    const plc = new FakePlc(1024);
    plc.fill(3);
    const clock = new ManualClock();
    const transport = new FakeTransport(plc);
    const ids: number[] = [];
    const told: string[] = [];
    const bad = (): void => {
      throw new Error('a listener fell over');
    };
    const reader = createReader({
      transport,
      store: new MemoryStore(),
      clock,
      random: half,
      settings: { statusIntervalMs: 1_000 },
      sink: (batch) => {
        ids.push(batch.records);
        reader.settle(batch.serial);
      },
      onStatus: bad,
      onError: (error) => {
        told.push(error.code);
        bad();
      }
    });
    reader.start();
    await clock.pass(10_000);
    plc.fill(2);
    await clock.pass(1_000);
    should(ids.filter((count) => count > 0)).eql([3, 2]);
    should(told).eql(['OPENOT_INTERNAL']);
    await reader.stop();
    should(watch.seen).eql([]);
  });

  it('what waits inside a poll is not cut short by wake or nudge, so that looks keep their distance', async () => {
    const clock = new ManualClock();
    const pacer = new Pacer(clock, () => Promise.resolve(Infinity));
    let done = false;
    void pacer.pause(50).then(() => (done = true));
    await clock.pass(1);
    pacer.wake();
    pacer.nudge();
    await clock.pass(40);
    should(done).be.false();
    await clock.pass(10);
    should(done).be.true();
    done = false;
    void pacer.pause(50).then(() => (done = true));
    await clock.pass(1);
    pacer.stop();
    await clock.pass(0);
    should(done).be.true();
  });

  it('a look that is repeated under a busy subscription keeps its pauses', async () => {
    const plc = new FakePlc(8192);
    plc.fill(3);
    const rig = await new Rig(plc, { mode: 'subscribe' }).started(600);
    const update = plc.stores();
    update.steps[0]();
    const at: number[] = [];
    rig.transport.beforePart = (part) => {
      if (part.kind !== 'control') return;
      at.push(rig.clock.now);
      void Promise.resolve().then(() => rig.transport.onChange?.());
    };
    rig.transport.onChange?.();
    await rig.clock.pass(300);
    should(at.length).be.aboveOrEqual(8);
    should(at[7] - at[0]).be.above(100);
    for (const step of update.steps.slice(1)) step();
    rig.transport.beforePart = () => undefined;
    await rig.clock.pass(6_000);
    should(rig.ids).eql(seqs(0, 3));
  });
});

import should from 'should';
import { CaptureFrame, decodeCapture, createCaptureTransport, recordingTransport } from '../../../lib/capture';
import { systemClock } from '../../../lib/base/system';
import { ManualClock } from '../reader/fake-ports';
import { Faults, FaultyPlc } from './support/faulty-plc';
import { MemoryFiles } from './support/memory-files';
import { Session, startSession, told } from './support/session';
import { until } from '../../support/until';

const PATH = '/captures/line1';
const settings = { intervalMs: 100, firstChunk: 1024, rereadMs: 1000 };

interface Recorded {
  readonly files: MemoryFiles;
  readonly original: Session;
  readonly plc: FaultyPlc;
  readonly errors: string[];
  readonly frames: CaptureFrame[];
}

async function record(
  seed: number,
  faults: Faults,
  options: { ringBytes?: number; maxBytes?: number } = {}
): Promise<Recorded> {
  const clock = new ManualClock();
  const plc = new FaultyPlc(clock, seed, options.ringBytes ?? 4096, faults);
  const files = new MemoryFiles();
  const errors: string[] = [];
  const original = startSession(
    recordingTransport(plc, {
      path: PATH,
      maxBytes: options.maxBytes ?? 10_000_000,
      maxFiles: 1000,
      onError: ({ code }) => errors.push(code),
      clock,
      files
    }),
    clock,
    settings
  );
  for (let turns = 0; plc.emitted < plc.events && turns < 10_000; turns++) await clock.pass(50);
  plc.settle();
  await clock.pass(15_000);
  should(original.reader.status()).have.properties({ lag: 0 });
  const stopped = original.reader.stop();
  // A Read may be under way.
  await clock.pass(1000);
  await stopped;
  const frames = files.paths.flatMap((path) => {
    const capture = decodeCapture(files.bytesOf(path));
    if (!capture.ok || capture.stop !== undefined) throw new Error(`${path} is not whole`);
    return [...capture.frames];
  });
  return { files, original, plc, errors, frames };
}

const counts = (frames: readonly CaptureFrame[]): Record<string, number> => {
  const found: Record<string, number> = {};
  for (const { content } of frames) found[content.type] = (found[content.type] ?? 0) + 1;
  return found;
};

const cases: [string, Faults][] = [
  ['whole copies', {}],
  ['torn copies', { torn: true }],
  ['Reads that fail', { errors: 0.1 }],
  ['links that are lost and refused again', { lost: 0.05, refusals: 2 }],
  ['a power cycle', { powerCycleAfter: 200 }],
  ['all of it', { torn: true, errors: 0.05, lost: 0.03, refusals: 1, powerCycleAfter: 150 }]
];

describe('capture: a recorded session', function () {
  for (const [name, faults] of cases) {
    for (const seed of [1, 2, 3]) {
      it(`replays the same under its own clock: ${name}, seed ${seed}`, async () => {
        const { files, original, plc, errors } = await record(seed, faults);
        should(errors).eql([]);
        const clock = new ManualClock();
        const replay = startSession(
          createCaptureTransport({ path: PATH, speed: 'once', clock, files }),
          clock,
          settings
        );
        await clock.pass(100_000);
        should(told(replay)).eql(told(original));
        should(replay.errors).eql(original.errors);
        should(replay.items.map(({ receiveTimeNs }) => receiveTimeNs)).eql(
          original.items.map(({ receiveTimeNs }) => receiveTimeNs)
        );
        should(replay.reader.status()).have.properties({ state: 'idle', lag: 0 });
        should(replay.reader.status().about.at(-1)).match(/^replay finished/);
        should(original.items.length).be.above(100);
        if (faults.powerCycleAfter !== undefined) should(plc.counts.cycles).equal(1);
        if (faults.lost !== undefined) should(plc.counts.lost).be.above(0);
        if (faults.errors !== undefined) should(plc.counts.errors).be.above(0);
        await replay.reader.stop();
      });
    }
  }

  it('replays the same with the time of the recording, without waiting for it', async () => {
    const { files, original } = await record(4, {
      torn: true,
      errors: 0.05,
      lost: 0.03,
      refusals: 1,
      powerCycleAfter: 150,
      delayMs: 120
    });
    const transport = createCaptureTransport({ path: PATH, speed: 'once', clock: systemClock(), files });
    const replay = startSession(transport, transport.clock, settings);
    await until('the end', () => (replay.reader.status().about.at(-1) ?? '').startsWith('replay finished'));
    should(told(replay)).eql(told(original));
    should(replay.items.map(({ receiveTimeNs }) => receiveTimeNs)).eql(
      original.items.map(({ receiveTimeNs }) => receiveTimeNs)
    );
    should(replay.errors).eql(original.errors);
    await replay.reader.stop();
  });

  it('replays the same at its original speed', async () => {
    const { files, original } = await record(5, { torn: true, errors: 0.05, lost: 0.03, refusals: 1 });
    const clock = new ManualClock();
    const replay = startSession(
      createCaptureTransport({ path: PATH, speed: 'original', clock, files }),
      clock,
      settings
    );
    await clock.pass(100_000);
    should(told(replay)).eql(told(original));
    should(replay.errors).eql(original.errors);
    await replay.reader.stop();
  });

  it('replays the same over many files', async () => {
    const { files, original, frames } = await record(
      6,
      { torn: true, errors: 0.05, lost: 0.03, refusals: 1 },
      { maxBytes: 40_000 }
    );
    should(files.paths.length).be.above(5);
    should(counts(frames).header).equal(files.paths.length);
    const clock = new ManualClock();
    const replay = startSession(createCaptureTransport({ path: PATH, speed: 'once', clock, files }), clock, settings);
    await clock.pass(100_000);
    should(told(replay)).eql(told(original));
    await replay.reader.stop();
  });
});

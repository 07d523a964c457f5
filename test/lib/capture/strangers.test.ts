import should from 'should';
import { decodeCapture, createCaptureTransport, recordingTransport } from '../../../lib/capture';
import { ReaderSettings } from '../../../lib/reader';
import { ManualClock } from '../reader/fake-ports';
import { Faults, FaultyPlc } from './support/faulty-plc';
import { MemoryFiles } from './support/memory-files';
import { Session, startSession } from './support/session';

const PATH = '/captures/line1';
const base = { intervalMs: 100, firstChunk: 1024, rereadMs: 1000 };

/** `run/source/seq@abs` with the payload, for each record. */
function records({ items }: Session): Map<string, string> {
  const found = new Map<string, string>();
  for (const { item } of items)
    if (item.kind === 'record')
      found.set(
        `${item.runId}/${item.sourceId}/${item.seq}`,
        `${item.abs} ${item.slots.map((slot) => Buffer.from(slot.payload).toString('hex')).join()}`
      );
  return found;
}

/** A session of which only the later part is recorded: another reader, long in step, was there before. */
async function recordLater(
  seed: number,
  faults: Faults,
  maxBytes: number
): Promise<{ files: MemoryFiles; original: Session; plc: FaultyPlc }> {
  const clock = new ManualClock();
  const plc = new FaultyPlc(clock, seed, 8192, faults, 600);
  const files = new MemoryFiles();
  const recorder = recordingTransport(plc, {
    path: PATH,
    maxBytes,
    maxFiles: 1000,
    onError: () => undefined,
    clock,
    files
  });
  let recording = false;
  const original = startSession(
    {
      connect: () => plc.connect(),
      read: async (parts) => {
        // Switched on between two Reads, wherever the reader stands.
        if (!recording && plc.emitted > 200) {
          recording = true;
          await recorder.connect();
        }
        return recording ? recorder.read(parts) : plc.read(parts);
      },
      close: () => recorder.close()
    },
    clock,
    base
  );
  for (let turns = 0; plc.emitted < plc.events && turns < 10_000; turns++) await clock.pass(50);
  plc.settle();
  await clock.pass(10_000);
  await original.reader.stop();
  return { files, original, plc };
}

async function replay(
  files: MemoryFiles,
  path: string,
  speed: 'once' | 'original',
  settings: Partial<ReaderSettings>
): Promise<Session> {
  const clock = new ManualClock();
  const session = startSession(createCaptureTransport({ path, speed, clock, files }), clock, { ...base, ...settings });
  // Idle polls at a short interval cost this machine more than anything else.
  await clock.pass((settings.intervalMs ?? 100) < 100 ? 30_000 : 80_000);
  await session.reader.stop();
  return session;
}

describe('capture: replayed by a reader that asks otherwise', function () {
  const readers: [string, Partial<ReaderSettings>][] = [
    ['the same settings', {}],
    ['other windows', { firstChunk: 512, maxChunk: 2048 }],
    ['large windows', { firstChunk: 8192 }],
    ['both looks in one Read', { verify: 'sameCall' }],
    ['a short interval', { intervalMs: 10 }],
    ['a long interval', { intervalMs: 700 }]
  ];
  for (const speed of ['once', 'original'] as const) {
    for (const [name, settings] of readers) {
      for (const torn of [false, true]) {
        it(
          `gives nothing that was not there, and all that was read then: speed ${speed}, ${name}, ` +
            `${torn ? 'torn' : 'whole'} copies`,
          async () => {
            const { files, original } = await recordLater(11, { torn }, 10_000_000);
            const session = await replay(files, PATH, speed, settings);
            const truth = records(original);
            const found = records(session);
            for (const [id, what] of found) should(`${id}: ${what}`).equal(`${id}: ${truth.get(id)}`);
            // From the oldest of the image on everything, to the last one.
            const ids = [...truth.keys()];
            const first = ids.findIndex((id) => found.has(id));
            should(first).be.aboveOrEqual(0);
            const laps = session.items.flatMap(({ item }) => (item.kind === 'lap' ? [item] : []));
            const missing = ids.slice(first).filter((id) => !found.has(id));
            should(
              missing.filter(
                (id) =>
                  !laps.some(
                    ({ fromAbs, toAbs }) =>
                      parseInt(truth.get(id) as string) >= fromAbs && parseInt(truth.get(id) as string) < toAbs
                  )
              )
            ).eql([]);
            // At original speed a reader that begins at the oldest record of a full ring may be overtaken, as it may be
            // at the real one.
            if (speed === 'once') should({ missing, laps }).eql({ missing: [], laps: [] });
            should(session.errors).eql([]);
            should(
              session.items.filter(({ item }) => item.kind !== 'record' && item.kind !== 'loss' && item.kind !== 'lap')
            ).eql([]);
          }
        );
      }
    }
  }

  for (const speed of ['once', 'original'] as const) {
    for (const seed of [21, 22, 23, 24]) {
      it(
        'a ring that begins anew meanwhile is read from its beginning, nothing of the one before taken for ' +
          `it: speed ${speed}, seed ${seed}`,
        async () => {
          const { files, original, plc } = await recordLater(
            seed,
            { torn: seed % 2 === 0, powerCycleAfter: 400 },
            10_000_000
          );
          const session = await replay(files, PATH, speed, { firstChunk: 2048 });
          const of = (one: Session, incarnation: number): string[] =>
            one.items.flatMap(({ item, incarnation: found }) =>
              item.kind === 'record' && found === incarnation ? [`${item.abs} ${item.sourceId}/${item.seq}`] : []
            );
          should(of(original, 1).length).be.above(100);
          // When one believes in the new beginning is its own affair: what was overwritten by then is a lap.
          const outside = (records: string[], one: Session): string[] => {
            const laps = one.items.flatMap(({ item, incarnation }) =>
              item.kind === 'lap' && incarnation === 1 ? [item] : []
            );
            return records.filter(
              (record) => !laps.some(({ fromAbs, toAbs }) => parseInt(record) >= fromAbs && parseInt(record) < toAbs)
            );
          };
          should(outside(of(session, 1), original)).eql(outside(of(original, 1), session));
          should(of(session, 1).length).be.above(50);
          // Bytes that the original gave up when the ring began anew may still be taken: they were written.
          for (const life of [0, 1]) {
            const written = plc.written(life);
            should(of(session, life).filter((record) => !written.has(record))).eql([]);
          }
          should(of(session, 0).length).be.above(20);
          should(session.items.flatMap(({ item }) => (item.kind === 'incarnation' ? [item.to] : []))).eql([1]);
        }
      );
    }
  }

  it('each file of a series is enough by itself', async () => {
    const { files, original } = await recordLater(12, { torn: true }, 60_000);
    const truth = records(original);
    should(files.paths.length).be.above(3);
    let last: Map<string, string> | undefined;
    for (const path of files.paths) {
      const session = await replay(files, path, 'once', {});
      const found = records(session);
      should(found.size).be.above(10);
      for (const [id, what] of found) should(`${id}: ${what}`).equal(`${id}: ${truth.get(id)}`);
      should(session.errors).eql([]);
      should(session.items.filter(({ item }) => item.kind !== 'record' && item.kind !== 'loss')).eql([]);
      should(session.reader.status().lag ?? 0).equal(0);
      last = found;
    }
    should(last?.has([...truth.keys()].at(-1) as string)).be.true();
  });

  it('a file that was cut anywhere gives what came before, and says so', async () => {
    const { files, original } = await recordLater(13, {}, 10_000_000);
    const truth = records(original);
    const [path] = files.paths;
    const whole = files.bytesOf(path);
    let largest = 0;
    for (let cut = 16; cut < whole.length; cut += 9011) {
      files.files.set(path, whole.slice(0, cut));
      const capture = decodeCapture(whole.slice(0, cut));
      const clock = new ManualClock();
      const session = startSession(createCaptureTransport({ path, speed: 'once', clock, files }), clock, base);
      await clock.pass(25_000);
      const found = records(session);
      for (const [id, what] of found) should(`${id}: ${what}`).equal(`${id}: ${truth.get(id)}`);
      should(found.size).be.aboveOrEqual(largest - 90);
      largest = Math.max(largest, found.size);
      should(session.items.filter(({ item }) => item.kind !== 'record' && item.kind !== 'loss')).eql([]);
      if (capture.ok && capture.frames.some(({ content }) => content.type === 'image')) {
        // No last Read is taken for more than it brought: the ring stands where the capture ends.
        should({
          cut,
          errors: session.errors,
          state: session.reader.status().state,
          lag: session.reader.status().lag
        }).eql({ cut, errors: [], state: 'idle', lag: 0 });
        should(
          session.reader.status().about.some((line) => /OPENOT_CAPTURE_CUT|not ended in order/.test(line))
        ).be.true();
      }
      await session.reader.stop();
    }
    should(largest).be.above(300);
  });
});

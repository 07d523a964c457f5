import should from 'should';
import { ReadPart } from '../../../lib/transport/transport';
import { Checkpoints } from '../../../lib/reader/progress/checkpoints';
import { decodeState, encodeState, SavedState, StateFile } from '../../../lib/reader/progress/saved-state';
import { StateKeeper } from '../../../lib/reader/progress/lease';
import { FakePlc } from './fake-plc';
import { FakeTransport, ManualClock, MemoryStore } from './fake-ports';
import { Rig, seqs } from './rig';

/*
 * What the fault simulator (test/simulation) found, one test each: played out by hand, so that each stands without a
 * seed.
 */

const stateIn = (store: MemoryStore): StateFile => {
  const result = decodeState(store.bytes as Uint8Array);
  if (!result.ok) throw new Error(result.why);
  return result.state;
};

/** Each ring part of each Read comes from what `source` gives for it. */
function ringBy(rig: Rig, source: (part: Extract<ReadPart, { kind: 'ring' }>, read: number) => Uint8Array): void {
  rig.transport.answer = (outcome, parts, read) => {
    if (!outcome.ok) return outcome;
    return {
      ok: true,
      parts: outcome.parts.map((bytes, i) => {
        const part = parts[i];
        return part.kind === 'ring' ? source(part, read).slice(part.offset, part.offset + part.length) : bytes;
      })
    };
  };
}

const asItIs = (rig: Rig): void => {
  rig.transport.answer = (outcome) => outcome;
};

describe('reader: regressions found by the fault simulator', () => {
  it(
    'the end of a lap, read again with the confirming look, may already be of the next lap: it is not ' + 'handed on',
    async () => {
      const plc = new FakePlc(1024);
      const at = new Map<number, number>();
      const append = (): void => void at.set(at.size, plc.append());
      for (let i = 0; i < 20; i++) append();
      const rig = await new Rig(plc).started(600);
      rig.reader.pause();
      await rig.clock.pass(600);
      // A lap: reading goes on at the oldest record, near the end of the ring, which the next one overwrites.
      for (let i = 0; i < 46; i++) append();
      should(plc.writer.oldestAbs).equal(1024 + 880);
      let isDone = false;
      let tails = 0;
      rig.transport.beforePart = (part, _read, index) => {
        if (isDone || part.kind !== 'ring' || index !== 1 || part.offset !== 880 || part.length !== 144 || ++tails < 3)
          return;
        isDone = true;
        append();
      };
      rig.reader.resume();
      await rig.clock.pass(3_000);
      should(isDone).be.true();
      should(rig.records.filter(({ seq, abs }) => at.get(seq) !== abs)).eql([]);
      should(new Set(rig.ids).size).equal(rig.ids.length);
    }
  );

  for (const [what, capacity] of [
    ['larger', 4096],
    ['smaller', 512]
  ] as const) {
    it(`a ring that became ${what} while the session lives is known again, and read`, async () => {
      const plc = new FakePlc(1024);
      plc.fill(40);
      const rig = await new Rig(plc).started(600);
      const anew = new FakePlc(capacity);
      anew.fill(8, 5);
      const other = new FakeTransport(anew);
      rig.transport.read = (parts) => other.read(parts);
      rig.transport.connect = () => other.connect();
      await rig.clock.pass(30_000);
      should(rig.ids.slice(-8)).eql(seqs(0, 7, 5));
      should(rig.reader.status().state).equal('idle');
    });
  }

  it('a window whose parts come from copies of different ages proves nothing about the older part', async () => {
    // Records of one size in a ring that is a multiple of it: the lap before is made of perfectly valid records.
    const plc = new FakePlc(44 * 24);
    plc.fill(46);
    const rig = await new Rig(plc).started(600);
    const old = plc.writer.bytes.slice();
    const from = plc.writer.headAbs % plc.capacity;
    plc.fill(6);
    const before = rig.notices.length;
    let windows = 0;
    let last = -1;
    // Ten windows from the old copy; then the copy is renewed between the end of the lap and the beginning of the next.
    ringBy(rig, (part, read) => {
      if (part.offset < from && part.length > 40 && read !== last) windows++;
      last = read;
      if (windows < 10) return old;
      return windows === 10 && part.offset >= from - 4 ? old : plc.writer.bytes;
    });
    await rig.clock.pass(10_000);
    should(rig.notices.slice(before)).eql([]);
    should(rig.errors).eql([]);
    should(rig.ids.slice(-6)).eql(seqs(46, 51));
  });

  it('the zero byte of a gap and the record behind it may come from copies of different ages', async () => {
    const plc = new FakePlc(1024);
    const payload = (length: number): { slots: { key: number; type: number; payload: Uint8Array }[] } => ({
      slots: [{ key: 0x8001, type: 13, payload: new Uint8Array(length) }]
    });
    // Less in one Read than the end of the lap is long.
    const rig = await new Rig(plc, { maxChunk: 128, firstChunk: 1024 }).started(600);
    // One lap ends in a gap at 880, the next one goes on there.
    plc.fill(20);
    await rig.clock.pass(3_000);
    plc.append(1, payload(112));
    await rig.clock.pass(3_000);
    plc.fill(15);
    plc.append(1, payload(9));
    await rig.clock.pass(3_000);
    should(rig.reader.status().cursorAbs).equal(1024 + 880);
    const old = plc.writer.bytes.slice();
    plc.append(2);
    plc.append(3);
    plc.append(1, payload(52));
    plc.fill(2);
    const before = rig.ids.length;
    let polls = 0;
    ringBy(rig, (part) => {
      if (part.offset === 876) polls++;
      if (polls < 4) return old;
      // The confirming look brings the lap's end once more, from the copy that was renewed.
      return polls === 4 && part.offset >= 800 && part.offset !== 880 ? old : plc.writer.bytes;
    });
    await rig.clock.pass(10_000);
    asItIs(rig);
    await rig.clock.pass(8_000);
    should(rig.ids.slice(before, before + 2)).eql(['1/2/0', '1/3/0']);
    should(rig.notices.filter(({ kind }) => kind !== 'lap')).eql([]);
  });

  it('the first record of an incarnation is handed on only when a saved state knows its fingerprint', async () => {
    const plc = new FakePlc(8192);
    plc.fill(5);
    const rig = new Rig(plc, { saveIntervalMs: 60_000 });
    const known: boolean[] = [];
    rig.sink = (batch) => void (batch.records > 0 && known.push(stateIn(rig.store).lease.fingerprint !== undefined));
    await rig.started(600);
    plc.powerCycle(5n);
    plc.fill(3);
    await rig.clock.pass(15_000);
    should(rig.ids).eql([...seqs(0, 4), ...seqs(0, 2, 1, 5)]);
    should(known).eql(known.map(() => true));
  });

  it(
    'a state that is saved after an unclean stop, its cursor before the place of the last record handed ' +
      'on, can be read back',
    async () => {
      const plc = new FakePlc(1024);
      plc.fill(10);
      const rig = new Rig(plc, { saveIntervalMs: 0 });
      rig.settles = false;
      await rig.started(600);
      await rig.reader.stop();
      // What is oldest now lies before the last record handed on.
      plc.fill(17);
      should(plc.writer.oldestAbs).be.within(1, 395);
      const next = new Rig(plc, { saveIntervalMs: 0, maxInFlight: 1, firstChunk: 128 }, rig.store);
      next.settles = false;
      next.sink = (batch) => void (batch.records === 0 && next.reader.settle(batch.serial));
      await next.started(600);
      await next.reader.stop();
      should(stateIn(rig.store).checkpoint.cursor).equal(plc.writer.oldestAbs);
      should((await new Rig(plc, {}, rig.store).started(600)).ids.length).equal(plc.writer.retained);
    }
  );

  it(
    'a checkpoint of a new incarnation of which nothing was handed on yet is a state that can be read ' + 'back',
    async () => {
      const plc = new FakePlc(1024);
      plc.fill(5);
      const rig = await new Rig(plc).started(600);
      await rig.reader.stop();
      const { checkpoint } = stateIn(rig.store);
      const store = new MemoryStore();
      const checkpoints = new Checkpoints();
      const keeper = new StateKeeper(store, new ManualClock(), checkpoints, 0, () => undefined);
      checkpoints.begin(checkpoint);
      await keeper.cover(checkpoint);
      const anew: SavedState = {
        ...checkpoint,
        incarnation: checkpoint.incarnation + 1,
        cursor: 0,
        fingerprint: undefined,
        unbrokenFrom: 0
      };
      checkpoints.begin(anew);
      await keeper.saveLast();
      should(stateIn(store)).have.propertyByPath('checkpoint', 'incarnation').equal(anew.incarnation);
    }
  );

  it(
    'how an incarnation began, out of a saved state, is handed on also where only one batch may be in ' + 'flight',
    async () => {
      const plc = new FakePlc(8192);
      plc.fill(5);
      const rig = await new Rig(plc).started(600);
      await rig.reader.stop();
      const state = stateIn(rig.store);
      const store = new MemoryStore();
      store.bytes = encodeState({
        ...state,
        checkpoint: { ...state.checkpoint, pending: [{ kind: 'incarnation', from: 0, to: 1, reason: 'headAbs' }] }
      });
      plc.fill(2);
      const next = await new Rig(plc, { maxInFlight: 1 }, store).started(2_000);
      should(next.notices.map(({ kind }) => kind)).eql(['incarnation']);
      should(next.ids).eql(seqs(5, 6));
    }
  );

  it(
    'a run id that rose is not believed at once while the ring may be an old copy: no record of the old ' +
      'life in the new one',
    async () => {
      const plc = new FakePlc(44 * 24);
      plc.fill(24);
      const rig = await new Rig(plc).started(600);
      rig.reader.pause();
      await rig.clock.pass(600);
      // Two that nobody read, at the beginning of the ring.
      plc.fill(2);
      const old = plc.writer.bytes.slice();
      plc.powerCycle(9n);
      plc.fill(3);
      ringBy(rig, () => old);
      rig.reader.resume();
      await rig.clock.pass(1_500);
      asItIs(rig);
      await rig.clock.pass(20_000);
      should(rig.notices.map(({ kind }) => kind)).eql(['incarnation']);
      should(rig.ids).eql([...seqs(0, 23), ...seqs(0, 2, 1, 9)]);
    }
  );

  for (const [what, spoil] of [
    [
      'another record in the place of the last one',
      (bytes: Uint8Array, part: ReadPart) => (part.kind === 'ring' ? bytes.map((byte) => byte ^ 1) : bytes)
    ],
    ['an older control block', undefined]
  ] as const) {
    it(`single answers that show ${what}, with good ones in between, do not add up to a new incarnation`, async () => {
      const plc = new FakePlc(8192);
      plc.fill(10);
      const older = plc.controlBytes();
      const rig = await new Rig(plc).started(600);
      plc.fill(3);
      await rig.clock.pass(1_000);
      for (let i = 0; i < 8; i++) {
        if (spoil === undefined) plc.control = older;
        else
          rig.transport.answer = (outcome, parts) =>
            outcome.ok ? { ok: true, parts: outcome.parts.map((bytes, n) => spoil(bytes, parts[n])) } : outcome;
        await rig.clock.pass(501);
        plc.control = undefined;
        asItIs(rig);
        await rig.clock.pass(2_500);
      }
      should(rig.notices).eql([]);
      should(rig.ids).eql(seqs(0, 12));
      should(rig.reader.status().state).equal('idle');
    });
  }

  it(
    'in the first lap of a ring that began anew, a record of its former life with the very seq that is ' +
      'expected is not taken for the new one',
    async () => {
      const plc = new FakePlc(44 * 40);
      plc.fill(30);
      const rig = await new Rig(plc).started(600);
      const left = plc.writer.bytes.slice();
      plc.powerCycle();
      plc.writer.bytes.set(left);
      plc.fill(3);
      const stale = plc.writer.bytes.slice();
      await rig.clock.pass(15_000);
      plc.fill(3);
      ringBy(rig, () => stale);
      await rig.clock.pass(3_000);
      asItIs(rig);
      await rig.clock.pass(8_000);
      should(rig.ids.slice(30)).eql(seqs(0, 5));
      const times = rig.records.map(({ sourceTimeNs }) => BigInt(sourceTimeNs));
      should(times.filter((time, i) => i > 0 && time <= times[i - 1])).eql([]);
    }
  );
});

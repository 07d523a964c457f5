import should from 'should';
import { decodeState, SavedState } from '../../../../lib/reader/progress/saved-state';
import { Slot } from '../../../../lib/wire';
import { FakePlc } from '../fake-plc';
import { MemoryStore } from '../fake-ports';
import { Rig, seqs } from '../rig';
import { livesOf, restartsOf, silent } from './lives';

const checkpointOf = (store: MemoryStore): SavedState | undefined => {
  const state = store.bytes === undefined ? undefined : decodeState(store.bytes);
  return state?.ok === true ? state.state.checkpoint : undefined;
};

const reasons = (rig: Rig): string[] =>
  rig.notices.flatMap((notice) => (notice.kind === 'incarnation' ? [notice.reason] : []));

describe('reader: what was seen of another ring outlives the reader that saw it', () => {
  it('a mismatch that was seen before a stop decides after it, where its place is overwritten by then', async () => {
    const plc = new FakePlc(4096);
    plc.fill(30);
    const rig = await new Rig(plc).started(2_000);
    await rig.reader.stop();
    plc.powerCycle();
    plc.fill(60);
    const short = await rig.again().started(1_500);
    should(restartsOf(short)).eql([]);
    should(checkpointOf(rig.store)?.anchorDiffers).be.true();
    await short.reader.stop();
    // Nobody looks while the place of the last record is overwritten.
    plc.fill(80);
    const next = await short.again().started(60_000);
    should(reasons(next)).eql(['fingerprint']);
    plc.append();
    await next.clock.pass(60_000);
    should(silent(plc, [1], livesOf(next).get(1))).eql([]);
    should(checkpointOf(rig.store)?.anchorDiffers).be.undefined();
    await next.reader.stop();
  });

  it('a mismatch that passes is forgotten, in the saved state too', async () => {
    const plc = new FakePlc(4096);
    plc.fill(30);
    const rig = await new Rig(plc).started(2_000);
    await rig.reader.stop();
    const { writer } = plc;
    const place = 29 * 44 + 40;
    const crc = writer.bytes.slice(place, place + 4);
    writer.bytes.fill(0, place, place + 4);
    plc.append();
    const next = await rig.again().started(2_500);
    should(checkpointOf(rig.store)?.anchorDiffers).be.true();
    writer.bytes.set(crc, place);
    await next.clock.pass(3_000);
    should(checkpointOf(rig.store)?.anchorDiffers).be.undefined();
    should(next.ids).eql(seqs(30, 30));
    should(restartsOf(next)).eql([]);
    await next.reader.stop();
  });
});

describe('reader: a lost count below what stood before the cursor', () => {
  const large: Slot[] = [{ key: 0x8001, type: 13, payload: new Uint8Array(200) }];
  const overtaken = async (): Promise<{ plc: FakePlc; rig: Rig }> => {
    const plc = new FakePlc(4096);
    plc.fill(80);
    const rig = await new Rig(plc).started(2_000);
    should(rig.ids).have.length(80);
    await rig.reader.stop();
    plc.powerCycle();
    while (plc.writer.oldestAbs <= 80 * 44) plc.append(1, { slots: large });
    should(plc.writer.lostCount).be.within(1, 79);
    return { plc, rig: rig.again() };
  };

  it('is another ring, not a lap of no records', async () => {
    const { plc, rig } = await overtaken();
    await rig.started(10_000);
    should(reasons(rig)).eql(['lostCount']);
    should(silent(plc, [1], livesOf(rig).get(1))).eql([]);
    await rig.reader.stop();
  });

  it('says nothing where the logger counts none at all', async () => {
    const plc = new FakePlc(4096);
    plc.fill(80);
    const rig = await new Rig(plc).started(2_000);
    await rig.reader.stop();
    plc.fill(200);
    plc.lostOffset = -plc.writer.lostCount;
    const next = await rig.again().started(10_000);
    should(reasons(next)).eql([]);
    should(next.notices.filter(({ kind }) => kind === 'lap')).have.length(1);
    await next.reader.stop();
  });
});

describe('reader: a new incarnation begins with the control block as it is by then', () => {
  it('not with the one that gave it away, when its batches were waited for', async () => {
    const plc = new FakePlc(4096);
    plc.fill(30);
    const rig = new Rig(plc, { ackTimeoutMs: 20_000 });
    rig.settles = false;
    await rig.started(2_000);
    plc.powerCycle(2n);
    plc.fill(5);
    await rig.clock.pass(3_000);
    should(restartsOf(rig)).eql([]);
    // Nothing is settled for 20 s, and the ring is overrun meanwhile.
    plc.fill(200);
    const { lostCount } = plc.writer;
    rig.settles = true;
    await rig.clock.pass(30_000);
    const [begun] = rig.batches.filter(({ facts }) => facts.incarnation === 1);
    should(begun.facts.notices.map(({ kind }) => kind)).eql(['incarnation', 'lap']);
    should(begun.facts.notices[1]).have.property('lostCountDelta', lostCount);
    should(begun.facts.snapshot.headAbs).equal(plc.writer.headAbs);
    should(silent(plc, [1], livesOf(rig).get(1))).eql([]);
    await rig.reader.stop();
  });
});

describe('reader: a restart of which every witness was overwritten before anybody looked', () => {
  it('is noticed by its seqs, and nothing that it retained is passed over without a word', async () => {
    const plc = new FakePlc(4096);
    plc.fill(20);
    plc.fill(20, 2);
    const rig = await new Rig(plc).started(2_000);
    await rig.reader.stop();
    plc.powerCycle();
    plc.fill(10, 2);
    plc.fill(125);
    should(plc.writer.oldestAbs).be.above(40 * 44);
    const next = await rig.again().started(8_000);
    for (let i = 0; i < 3; i++) plc.append(2);
    await next.clock.pass(60_000);
    plc.append();
    plc.append(2);
    await next.clock.pass(60_000);
    should(reasons(next)).eql(['seq']);
    should(silent(plc, [1, 2], livesOf(next).get(1))).eql([]);
    await next.reader.stop();
  });
});

describe('reader: killed again and again within a second', () => {
  it('comes further in every life, and repeats no more than an eighth of the ring and a batch', async () => {
    const plc = new FakePlc(1 << 17);
    plc.fill(2_900);
    const ends: number[] = [];
    let store = new MemoryStore();
    for (let life = 0; life < 4; life++) {
      const rig = new Rig(plc, { maxRecords: 20, maxInFlight: 1 }, store);
      rig.sink = (): Promise<void> => rig.clock.sleep(20);
      await rig.started(800);
      const handedOn = rig.records.at(-1)?.abs ?? 0;
      // Killed: nothing of it is saved any more.
      const { bytes } = rig.store;
      store = new MemoryStore();
      store.bytes = bytes?.slice();
      ends.push(checkpointOf(store)?.cursor ?? -1);
      should(handedOn - ends[life]).be.below(plc.capacity / 8 + 10 * 20 * 44);
    }
    for (let life = 1; life < ends.length; life++) should(ends[life]).be.above(ends[life - 1]);
  });

  it('also where little comes: the first settled batch of a life is saved at once', async () => {
    const plc = new FakePlc(1 << 20);
    plc.fill(1);
    const rig = await new Rig(plc).started(2_000);
    const store = new MemoryStore();
    store.bytes = rig.store.bytes?.slice();
    const before = checkpointOf(store)?.cursor ?? 0;
    plc.append();
    const next = await new Rig(plc, {}, store).started(300);
    should(next.ids.at(-1)).equal('1/1/1');
    should(checkpointOf(store)?.cursor).be.above(before);
  });
});

describe('reader: a logger that counts nothing laps a reader that handed nothing on yet', () => {
  // Red when written: 0 overwritten before the cursor and 0 counted looked like all that was overwritten had been read.
  it('is told as a lap with a count of 0', async () => {
    const plc = new FakePlc(4096);
    const rig = await new Rig(plc).started(2_000);
    await rig.reader.stop();
    plc.fill(150);
    plc.lostOffset = -plc.writer.lostCount;
    const next = await rig.again().started(30_000);
    const [lap, loss] = next.notices;
    should(lap).have.properties({ kind: 'lap', fromAbs: 0, toAbs: plc.writer.oldestAbs, lostCountDelta: 0 });
    should(loss).have.properties({ kind: 'loss', firstSeq: 0 });
    await next.reader.stop();
  });
});

import should from 'should';
import type { Began } from '../../../lib/stream';
import { decodeState, encodeState } from '../../../lib/reader/progress/saved-state';
import { FakePlc } from './fake-plc';
import { Rig } from './rig';

/** What the last batch says of where counting began. */
const began = (rig: Rig): Began | undefined => rig.batches.at(-1)?.facts.began;

describe('reader: every batch says where counting of seqs began, and why', () => {
  it('at the oldest record of a ring: from 0, also after a restart of the reader', async () => {
    const plc = new FakePlc(8192);
    plc.fill(5);
    const rig = await new Rig(plc).started(600);
    const expected: Began = { cause: 'first-contact', incarnation: 0, abs: 0, runId: '1' };
    should(began(rig)).eql(expected);
    plc.runId = 2n;
    plc.fill(5);
    await rig.clock.pass(600);
    should(began(rig)).eql(expected);
    await rig.reader.stop();
    plc.fill(5);
    const next = await rig.again().started(600);
    should(next.ids).have.length(5);
    should(began(next)).eql(expected);
  });

  it('at the newest record', async () => {
    const plc = new FakePlc(8192);
    plc.fill(5);
    const rig = await new Rig(plc, { startFrom: 'newest' }).started(600);
    plc.fill(1);
    await rig.clock.pass(600);
    should(began(rig)).eql({ cause: 'newest', incarnation: 0, abs: 5 * 44, runId: '1' });
  });

  it('where it was told to go, backwards too', async () => {
    const plc = new FakePlc(8192);
    plc.fill(10);
    const rig = await new Rig(plc).started(600);
    await Promise.all([rig.reader.seek(5 * 44), rig.clock.pass(600)]);
    should(rig.ids).have.length(15);
    should(began(rig)).eql({ cause: 'seek', incarnation: 0, abs: 5 * 44, runId: '1' });
  });

  it('at the beginning of a ring that was read anew, and behind the last record of one that went on', async () => {
    const plc = new FakePlc(8192);
    plc.fill(50);
    const rig = await new Rig(plc).started(600);
    plc.powerCycle();
    plc.fill(4);
    await rig.clock.pass(2_000);
    should(began(rig)).eql({ cause: 'first-contact', incarnation: 1, abs: 0, runId: '1' });

    const other = new FakePlc(1024);
    other.fill(60);
    const going = await new Rig(other).started(600);
    const abs = other.writer.headAbs;
    other.lostOffset = -5;
    other.seqlock += 2;
    await going.clock.pass(4_000);
    other.fill(2);
    await going.clock.pass(2_000);
    should(going.notices.at(-1)).have.properties({ kind: 'incarnation', reason: 'lostCount' });
    should(began(going)).eql({ cause: 'resumed', incarnation: 1, abs: abs, runId: '1' });
  });

  it('where seqs began again by themselves, at the first record of each source', async () => {
    const plc = new FakePlc(65536);
    plc.fill(10);
    const rig = await new Rig(plc).started(600);
    plc.setSeq(1, 0);
    plc.fill(5);
    await rig.clock.pass(6_000);
    should(rig.notices.at(-1)).have.properties({ kind: 'incarnation', reason: 'seq' });
    should(began(rig)).eql({ cause: 'newest', incarnation: 1, abs: 10 * 44, runId: '1' });
  });

  it(
    'nowhere, where an older saved state does not know it; and a state that says something else is ' + 'refused',
    async () => {
      const plc = new FakePlc(8192);
      plc.fill(5);
      const rig = await new Rig(plc).started(600);
      await rig.reader.stop();
      const state = decodeState(rig.store.bytes ?? new Uint8Array());
      if (!state.ok) throw new Error(state.why);
      const { began: known, ...checkpoint } = state.state.checkpoint;
      should(known).have.properties({ cause: 'first-contact' });
      rig.store.bytes = encodeState({ ...state.state, checkpoint });
      plc.fill(1);
      const next = await rig.again().started(600);
      should(next.ids).have.length(1);
      should(next.batches[0].facts).not.have.property('began');
      await next.reader.stop();
      const wrong = { ...checkpoint, began: { cause: 'guess', incarnation: 0, abs: 0, runId: '1' } };
      rig.store.bytes = encodeState({ ...state.state, checkpoint: wrong as never });
      const refused = await rig.again().started(600);
      should(refused.reader.status().code).equal('OPENOT_STATE_UNREADABLE');
    }
  );
});

import should from 'should';
import { FakePlc } from '../fake-plc';
import { Rig, seqs } from '../rig';
import { restartsOf } from './lives';

/*
 * A producer that gives a seq twice: the second one is passed over, and its source is remembered, because a source that
 * repeats again at the same seq began anew. What was remembered stands for the place where it was learnt, and a seek
 * goes away from there.
 *
 * Of the other thing that is learnt there, the place whose bytes were proven not to change, nothing can be seen after a
 * seek: the first reading of a place is always within `maxRereads`, which is at least 1, and such a reading drops it.
 */
describe('reader: what was learnt at a bad place does not outlive a seek', () => {
  // Red when written: the one repeat, met again after the seek, was a new incarnation (reason seq).
  it('one repeated record, read again after a seek backward, is passed over again and is no restart', async () => {
    const plc = new FakePlc(8192);
    plc.fill(10);
    plc.append(1, { seq: 5 });
    plc.setSeq(1, 10);
    plc.fill(10);
    const rig = await new Rig(plc).started(60_000);
    should(rig.ids).eql(seqs(0, 19));
    const sought = rig.reader.seek('oldest');
    await rig.clock.pass(600);
    should(await sought).eql({ ok: true });
    await rig.clock.pass(120_000);
    should(restartsOf(rig)).eql([]);
    should(rig.ids).eql([...seqs(0, 19), ...seqs(0, 19)]);
    should(rig.notices.map(({ kind }) => kind)).eql(['skipped', 'skipped']);
    should(rig.reader.status()).have.properties({ state: 'idle', cursorAbs: plc.writer.headAbs });
    await rig.reader.stop();
  });
});

import should from 'should';
import { Slot, TlvType } from '../../../../lib/wire';
import { FakePlc } from '../fake-plc';
import { Rig, seqs } from '../rig';

/* What a seed of the fault simulator found, without the chance that it took there. */

/**
 * `npm run soak -- --seed 20185 --records 4000`, as of the design page that names it. A search that came to a record
 * which its window does not hold whole goes on with a window that begins there, and looks 4 bytes further on.
 */
describe('reader: a good record behind a broken one, where the window ends inside it', () => {
  // Red when written: the good record is passed over with the broken one, though nothing is wrong with it.
  it('is handed on, however small the windows are', async () => {
    const plc = new FakePlc(8192);
    const long: Slot[] = [{ key: 0x8001, type: TlvType.Bytes, payload: new Uint8Array(172).fill(7) }];
    plc.fill(3);
    const bad = plc.append();
    plc.append(1, { slots: long });
    plc.fill(20);
    plc.writer.bytes[bad + 20] ^= 1;
    const size = 256;
    const rig = await new Rig(plc, { firstChunk: size, minChunk: size, maxChunk: size }).started(60_000);
    should(rig.ids).eql([...seqs(0, 2), ...seqs(4, 24)]);
    should(rig.notices.filter(({ kind }) => kind === 'skipped')).have.length(1);
    await rig.reader.stop();
  });
});

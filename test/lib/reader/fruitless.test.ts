import should from 'should';
import { FakePlc } from './fake-plc';
import { Rig } from './rig';

describe('reader: polls that come no further', () => {
  it('pause, where the end of the lap is too long to be read once more and nothing else can prove its gap', async () => {
    const plc = new FakePlc(8192);
    // Records of 60 bytes leave a gap at the lap's end; the cursor stands on its zero byte.
    const rig = new Rig(plc, { firstChunk: 256, maxChunk: 256, minChunk: 256, rereadMs: 60_000 });
    while (8192 - (plc.writer.headAbs % 8192) > 500) plc.append();
    await rig.started(600);
    // One that does not fit any more begins the next lap.
    const big = new Uint8Array(200).fill(7);
    for (let i = 0; i < 4; i++) plc.append(1, { slots: [{ key: 0x8001, type: 13, payload: big }] });
    const before = rig.transport.reads;
    await rig.clock.pass(2_000);
    should(rig.transport.reads - before).be.below(400);
    await rig.clock.pass(120_000);
    should(rig.records.at(-1)?.seq).equal(plc.nextSeq(1) - 1);
    should(rig.notices).eql([]);
  });
});

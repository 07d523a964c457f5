import should from 'should';
import { FakePlc } from './fake-plc';
import { Rig, seqs } from './rig';

describe('reader: polls', () => {
  it('an idle poll is exactly one Read', async () => {
    const rig = await new Rig(new FakePlc(1024)).started();
    await rig.clock.pass(1000);
    rig.reads();
    await rig.clock.pass(2000);
    should(rig.reads()).eql(['CR', 'CR', 'CR', 'CR']);
    should(rig.reader.status().state).equal('idle');
  });

  it('a poll with data is exactly two Reads', async () => {
    const plc = new FakePlc(65536);
    plc.fill(3);
    const rig = await new Rig(plc).started();
    await rig.clock.pass(1000);
    rig.reads();
    plc.fill(5);
    await rig.clock.pass(499);
    should(rig.reads()).eql(['CR', 'C']);
    await rig.clock.pass(500);
    should(rig.reads()).eql(['CR']);
    should(rig.ids).eql(seqs(0, 7));
  });

  it('with sameCall a poll with data is one Read', async () => {
    const plc = new FakePlc(65536);
    plc.fill(3);
    const rig = await new Rig(plc, { verify: 'sameCall' }).started();
    await rig.clock.pass(1000);
    rig.reads();
    plc.fill(5);
    await rig.clock.pass(499);
    should(rig.reads()).eql(['CRC']);
    await rig.clock.pass(500);
    should(rig.reads()).eql(['CRC']);
    should(rig.ids).eql(seqs(0, 7));
  });

  it(
    'a window that wraps is two ring parts of the same Read; the confirming look brings the end of the ' +
      'lap once more',
    async () => {
      const plc = new FakePlc(8192, 8000);
      plc.fill(3);
      const rig = await new Rig(plc).started();
      await rig.clock.pass(600);
      rig.reads();
      plc.fill(3);
      await rig.clock.pass(500);
      should(rig.reads()).eql(['CRR', 'CR']);
      should(rig.ids).eql(seqs(0, 5));
      should(rig.batches[rig.batches.length - 1].facts.segments).eql([
        { offset: 0, abs: 8132 },
        { offset: 44, abs: 8192 }
      ]);
    }
  );

  it('hands on whole records back to back, with the facts of the look', async () => {
    const plc = new FakePlc(1024);
    plc.fill(2);
    const rig = await new Rig(plc, { stream: 'line 3' }).started();
    const [batch] = rig.batches;
    should(batch.serial).equal(1);
    should(batch.payload).be.instanceOf(Buffer);
    should(batch.payload.equals(Buffer.from(plc.ringBytes(0, 88)))).be.true();
    // A Buffer of its own: a view of a pool would carry its neighbours wherever it is cloned.
    should(batch.payload.buffer.byteLength).equal(88);
    should(batch.facts.stream).equal('line 3');
    should(batch.facts.incarnation).equal(0);
    should(batch.facts.bufferId).equal(7);
    should(batch.facts.segments).eql([{ offset: 0, abs: 0 }]);
    should(batch.facts.notices).eql([]);
    should(batch.facts.epochs).eql([{ epochId: 1, firstAbs: 0, hash: '1111111111111111' }]);
    should(batch.facts.snapshot).have.properties({
      headAbs: 88,
      oldestAbs: 0,
      bufferBytes: 1024,
      runId: '1',
      epochId: 1
    });
    should(batch.facts.receiveTimeNs).equal('2000000000');
  });

  it('the stream is called after host and buffer id when it has no name', async () => {
    const rig = await new Rig(new FakePlc(1024)).started();
    should(rig.reader.statusFacts().stream).equal('plc/7');
  });

  it('batches are capped by records and by bytes', async () => {
    const plc = new FakePlc(4096);
    plc.fill(25);
    const byRecords = await new Rig(plc, { maxRecords: 10 }).started(100);
    should(byRecords.batches.map((batch) => batch.records)).eql([10, 10, 5]);
    should(byRecords.ids).eql(seqs(0, 24));
    const byBytes = await new Rig(plc, { maxBytes: 100 }).started(100);
    should(byBytes.batches.every((batch) => batch.payload.length <= 100)).be.true();
    should(byBytes.ids).eql(seqs(0, 24));
  });

  it('catches up without waiting for the interval, in windows that grow to 64 KiB', async () => {
    const plc = new FakePlc(1 << 20);
    plc.fill(20_000);
    const rig = await new Rig(plc).started(400);
    should(rig.ids.length).equal(20_000);
    should(rig.ids[19_999]).equal('1/1/19999');
    const windows = rig.transport.parts.flatMap((parts) =>
      parts.map((part) => (part.kind === 'ring' ? part.length : 0))
    );
    should(windows.find((length) => length > 0)).equal(4096);
    should(Math.max(...windows)).equal(65536);
    should(rig.reads().length).be.below(50);
  });

  it('startFrom newest begins behind what is there, and counts a source from its first record', async () => {
    const plc = new FakePlc(4096);
    plc.fill(10);
    const rig = await new Rig(plc, { startFrom: 'newest' }).started(600);
    should(rig.items).eql([]);
    plc.fill(3);
    await rig.clock.pass(600);
    should(rig.ids).eql(seqs(10, 12));
    should(rig.notices).eql([]);
    plc.runId = 2n;
    plc.append(1, { seq: 4 });
    await rig.clock.pass(600);
    should(rig.notices.map((notice) => notice.kind === 'loss' && [notice.runId, notice.firstSeq, notice.lastSeq])).eql([
      ['2', 0, 3]
    ]);
  });

  it('startFrom newest is remembered at once: a restart does not choose another place', async () => {
    const plc = new FakePlc(4096);
    plc.fill(10);
    const rig = await new Rig(plc, { startFrom: 'newest' }).started(10);
    await rig.reader.stop();
    plc.fill(5);
    const next = await rig.again({ startFrom: 'newest' }).started(600);
    should(next.ids).eql(seqs(10, 14));
  });

  it(
    'startFrom oldest counts from seq 0: what was overwritten before was so before contact, and is not ' + 'lost',
    async () => {
      const plc = new FakePlc(1024);
      plc.fill(100);
      const rig = await new Rig(plc).started(600);
      const first = 100 - Math.floor(1024 / 44);
      should(rig.ids).eql(seqs(first, 99));
      should(rig.notices).eql(
        [
          {
            kind: 'loss',
            runId: '1',
            sourceId: 1,
            firstSeq: 0,
            lastSeq: first - 1,
            count: first,
            basis: 'inferred',
            class: 'before-contact',
            beforeTimeNs: rig.records[0].sourceTimeNs,
            beforeAbs: rig.records[0].abs
          }
        ].map(({ beforeAbs: _, ...notice }) => notice)
      );
      should(rig.reader.status().totals).have.properties({ lost: 0, beforeContact: first, laps: 0 });
    }
  );

  it('reads on across 2^32', async () => {
    const plc = new FakePlc(1024, 0xffffff00);
    const rig = await new Rig(plc).started(10);
    for (let i = 0; i < 40; i++) {
      plc.append();
      await rig.clock.pass(500);
    }
    should(rig.ids).eql(seqs(0, 39));
    should(rig.notices).eql([]);
    should(rig.reader.status().cursorAbs).be.above(2 ** 32);
  });

  it('splits what the server cannot answer at once, and remembers', async () => {
    const plc = new FakePlc(65536);
    plc.fill(1000);
    const rig = new Rig(plc);
    rig.transport.answer = (outcome, parts) =>
      parts.reduce((sum, part) => sum + (part.kind === 'ring' ? part.length : 0), 0) > 1024
        ? { ok: false, code: 'OPENOT_OPCUA_TOO_LARGE', message: 'too large', remedy: 'smaller' }
        : outcome;
    await rig.started(400);
    should(rig.ids).eql(seqs(0, 999));
    const before = rig.transport.parts.length;
    plc.fill(100);
    await rig.clock.pass(600);
    const later = rig.transport.parts
      .slice(before)
      .map((parts) => parts.reduce((sum, part) => sum + (part.kind === 'ring' ? part.length : 0), 0));
    should(Math.max(...later)).equal(1024);
    should(rig.ids.length).equal(1100);
    should(rig.errors).eql([]);
  });

  it('reads a record that is longer than the window', async () => {
    const plc = new FakePlc(1 << 17);
    const slots = Array.from({ length: 60 }, () => ({ key: 0x8001, type: 13, payload: new Uint8Array(200).fill(9) }));
    plc.append(1, { slots });
    plc.append();
    const rig = await new Rig(plc).started(100);
    should(rig.ids).eql(seqs(0, 1));
  });
});

import should from 'should';
import { FakePlc } from './fake-plc';
import { Rig, seqs, untimed } from './rig';

describe('reader: what is handed on', () => {
  it('a torn record is read again and handed on once, whole', async () => {
    const plc = new FakePlc(65536);
    const rig = await new Rig(plc).started(600);
    plc.fill(4);
    let torn = 3;
    rig.transport.answer = (outcome, parts) => {
      if (!outcome.ok || parts.length < 2 || torn-- <= 0) return outcome;
      const ring = outcome.parts[1].slice();
      ring[2 * 44 + 41] ^= 0xff;
      return { ok: true, parts: [outcome.parts[0], ring] };
    };
    await rig.clock.pass(600);
    should(rig.ids).eql(seqs(0, 3));
    should(rig.notices).eql([]);
    should(rig.errors).eql([]);
    should(rig.reader.status().looks.reread).be.above(0);
  });

  it(
    'a record that stays broken is passed over with one notice and one error; its neighbours are handed ' + 'on',
    async () => {
      const plc = new FakePlc(65536);
      const rig = await new Rig(plc).started(600);
      plc.fill(3);
      const poisoned = plc.append();
      plc.fill(3);
      plc.writer.bytes[poisoned + 30] ^= 0x10;
      await rig.clock.pass(2_000);
      should(rig.ids).eql([...seqs(0, 2), ...seqs(4, 6)]);
      should(untimed(rig.notices)).eql([
        { kind: 'skipped', fromAbs: poisoned, toAbs: poisoned + 44, reason: 'OPENOT_WIRE_CRC_MISMATCH' },
        { kind: 'loss', runId: '1', sourceId: 1, firstSeq: 3, lastSeq: 3, count: 1, basis: 'inferred', class: 'lost' }
      ]);
      should(rig.errors.map((error) => error.code)).eql(['OPENOT_RING_SKIPPED']);
      should(rig.reader.status().totals).have.properties({ records: 6, skipped: 1, lost: 1 });
      plc.fill(2);
      await rig.clock.pass(600);
      should(rig.ids.slice(6)).eql(seqs(7, 8));
    }
  );

  for (const [what, at, value] of [
    ['its sync', 0, 0x20],
    ['its length', 5, 0xff],
    ['a length of 0', 4, 0],
    ['a zero first byte', 0, 0]
  ] as const) {
    it(`a record with ${what} broken does not hide those behind it`, async () => {
      const plc = new FakePlc(8192);
      const rig = await new Rig(plc).started(600);
      plc.fill(3);
      const poisoned = plc.append();
      plc.fill(40);
      plc.writer.bytes[poisoned + at] = value;
      await rig.clock.pass(5_000);
      should(rig.ids).eql([...seqs(0, 2), ...seqs(4, 43)]);
      should(rig.notices.map((notice) => notice.kind)).eql(['skipped', 'loss']);
      should(rig.notices[0]).have.properties({ fromAbs: poisoned, toAbs: poisoned + 44 });
    });
  }

  it('a broken newest record is passed over up to head, and reading goes on there', async () => {
    const plc = new FakePlc(65536);
    const rig = await new Rig(plc).started(600);
    plc.fill(3);
    const poisoned = plc.append();
    plc.writer.bytes[poisoned + 30] ^= 0x10;
    await rig.clock.pass(4_000);
    should(rig.notices).eql([]);
    should(rig.reader.status()).have.properties({ state: 'reading', code: 'OPENOT_RING_STALE' });
    await rig.clock.pass(2_000);
    should(rig.notices).eql([
      { kind: 'skipped', fromAbs: poisoned, toAbs: poisoned + 44, reason: 'OPENOT_WIRE_CRC_MISMATCH' }
    ]);
    plc.fill(2);
    await rig.clock.pass(600);
    should(rig.ids).eql([...seqs(0, 2), ...seqs(4, 5)]);
  });

  it('a broken stretch of several windows is one notice', async () => {
    const plc = new FakePlc(1 << 18);
    const rig = await new Rig(plc).started(600);
    plc.fill(5);
    const from = plc.writer.headAbs;
    plc.fill(4000);
    const to = plc.writer.headAbs;
    plc.writer.bytes.fill(0x55, from, to);
    plc.fill(5);
    await rig.clock.pass(7_000);
    should(rig.ids).eql([...seqs(0, 4), ...seqs(4005, 4009)]);
    should(rig.notices[0]).have.properties({ kind: 'skipped', fromAbs: from, toAbs: to });
    should(rig.notices.length).equal(2);
  });

  it('bytes of an earlier lap under a new head are not taken for new records', async () => {
    const plc = new FakePlc(44 * 8);
    const rig = await new Rig(plc).started(10);
    for (let i = 0; i < 3; i++) {
      plc.fill(4);
      await rig.clock.pass(500);
    }
    // A server that evaluates the ring before the control block: old bytes under a new head, for a while.
    const before = plc.writer.bytes.slice();
    plc.fill(4);
    const after = plc.writer.bytes.slice();
    plc.writer.bytes.set(before);
    let stale = 3;
    rig.transport.answer = (outcome, parts) => {
      if (parts.length > 1 && --stale === 0) plc.writer.bytes.set(after);
      return outcome;
    };
    await rig.clock.pass(1_000);
    should(rig.ids).eql(seqs(0, 15));
    should(rig.notices).eql([]);
  });

  it('the end of a lap that was read before the next lap began is no gap: nothing is passed over', async () => {
    const plc = new FakePlc(1024);
    plc.append(1);
    plc.append(2);
    const rig = await new Rig(plc, { startFrom: 'oldest' }).started(10);
    for (let i = 0; i < 19; i++) plc.append(1);
    await rig.clock.pass(600);
    const tail = plc.writer.headAbs % 1024;
    should(tail).equal(21 * 44);
    // A server that evaluates the items backwards, and is slow: the end of the lap, then the program, then the rest.
    let once = true;
    rig.transport.answer = (outcome, parts) => {
      if (!outcome.ok || !once) return outcome;
      once = false;
      const before = outcome.parts.map((part) => part.slice());
      plc.append(1);
      plc.append(1);
      plc.append(2);
      const after = parts.map((part, i) =>
        part.kind === 'control'
          ? plc.controlBytes()
          : part.offset > 0
            ? before[i]
            : plc.ringBytes(part.offset, part.length)
      );
      return { ok: true, parts: after };
    };
    await rig.clock.pass(1_000);
    should(once).be.false();
    should(rig.ids.filter((id) => id.startsWith('1/1/'))).eql(seqs(0, 21));
    should(rig.ids.filter((id) => id.startsWith('1/2/'))).eql(seqs(0, 1, 2));
    should(rig.notices).eql([]);
  });

  it('what was reclaimed is not handed on, although its bytes still stand', async () => {
    const plc = new FakePlc(65536);
    plc.append(1);
    const rig = await new Rig(plc).started(600);
    plc.fill(200);
    const lows: number[] = [];
    // Every look finds the seqlock further on and one record more reclaimed.
    rig.transport.beforePart = (part) => {
      if (part.kind !== 'control' || plc.writer.oldestAbs >= 100 * 44) return;
      plc.seqlock += 2;
      plc.writer.oldestAbs += 44;
      lows.push(plc.writer.oldestAbs);
    };
    let checked = 0;
    rig.sink = (batch) => {
      if (batch.records === 0) return;
      should(batch.facts.segments[0].abs).be.aboveOrEqual(lows[lows.length - 1]);
      checked++;
    };
    await rig.clock.pass(5_000);
    should(checked).be.above(0);
    should(rig.ids[rig.ids.length - 1]).equal('1/1/200');
  });

  it('a record that would end beyond head is held back until head has passed it', async () => {
    const plc = new FakePlc(65536);
    const rig = await new Rig(plc).started(600);
    plc.fill(2);
    const update = plc.stores();
    // The bytes are there, head is not.
    const head = plc.writer.headAbs;
    for (const step of update.steps) step();
    const real = plc.writer.headAbs;
    plc.writer.headAbs = head;
    await rig.clock.pass(600);
    should(rig.ids).eql(seqs(0, 1));
    plc.writer.headAbs = real;
    plc.seqlock += 2;
    await rig.clock.pass(600);
    should(rig.ids).eql(seqs(0, 2));
  });

  it('a lap is one notice with positions and the lost count, and each lost seq is named', async () => {
    const plc = new FakePlc(1024);
    plc.fill(5);
    const rig = await new Rig(plc).started(600);
    const cursor = rig.reader.status().cursorAbs as number;
    plc.fill(100);
    await rig.clock.pass(600);
    const oldest = plc.writer.oldestAbs;
    should(untimed(rig.notices)).eql([
      { kind: 'lap', fromAbs: cursor, toAbs: oldest, lostCountDelta: plc.writer.lostCount - 5 },
      {
        kind: 'loss',
        runId: '1',
        sourceId: 1,
        firstSeq: 5,
        lastSeq: 104 - plc.writer.retained,
        count: 100 - plc.writer.retained,
        basis: 'inferred',
        class: 'lost'
      }
    ]);
    should(rig.ids.length).equal(5 + plc.writer.retained);
    should(rig.reader.status().totals.laps).equal(1);
  });

  it('what is overwritten while it is read is not handed on', async () => {
    const plc = new FakePlc(44 * 20);
    plc.fill(3);
    const rig = await new Rig(plc).started(600);
    plc.fill(15);
    let once = true;
    // Between the window and the confirming look the writer goes a lap further.
    rig.transport.beforePart = (part, read) => {
      if (!once || part.kind !== 'control' || rig.transport.parts[read].length !== 1) return;
      once = false;
      plc.fill(30);
    };
    await rig.clock.pass(600);
    should(once).be.false();
    const ids = rig.ids;
    should(new Set(ids).size).equal(ids.length);
    const lost = rig.notices.reduce((sum, notice) => sum + (notice.kind === 'loss' ? notice.count : 0), 0);
    should(ids.length + lost).equal(48);
    should(ids.slice(-20)).eql(seqs(28, 47));
  });

  it('a seq above 2^53 is passed over aloud, never dropped in silence', async () => {
    const plc = new FakePlc(65536);
    const rig = await new Rig(plc).started(600);
    plc.fill(2);
    plc.append(2, { seq: 2 ** 53 + 2 });
    plc.fill(2);
    await rig.clock.pass(3_000);
    should(rig.ids).eql(seqs(0, 3));
    should(rig.notices.map((notice) => notice.kind === 'skipped' && notice.reason)).eql(['OPENOT_SEQ_TOO_LARGE']);
  });
});

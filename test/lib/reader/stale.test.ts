import should from 'should';
import { FakePlc } from './fake-plc';
import { ManualClock, MemoryStore } from './fake-ports';
import { Rig, seqs, untimed } from './rig';

const payload = (length: number): { slots: { key: number; type: number; payload: Uint8Array }[] } => ({
  slots: [{ key: 0x8001, type: 13, payload: new Uint8Array(length) }]
});

/** The ring's bytes come from `source`, the control block stays as it is. */
function ringFrom(rig: Rig, source: () => Uint8Array): void {
  rig.transport.answer = (outcome, parts) =>
    outcome.ok
      ? {
          ok: true,
          parts: outcome.parts.map((bytes, i) => {
            const part = parts[i];
            return part.kind === 'ring' ? source().slice(part.offset, part.offset + part.length) : bytes;
          })
        }
      : outcome;
}

const asItIs = (rig: Rig): void => {
  rig.transport.answer = (outcome) => outcome;
};

describe('reader: old copies', () => {
  it(
    'a ring copy that is old for a second, under a fresh control block, gives nothing twice and no new ' +
      'incarnation',
    async () => {
      // Records of one size in a ring that is a multiple of it: the lap before is made of perfectly valid records.
      const plc = new FakePlc(1056);
      plc.fill(20);
      const rig = await new Rig(plc).started(600);
      const old = plc.writer.bytes.slice();
      plc.fill(12);
      ringFrom(rig, () => old);
      await rig.clock.pass(3_000);
      should(rig.ids).eql(seqs(0, 19));
      should(rig.reader.status()).have.properties({ state: 'reading', code: 'OPENOT_RING_STALE' });
      asItIs(rig);
      await rig.clock.pass(1_000);
      should(rig.ids).eql(seqs(0, 31));
      should(rig.notices).eql([]);
      should(rig.errors).eql([]);
      should(rig.reader.status()).have.properties({ state: 'idle' });
      should(rig.reader.status().code).be.undefined();
    }
  );

  it('a gateway that copies the ring once a second gives every record once', async () => {
    const plc = new FakePlc(4096);
    for (let i = 0; i < 64; i++) plc.append(1, payload(16));
    const rig = await new Rig(plc).started(600);
    let cache = plc.writer.bytes.slice();
    let at = rig.clock.now;
    ringFrom(rig, () => {
      if (rig.clock.now - at >= 1_000) {
        cache = plc.writer.bytes.slice();
        at = rig.clock.now;
      }
      return cache;
    });
    for (let i = 0; i < 200; i++) {
      plc.append(1, payload(16));
      await rig.clock.pass(200);
    }
    await rig.clock.pass(5_000);
    should(rig.ids).eql(seqs(0, 263));
    should(rig.notices).eql([]);
    should(rig.errors).eql([]);
  });

  it('a whole but older control block for 20 ms, or for a second, changes nothing', async () => {
    for (const ms of [520, 1_500]) {
      const plc = new FakePlc(4096);
      plc.fill(20);
      const rig = await new Rig(plc).started(600);
      const older = plc.controlBytes();
      plc.fill(5);
      await rig.clock.pass(600);
      plc.control = older;
      await rig.clock.pass(ms);
      plc.control = undefined;
      plc.fill(2);
      await rig.clock.pass(3_000);
      should(rig.ids).eql(seqs(0, 26));
      should(rig.notices).eql([]);
    }
  });

  it('an older control block that names an earlier run is no new ring either', async () => {
    const plc = new FakePlc(4096);
    plc.fill(20);
    const rig = await new Rig(plc).started(600);
    const older = plc.controlBytes();
    plc.runId = 2n;
    plc.fill(5);
    await rig.clock.pass(600);
    plc.control = older;
    await rig.clock.pass(900);
    plc.control = undefined;
    await rig.clock.pass(2_000);
    should(rig.ids).eql([...seqs(0, 19), ...seqs(0, 4, 1, 2)]);
    should(rig.notices).eql([]);
  });

  it('one repeated record, newest for long, waits for what follows and is then passed over alone', async () => {
    const plc = new FakePlc(65536);
    plc.fill(10);
    const rig = await new Rig(plc).started(600);
    plc.append(1, { seq: 3 });
    plc.setSeq(1, 10);
    await rig.clock.pass(30_000);
    should(rig.items.length).equal(10);
    plc.fill(3);
    await rig.clock.pass(2_000);
    should(rig.ids).eql(seqs(0, 12));
    should(rig.notices).eql([{ kind: 'skipped', fromAbs: 440, toAbs: 484, reason: 'OPENOT_SEQ_WENT_BACK' }]);
    should(rig.errors.length).equal(1);
  });

  it(
    'seqs of one source that begin anew one by one between those of another are a new incarnation at the ' + 'second',
    async () => {
      const plc = new FakePlc(65536);
      plc.fill(10, 1);
      plc.fill(10, 2);
      const rig = await new Rig(plc).started(600);
      plc.setSeq(1, 0);
      for (let i = 0; i < 3; i++) {
        plc.append(1);
        plc.append(2);
        await rig.clock.pass(20_000);
      }
      should(rig.notices.map((notice) => notice.kind)).eql(['skipped', 'incarnation']);
      should(rig.ids.slice(20)).eql(['1/2/10', '1/1/1', '1/2/11', '1/1/2', '1/2/12']);
    }
  );

  it('a record of the lap before that was never read is not taken for a new one: its time is older', async () => {
    // Source 2 is written once, overwritten unread, and shows again in an old copy.
    const plc = new FakePlc(44 * 20);
    plc.fill(4);
    const rig = await new Rig(plc).started(600);
    rig.reader.pause();
    await rig.clock.pass(600);
    plc.fill(16);
    plc.append(2);
    plc.fill(19);
    const old = plc.writer.bytes.slice();
    plc.fill(2);
    ringFrom(rig, () => old);
    rig.reader.resume();
    await rig.clock.pass(4_000);
    should(rig.ids.filter((id) => id.startsWith('1/2/'))).eql([]);
    asItIs(rig);
    plc.append(2);
    await rig.clock.pass(4_000);
    should(rig.ids.filter((id) => id.startsWith('1/2/'))).eql(['1/2/1']);
    should(new Set(rig.ids).size).equal(rig.ids.length);
    should(rig.notices.filter((notice) => notice.kind === 'incarnation' || notice.kind === 'skipped')).eql([]);
  });

  it('startFrom newest on a ring that was written around does not take the lap before for what is new', async () => {
    const plc = new FakePlc(44 * 20);
    plc.fill(50);
    const rig = await new Rig(plc, { startFrom: 'newest' }).started(600);
    const old = plc.writer.bytes.slice();
    plc.fill(3);
    ringFrom(rig, () => old);
    await rig.clock.pass(3_000);
    should(rig.items).eql([]);
    asItIs(rig);
    await rig.clock.pass(6_000);
    should(rig.ids).eql(seqs(50, 52));
    should(rig.notices).eql([]);
  });

  it('a clock that was set back delays at most the first record after a lap, and nothing is passed over', async () => {
    const plc = new FakePlc(1024);
    plc.fill(5);
    const rig = await new Rig(plc).started(600);
    plc.timeNs = 5n;
    plc.fill(40);
    await rig.clock.pass(8_000);
    plc.timeNs = 3n;
    plc.fill(3);
    await rig.clock.pass(8_000);
    should(rig.ids[rig.ids.length - 1]).equal('1/1/47');
    should(rig.notices.map((notice) => notice.kind)).eql(['lap', 'loss']);
    const lost = rig.reader.status().totals.lost;
    should(rig.ids.length + lost).equal(48);
  });

  it(
    'a zero byte of the lap before is no gap, also where the window ends with the lap: it is passed only ' +
      'with the record behind it',
    async () => {
      const plc = new FakePlc(1024);
      const rig = await new Rig(plc, { firstChunk: 148 }).started(600);
      // One lap ends in a gap at 880, the next one goes on there.
      for (let i = 0; i < 20; i++) plc.append(1);
      await rig.clock.pass(3_000);
      plc.append(1, payload(112));
      await rig.clock.pass(3_000);
      for (let i = 0; i < 15; i++) plc.append(1);
      plc.append(1, payload(9));
      await rig.clock.pass(3_000);
      should(rig.reader.status().cursorAbs).equal(1024 + 880);
      should(plc.writer.bytes[880]).equal(0);
      const old = plc.writer.bytes.slice();
      plc.append(2);
      plc.append(3);
      plc.append(1, payload(52));
      should(plc.writer.headAbs).be.above(2048);
      ringFrom(rig, () => old);
      await rig.clock.pass(3_000);
      asItIs(rig);
      await rig.clock.pass(3_000);
      should(rig.ids.slice(-3)).eql(['1/2/0', '1/3/0', '1/1/37']);
      should(rig.ids.length).equal(40);
      should(rig.notices).eql([]);
    }
  );
});

describe('reader: power cycles', () => {
  const cycles: [string, (plc: FakePlc) => void][] = [
    ['the same sizes', (plc) => plc.fill(30)],
    [
      'other sizes',
      (plc) => {
        for (let i = 0; i < 30; i++) plc.append(1, payload(9));
      }
    ]
  ];
  for (const [what, write] of cycles) {
    it(
      `one that overtakes the cursor within a session, with records of ${what}, is a new incarnation; its ` +
        'whole ring is read once',
      async () => {
        const plc = new FakePlc(8192);
        plc.fill(10);
        const rig = await new Rig(plc).started(600);
        plc.powerCycle();
        write(plc);
        await rig.clock.pass(8_000);
        should(rig.notices).eql([{ kind: 'incarnation', from: 0, to: 1, reason: 'fingerprint' }]);
        should(rig.ids).eql([...seqs(0, 9), ...seqs(0, 29)]);
        should(rig.errors).eql([]);
      }
    );
  }

  it('two sources whose seqs begin anew at different heights: one incarnation, no record passed over', async () => {
    const plc = new FakePlc(65536);
    plc.fill(100, 1);
    plc.fill(3, 2);
    const rig = await new Rig(plc).started(1_000);
    plc.powerCycle();
    for (let i = 0; i < 120; i++) {
      plc.append(1);
      plc.append(2);
    }
    await rig.clock.pass(10_000);
    should(rig.notices.map((notice) => notice.kind)).eql(['incarnation']);
    should(rig.ids.length).equal(103 + 240);
  });

  for (const [what, lostOffset, reason] of [
    ['lost count', 0, 'lostCount'],
    ['seqs', 1_000, 'seq']
  ] as const) {
    it(
      `one that was lapped beyond the cursor and shows only in the ${what}: what the new life lost is ` +
        'counted from 0',
      async () => {
        const plc = new FakePlc(1024);
        plc.fill(300);
        const rig = await new Rig(plc).started(600);
        await rig.reader.stop();
        plc.powerCycle();
        plc.lostOffset = lostOffset;
        for (let i = 0; i < 150; i++) plc.append(1, payload(100));
        const next = await rig.again().started(20_000);
        const first = 150 - plc.writer.retained;
        should(next.ids).eql(seqs(first, 149));
        const notices = untimed(next.notices);
        const anew = notices.slice(notices.findIndex((notice) => notice.kind === 'incarnation'));
        should(anew).eql([
          { kind: 'incarnation', from: 0, to: 1, reason },
          { kind: 'lap', fromAbs: 0, toAbs: plc.writer.oldestAbs, lostCountDelta: plc.writer.lostCount + lostOffset },
          {
            kind: 'loss',
            runId: '1',
            sourceId: 1,
            firstSeq: 0,
            lastSeq: first - 1,
            count: first,
            basis: 'inferred',
            class: 'lost'
          }
        ]);
      }
    );
  }

  it('one whose clock also began anew is read in full, a little later', async () => {
    const plc = new FakePlc(8192);
    plc.fill(10);
    const rig = await new Rig(plc).started(600);
    plc.powerCycle();
    plc.timeNs = 0n;
    plc.fill(30);
    await rig.clock.pass(15_000);
    should(rig.notices.map((notice) => notice.kind)).eql(['incarnation']);
    should(rig.ids).eql([...seqs(0, 9), ...seqs(0, 29)]);
  });

  it('one with memory that was not cleared: what is left of the old life is not handed on again', async () => {
    const plc = new FakePlc(44 * 40);
    plc.fill(30);
    const rig = await new Rig(plc).started(600);
    const left = plc.writer.bytes.slice();
    plc.powerCycle();
    plc.writer.bytes.set(left);
    plc.fill(3);
    const stale = plc.writer.bytes.slice();
    await rig.clock.pass(15_000);
    should(rig.ids.slice(30)).eql(seqs(0, 2));
    plc.fill(3);
    ringFrom(rig, () => stale);
    await rig.clock.pass(3_000);
    asItIs(rig);
    await rig.clock.pass(3_000);
    should(rig.ids.slice(30)).eql(seqs(0, 5));
    should(rig.notices.map((notice) => notice.kind)).eql(['incarnation']);
  });

  it(
    'counters that went back over records that still stand: each source goes on where it was, and a gap ' + 'is a loss',
    async () => {
      const plc = new FakePlc(1024);
      plc.fill(60);
      const rig = await new Rig(plc).started(600);
      const before = rig.items.length;
      plc.lostOffset = -5;
      plc.seqlock += 2;
      await rig.clock.pass(8_000);
      plc.append(1, { seq: 62 });
      await rig.clock.pass(8_000);
      should(
        rig.items
          .slice(before)
          .map((item) =>
            item.kind === 'record' ? item.seq : item.kind === 'loss' ? [item.firstSeq, item.lastSeq] : item.kind
          )
      ).eql(['incarnation', [60, 61], 62]);
    }
  );

  it('a lap counts what was not read, not what was', async () => {
    const plc = new FakePlc(44 * 20);
    plc.fill(20);
    const rig = await new Rig(plc).started(600);
    plc.fill(30);
    await rig.clock.pass(600);
    should(rig.notices[0]).eql({ kind: 'lap', fromAbs: 880, toAbs: 44 * 30, lostCountDelta: 10 });
    await rig.reader.stop();
    plc.fill(25);
    const next = await rig.again().started(600);
    should(next.notices[0]).have.properties({ kind: 'lap', lostCountDelta: 5 });
  });
});

describe('reader: the last record as an anchor', () => {
  it('costs no Read and no part where it stands right before the cursor', async () => {
    const plc = new FakePlc(8192);
    plc.fill(3);
    const rig = await new Rig(plc).started(600);
    rig.transport.parts.length = 0;
    await rig.clock.pass(500);
    should(rig.transport.parts).eql([[{ kind: 'control' }, { kind: 'ring', offset: 3 * 44 - 4, length: 4096 }]]);
  });

  it('is a part of its own where bytes between it and the cursor were passed over', async () => {
    const plc = new FakePlc(8192);
    plc.fill(3);
    const rig = await new Rig(plc).started(600);
    plc.append();
    plc.writer.bytes[3 * 44 + 30] ^= 1;
    await rig.clock.pass(7_000);
    should(rig.notices.map((notice) => notice.kind)).eql(['skipped']);
    await rig.clock.pass(1_000);
    rig.transport.parts.length = 0;
    await rig.clock.pass(500);
    should(rig.transport.parts).eql([
      [
        { kind: 'control' },
        { kind: 'ring', offset: 3 * 44 - 4, length: 4 },
        { kind: 'ring', offset: 4 * 44, length: 4096 }
      ]
    ]);
  });

  it('a ring that is quiet and changed all the same is seen in an idle poll', async () => {
    const plc = new FakePlc(8192);
    plc.fill(10);
    const rig = await new Rig(plc).started(600);
    plc.writer.bytes[10 * 44 - 1] ^= 1;
    await rig.clock.pass(2_000);
    should(rig.reader.status().code).equal('OPENOT_RING_UNKNOWN');
    plc.writer.bytes[10 * 44 - 1] ^= 1;
    await rig.clock.pass(1_000);
    should(rig.reader.status().state).equal('idle');
    should(rig.items.length).equal(10);
  });

  it('goes on with a state saved before there was anything but a fingerprint', async () => {
    const plc = new FakePlc(8192);
    plc.fill(5);
    const store = new MemoryStore();
    const rig = await new Rig(plc, {}, store, new ManualClock()).started(600);
    await rig.reader.stop();
    plc.fill(2);
    should((await rig.again().started(600)).ids).eql(seqs(5, 6));
  });
});

import should from 'should';
import { FakePlc } from '../fake-plc';
import { Rig, seqs } from '../rig';
import { livesOf, restartsOf, silent } from './lives';

const ACK_TIMEOUT_MS = 10_000;

/** A reader whose ring began anew while five records of its former life are on their way, and never settled. */
async function draining(): Promise<{ plc: FakePlc; rig: Rig; sinceMs: number }> {
  const plc = new FakePlc(8192);
  plc.fill(5);
  const rig = new Rig(plc, { ackTimeoutMs: ACK_TIMEOUT_MS });
  rig.settles = false;
  await rig.started(600);
  plc.powerCycle(2n);
  plc.fill(2);
  while (rig.reader.status().state !== 'waiting') await rig.clock.pass(100);
  should(rig.ids).eql(seqs(0, 4));
  return { plc, rig, sinceMs: rig.clock.now };
}

/** Calls `command` every half second until the new life is read, a minute at most; the milliseconds that took. */
async function waited({ rig, sinceMs }: { rig: Rig; sinceMs: number }, command: () => void): Promise<number> {
  while (rig.ids.length < 7 && rig.clock.now < sinceMs + 60_000) {
    command();
    await rig.clock.pass(500);
  }
  return rig.clock.now - sinceMs;
}

describe(
  'reader: a new incarnation waits for the former batches for `ackTimeout`, whatever it is told ' + 'meanwhile',
  () => {
    // Green when written: these only wake the reader.
    it('read, pause and resume do not make it wait longer', async () => {
      const { plc, rig, sinceMs } = await draining();
      const ms = await waited({ rig, sinceMs }, () => {
        rig.reader.read();
        rig.reader.pause();
        rig.reader.resume();
      });
      should(ms).be.belowOrEqual(ACK_TIMEOUT_MS + 1_500);
      should(rig.ids).eql([...seqs(0, 4), ...seqs(0, 1, 1, 2)]);
      should(silent(plc, [1], livesOf(rig).get(1))).eql([]);
      await rig.reader.stop();
    });

    // Red when written: each seek, though it is refused, began the wait afresh, and the new life was never read.
    it('seeks that are refused meanwhile do not make it wait longer', async () => {
      const { plc, rig, sinceMs } = await draining();
      const answers: (string | undefined)[] = [];
      const ms = await waited({ rig, sinceMs }, () => {
        void rig.reader.seek('oldest').then((answer) => answers.push(answer.ok ? undefined : answer.code));
      });
      should(ms).be.belowOrEqual(ACK_TIMEOUT_MS + 1_500);
      should(rig.ids.slice(0, 7)).eql([...seqs(0, 4), ...seqs(0, 1, 1, 2)]);
      should(restartsOf(rig)).eql(['0 to 1']);
      should(silent(plc, [1], livesOf(rig).get(1))).eql([]);
      should(answers[0]).be.a.String();
      await rig.reader.stop();
    });

    // Green when written: an old control block is followed by the present one, which says what went on meanwhile.
    it('what the ring did meanwhile is delivered or reported: it was written around', async () => {
      const { plc, rig } = await draining();
      plc.fill(400);
      rig.settles = true;
      await rig.clock.pass(60_000);
      should(plc.writer.lostCount).be.above(0);
      should(restartsOf(rig)).eql(['0 to 1']);
      should(silent(plc, [1], livesOf(rig).get(1))).eql([]);
      const laps = livesOf(rig)
        .get(1)!
        .notices.reduce((sum, notice) => sum + (notice.kind === 'lap' ? notice.lostCountDelta : 0), 0);
      should(laps).equal(plc.writer.lostCount);
      await rig.reader.stop();
    });

    it('what the ring did meanwhile is delivered or reported: its power was cut once more', async () => {
      for (const written of [1, 60, 170, 400]) {
        const { plc, rig } = await draining();
        plc.fill(300);
        await rig.clock.pass(2_000);
        plc.powerCycle();
        plc.fill(written);
        rig.settles = true;
        await rig.clock.pass(60_000);
        const last = Math.max(...livesOf(rig).keys());
        should(last).be.aboveOrEqual(1);
        should(silent(plc, [1], livesOf(rig).get(last))).eql([], `${written} records`);
        await rig.reader.stop();
      }
    });

    it(
      'and so it is where the last record still stands: the lost count fell, and the ring was written ' + 'around',
      async () => {
        const plc = new FakePlc(4096);
        plc.fill(150);
        const rig = new Rig(plc, { ackTimeoutMs: ACK_TIMEOUT_MS });
        await rig.started(600);
        rig.settles = false;
        plc.fill(3);
        await rig.clock.pass(600);
        plc.lostOffset = -5;
        plc.seqlock += 2;
        while (rig.reader.status().state !== 'waiting') await rig.clock.pass(100);
        plc.fill(200);
        rig.settles = true;
        await rig.clock.pass(60_000);
        should(restartsOf(rig)).eql(['0 to 1']);
        // Seqs go on where they were: what came before counts.
        const before = livesOf(rig).get(0)!;
        const after = livesOf(rig).get(1)!;
        const known = new Set([...before.delivered, ...before.lost, ...after.delivered, ...after.lost]);
        should(seqs(0, plc.nextSeq(1) - 1).filter((id) => !known.has(id))).eql([]);
        await rig.reader.stop();
      }
    );
  }
);

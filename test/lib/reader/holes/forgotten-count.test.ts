import should from 'should';
import { FakePlc } from '../fake-plc';
import { Rig } from '../rig';
import { livesOf, restartsOf, silent } from './lives';

/*
 * As in forgotten-restart.test.ts, but the controller's lost count is below what it was: a sign of its own, which has
 * to last for a second where the last record differs. Before the second is over, and between two polls, the count rises
 * above what was counted before and the place of the last record is overwritten. The reader saw both signs in poll
 * after poll, and nothing of it is left.
 */
describe('reader: a lost count that fell is not forgotten when it has risen again', () => {
  const SETTINGS = { intervalMs: 50, maxRecords: 3, maxInFlight: 1 };

  /** A ring of 93 records, written around; only six records from the oldest one are read, three of them settled. */
  const read = async (): Promise<{ plc: FakePlc; rig: Rig; lost: number }> => {
    const plc = new FakePlc(4096);
    plc.fill(200);
    const rig = new Rig(plc, SETTINGS);
    rig.sink = (): void => void (rig.settles = rig.batches.length === 0);
    await rig.started(2_000);
    should(rig.ids).have.length(6);
    await rig.reader.stop();
    return { plc, rig, lost: plc.writer.lostCount };
  };
  /**
   * Written while nobody reads: two records fewer are overwritten than before, so the last record's place is retained.
   */
  const cutPower = (plc: FakePlc, lost: number): void => {
    plc.powerCycle();
    while (plc.writer.lostCount < lost - 2) plc.append();
  };
  /** Ten records: an eighth of the ring, between two polls. */
  const goOn = (plc: FakePlc): void => plc.fill(10);
  const shouldBeWhole = (plc: FakePlc, ...rigs: Rig[]): void => {
    should(restartsOf(...rigs)).eql(['0 to 1']);
    should(silent(plc, [1], livesOf(...rigs).get(1))).eql([]);
  };

  // Red when written, also with the mend of forgotten-restart.test.ts: no incarnation, more than 100 records lost
  // silently.
  it('through a restart of the reader', async () => {
    const { plc, rig, lost } = await read();
    cutPower(plc, lost);
    const next = await rig.again({ intervalMs: 50 }).started(700);
    should(next.items).eql([]);
    goOn(plc);
    await next.clock.pass(60_000);
    shouldBeWhole(plc, rig, next);
    await next.reader.stop();
  });

  // Red when written, in the same way: what the reader had seen is not saved when it is stopped.
  it('through two restarts, the ring written on between them', async () => {
    const { plc, rig, lost } = await read();
    cutPower(plc, lost);
    const short = await rig.again({ intervalMs: 50 }).started(700);
    await short.reader.stop();
    goOn(plc);
    const next = await short.again({ intervalMs: 50 }).started(60_000);
    shouldBeWhole(plc, rig, short, next);
    await next.reader.stop();
  });
});

import should from 'should';
import { FakePlc } from '../fake-plc';
import { Rig } from '../rig';

const ACK_TIMEOUT_MS = 20_000;

/** A reader whose batches are never settled, on a ring that has just begun anew. */
async function draining(): Promise<{ rig: Rig; plc: FakePlc }> {
  const plc = new FakePlc(8192);
  plc.fill(5);
  const rig = new Rig(plc, { ackTimeoutMs: ACK_TIMEOUT_MS });
  rig.settles = false;
  await rig.started(600);
  await restart(rig, plc);
  return { rig, plc };
}

async function restart(rig: Rig, plc: FakePlc): Promise<void> {
  plc.powerCycle(plc.runId + 1n);
  plc.fill(3);
  // Until it is sure, and waits.
  for (let i = 0; i < 100 && !waits(rig); i++) await rig.clock.pass(100);
  should(waits(rig)).be.true();
}

const waits = (rig: Rig): boolean => /batches of its former life/.test(rig.reader.status().detail);
const incarnations = (rig: Rig): number => rig.notices.filter(({ kind }) => kind === 'incarnation').length;

/** A command every 4 s, each refused while the ring begins anew. */
async function commanded(rig: Rig, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 4_000) {
    const sought = rig.reader.seek('oldest');
    await rig.clock.pass(4_000);
    should(await sought).have.properties({ ok: false });
  }
}

describe('reader: draining', () => {
  it('is not made longer by commands that come meanwhile', async () => {
    const { rig } = await draining();
    await commanded(rig, ACK_TIMEOUT_MS - 4_000);
    should(incarnations(rig)).equal(0);
    await rig.clock.pass(3_000);
    should(incarnations(rig)).equal(0);
    await rig.clock.pass(2_000);
    should(incarnations(rig)).equal(1);
    await rig.reader.stop();
  });

  it('waits its whole time again for the next life, also where commands cut the one before short', async () => {
    const { rig, plc } = await draining();
    await commanded(rig, 8_000);
    // Everything is settled: the new life begins before the time is over.
    rig.reader.settle(rig.batches.at(-1)?.serial ?? 0);
    await rig.clock.pass(2_000);
    should(incarnations(rig)).equal(1);
    await rig.clock.pass(60_000);
    await restart(rig, plc);
    await rig.clock.pass(ACK_TIMEOUT_MS - 2_000);
    should(incarnations(rig)).equal(1);
    await rig.clock.pass(4_000);
    should(incarnations(rig)).equal(2);
    await rig.reader.stop();
  });
});

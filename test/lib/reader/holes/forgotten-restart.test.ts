import should from 'should';
import { FakePlc } from '../fake-plc';
import { failure } from '../fake-ports';
import { Rig } from '../rig';
import { livesOf, restartsOf, silent } from './lives';

/** Bytes of a record of the fake controller. */
const RECORD = 44;

/** Writes one record every `everyMs` for `ms`: the ring goes on while it is looked at. */
async function goesOn(rig: Rig, ms: number, everyMs: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += everyMs) {
    rig.plc.append();
    await rig.clock.pass(everyMs);
  }
}

/*
 * A controller with volatile memory and the same run id is power-cycled while nobody reads, and is beyond the old place
 * when it is seen again. Nothing in its control block fell. The only witness is the last record handed on, which stands
 * there no more; and the new life overwrites that place before `rereadMs` has passed.
 */
describe('reader: a restart that was seen is not forgotten when its witness is overwritten', () => {
  /** A ring of 93 records: 30 are read, then the power is cut, and 60 are written while nobody looks. */
  const read = async (): Promise<{ plc: FakePlc; rig: Rig }> => {
    const plc = new FakePlc(4096);
    plc.fill(30);
    const rig = await new Rig(plc).started(2_000);
    should(rig.ids).have.length(30);
    return { plc, rig };
  };
  const cutPower = (plc: FakePlc): void => {
    plc.powerCycle();
    plc.fill(60);
    // The old place is still in the ring, with another record in it.
    should(plc.writer.oldestAbs).equal(0);
    should(plc.writer.headAbs).be.above(30 * RECORD);
  };
  /** All that the new life wrote was handed on or is reported, under a number of its own. */
  const shouldBeWhole = (plc: FakePlc, ...rigs: Rig[]): void => {
    should(plc.writer.lostCount).be.above(0);
    should(rigs[rigs.length - 1].reader.status()).have.properties({ state: 'idle', cursorAbs: plc.writer.headAbs });
    const life = livesOf(...rigs).get(1);
    should(restartsOf(...rigs)).eql(['0 to 1']);
    should(silent(plc, [1], life)).eql([]);
    should(life!.delivered.size + life!.lost.size).equal(plc.nextSeq(1));
    should(life!.delivered.size).be.above(0);
  };

  // Red when written: the 30 records of the new life that have the seqs of the old one are lost silently.
  it('through a restart of the reader', async () => {
    const { plc, rig } = await read();
    await rig.reader.stop();
    cutPower(plc);
    const next = await rig.again().started();
    // 66 records in 3.3 s: the place of the last record is overwritten before `rereadMs` (5 s) is over.
    await goesOn(next, 3_300, 50);
    should(plc.writer.oldestAbs).be.above(29 * RECORD);
    await goesOn(next, 12_000, 100);
    await next.clock.pass(60_000);
    shouldBeWhole(plc, rig, next);
    await next.reader.stop();
  });

  // Red when written, in the same way.
  it('through a reader that was killed', async () => {
    const { plc, rig } = await read();
    rig.transport.answer = () => failure('OPENOT_TEST', 'retry');
    cutPower(plc);
    const next = await rig.again().started();
    await goesOn(next, 3_300, 50);
    await goesOn(next, 12_000, 100);
    await next.clock.pass(60_000);
    shouldBeWhole(plc, rig, next);
    await next.reader.stop();
  });

  // Red when written, in the same way.
  it('through an outage of the link', async () => {
    const { plc, rig } = await read();
    const { facts } = rig.transport;
    rig.transport.facts = failure('OPENOT_TEST', 'reconnect');
    rig.transport.answer = () => failure('OPENOT_TEST', 'reconnect');
    await rig.clock.pass(3_000);
    cutPower(plc);
    rig.transport.facts = facts;
    rig.transport.answer = (outcome) => outcome;
    await goesOn(rig, 6_000, 50);
    should(plc.writer.oldestAbs).be.above(29 * RECORD);
    await goesOn(rig, 12_000, 100);
    await rig.clock.pass(60_000);
    shouldBeWhole(plc, rig);
  });

  // Green when written: what must stay so.
  it('an old copy of the ring that shows another record there is no restart', async () => {
    const { plc, rig } = await read();
    plc.fill(20);
    // Every part of the ring is answered as it was before the 20 and the last record, for three seconds.
    const old = plc.ringBytes(0, plc.capacity);
    old.fill(0, 29 * RECORD, 50 * RECORD);
    const until = rig.clock.now + 3_000;
    rig.transport.answer = (outcome, parts) =>
      outcome.ok && rig.clock.now < until
        ? {
            ok: true,
            parts: outcome.parts.map((bytes, i) => {
              const part = parts[i];
              return part.kind === 'ring' ? old.slice(part.offset, part.offset + part.length) : bytes;
            })
          }
        : outcome;
    await goesOn(rig, 2_500, 50);
    await rig.clock.pass(20_000);
    should(restartsOf(rig)).eql([]);
    should(silent(plc, [1], livesOf(rig).get(0))).eql([]);
  });
});

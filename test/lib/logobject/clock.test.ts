import { strict as assert } from 'node:assert';
import { type ClockReading, measureClock, standsStill } from '../../../lib/logobject';
import { clockSetBack } from '../../../lib/logobject/clock-set-back';
import { ticksOfMs } from '../../../lib/logobject';
import { SeededRandom } from '../../../lib/simulator/random';
import { factsAt, ticksAt } from './support/records';

const reading = (beforeMs: number, afterMs: number, deviceMs: number): ClockReading => ({
  beforeMs,
  afterMs,
  deviceMs
});

describe('the offset of a device clock', () => {
  it('lies between what a reading at its earliest and a change at its latest allow', () => {
    const readings = [reading(1000, 1002, 6001), reading(1003, 1005, 6004)];
    assert.deepEqual(measureClock(readings), { offsetMs: 5002, errorMs: 3, stepMs: 3 });
  });

  it('has no cut-off to allow for where the device tells fractions of a millisecond', () => {
    const readings = [reading(1000, 1002, 6001.5), reading(1003, 1005, 6004.5)];
    assert.deepEqual(measureClock(readings), { offsetMs: 5002, errorMs: 2.5, stepMs: 3 });
  });

  it('is found at the moment at which a slow clock changes', () => {
    const readings = [reading(0, 1, 7000), reading(400, 401, 7000), reading(420, 421, 8000)];
    const { offsetMs, errorMs, stepMs } = measureClock(readings) ?? assert.fail('nothing was measured');
    assert.ok(7579 >= offsetMs - errorMs && 7600 <= offsetMs + errorMs, `${offsetMs} +- ${errorMs}`);
    assert.ok(errorMs < 12);
    assert.equal(stepMs, 1000);
  });

  it('may be off by as long as a clock was looked at that did not change', () => {
    const readings = [reading(0, 10, 5000), reading(1190, 1200, 5000)];
    const { errorMs, stepMs } = measureClock(readings) ?? assert.fail('nothing was measured');
    assert.ok(errorMs >= 600);
    assert.equal(stepMs, 1200);
  });

  it('is that of the last reading where the clock was set meanwhile', () => {
    const back = [reading(0, 2, 9000), reading(3, 5, 9003), reading(6, 8, 5006)];
    assert.deepEqual(measureClock(back), { offsetMs: 4999, errorMs: 4, stepMs: 3 });
    const forward = [reading(0, 2, 5000), reading(3, 5, 5003), reading(6, 8, 9006)];
    assert.deepEqual(measureClock(forward), { offsetMs: 8999, errorMs: 1 + 3 + 3994, stepMs: 3 });
  });

  it('is nothing where nothing was read', () => assert.equal(measureClock([]), undefined));
});

/** How device clocks move: what is shown at a time of theirs. */
const clocks: Readonly<Record<string, (random: SeededRandom) => (time: number) => number>> = {
  'that tells fractions': () => (time) => Math.floor(time * 10_000) / 10_000,
  'of whole milliseconds': () => Math.floor,
  'of 2.5 ms': grid(2.5),
  'of 3.33 ms': grid(10 / 3),
  'of 15.625 ms': grid(15.625),
  'of 100 ms': grid(100),
  'of a second': grid(1000),
  'that a program copies every 7 to 13 ms': cycle(10),
  'that a program copies every 35 to 65 ms': cycle(50)
};

function grid(step: number): (random: SeededRandom) => (time: number) => number {
  return (random) => {
    const phase = random.between(0, step);
    return (time) => Math.floor(Math.floor((time - phase) / step) * step + phase);
  };
}

function cycle(ms: number): (random: SeededRandom) => (time: number) => number {
  return (random) => {
    let shown: number | undefined;
    let next = 0;
    return (time) => {
      if (shown === undefined) next = shown = time - random.between(0, ms);
      for (; next <= time; next += random.between(0.7 * ms, 1.3 * ms)) shown = next;
      return Math.floor(shown);
    };
  };
}

/** Readings as they are made over OPC UA: nine, and on while the clock stands still. */
function readAll(random: SeededRandom, show: (time: number) => number, offset: number, roundTrip: number) {
  const readings: ClockReading[] = [];
  let now = random.between(0, 1_000_000);
  const read = (pause: number): void => {
    const beforeMs = now + pause * random.between(1, 1.5);
    now = beforeMs + random.between(0.5, 1.5) * roundTrip;
    readings.push(reading(beforeMs, now, show(random.between(beforeMs, now) + offset)));
  };
  for (const pause of [0, 2, 1, 5, 3, 7, 1, 4, 2]) read(pause);
  while (readings.length < 53 && standsStill(readings)) read(27);
  return readings;
}

describe('the error stated of an offset', () => {
  for (const [what, make] of Object.entries(clocks))
    it(`is true for a clock ${what}, however fast the server answers`, () => {
      const random = new SeededRandom(7);
      for (const roundTrip of [0.3, 5, 60])
        for (let time = 0; time < 200; time++) {
          const offset = random.between(-50_000, 50_000);
          const measured = measureClock(readAll(random, make(random), offset, roundTrip));
          assert.ok(measured !== undefined);
          const wrong = Math.abs(measured.offsetMs - offset);
          assert.ok(wrong <= measured.errorMs + 0.001, `${wrong} > ${measured.errorMs}, round trip ${roundTrip}`);
        }
    });

  it('is not much more than the round trip for a clock of whole milliseconds', () => {
    const random = new SeededRandom(8);
    const measured = measureClock(readAll(random, Math.floor, 0, 5));
    assert.ok(measured !== undefined && measured.errorMs < 8, JSON.stringify(measured));
  });
});

describe('a device clock that was set back', () => {
  const overlap = ticksOfMs(10_000);
  const before = { deviceTicks: ticksAt(100), hostMs: 100_000 };

  it('is none that advanced as the host did, or less by no more than its two readings may be off', () => {
    assert.equal(clockSetBack(before, factsAt(110), overlap), undefined);
    assert.equal(
      clockSetBack(before, { ...factsAt(110), deviceTicks: ticksAt(110) - ticksOfMs(3) }, overlap),
      undefined
    );
  });

  it('may have shown anything between its lowest and its highest possible time', () => {
    const back = clockSetBack(before, { ...factsAt(110), deviceTicks: ticksAt(50) }, overlap);
    const highest = ticksAt(110) + ticksOfMs(3);
    assert.deepEqual(back, { lowest: ticksAt(40), highest, by: ticksOfMs(60_000), isFar: true });
  });

  it('is not far back where Times within the overlap still tell what was entered first', () => {
    const back = clockSetBack(before, { ...factsAt(110), deviceTicks: ticksAt(105) }, overlap);
    assert.deepEqual([back?.by, back?.isFar], [ticksOfMs(5_000), false]);
  });
});

import { Category, Role, Unit } from '../definitions/common';
import { LineMode, Machine, Source, Value } from '../definitions/packaging';
import { SeededRandom } from '../random';
import { bool, dint, Key, lreal, real, sint, udint, uint, ulint, usint } from '../slots';
import { AlarmList } from './alarms';
import { stateTransition, valueChanged } from './events';
import { Part, Script } from './scenario';

/** PackML states (docs/format.md 5). */
export const PackMl = {
  Idle: 0,
  Starting: 1,
  Execute: 2,
  Completing: 3,
  Complete: 4,
  Holding: 5,
  Held: 6,
  Unholding: 7,
  Suspending: 8,
  Suspended: 9,
  Unsuspending: 10,
  Stopping: 11,
  Stopped: 12,
  Aborting: 13,
  Aborted: 14,
  Clearing: 15,
  Resetting: 16
} as const;

const CYCLE = 500;
const CASE = 12;
const LABELS_ON_A_REEL = 4000;

/** The line's program: states, counters, and what it logs about them. */
export class PackagingScript extends Script {
  readonly alarms = new AlarmList(this, Source.line);
  operator = 'a.rossi';
  /** Bottles per minute. */
  setpoint = 240;
  labels = LABELS_ON_A_REEL;
  produced = 0;
  rejected = 0;
  /** Cycles in which the line ran, and all cycles, of this order. */
  running = 0;
  elapsed = 0;
  private speed = 0;
  private reportedSpeed = 0;
  private cases = 0;
  private tank = 80;
  private state: number = PackMl.Stopped;
  private mode: number = LineMode.Production;

  constructor(readonly random: SeededRandom) {
    super();
  }

  /** One cycle at that share of the set speed. */
  *cycle(share: number): Part {
    this.pass(CYCLE);
    this.elapsed++;
    this.speed += (this.setpoint * share - this.speed) * 0.4;
    if (share > 0) this.running++;
    if (Math.abs(this.speed - this.reportedSpeed) >= 6) {
      this.reportedSpeed = Math.round(this.speed);
      yield* this.log(
        valueChanged(Source.line, Value.speed, real(Key.newValue, this.reportedSpeed), {
          role: Role.Actual,
          unit: Unit.perMinute,
          quality: 0
        })
      );
    }
    // The plant runs at 20 times real speed: a cycle stands for ten seconds of bottles.
    const bottles = Math.floor(this.speed / 6);
    if (bottles > 0) yield* this.count(bottles);
  }

  *cycles(count: number, share: number): Part {
    for (let i = 0; i < count; i++) yield* this.cycle(share);
  }

  *to(...states: readonly number[]): Part {
    for (const state of states) {
      yield* this.log(stateTransition(Source.line, Machine.line, Category.Procedural, this.state, state));
      this.state = state;
      if (state === PackMl.Execute || state === PackMl.Held || state === PackMl.Aborted)
        yield* this.conveyor(state === PackMl.Execute);
    }
  }

  *toMode(next: number): Part {
    if (next === this.mode) return;
    yield* this.log(stateTransition(Source.line, Machine.mode, Category.Mode, this.mode, next));
    this.mode = next;
  }

  *fillerState(previous: number, next: number): Part {
    yield* this.log(stateTransition(Source.filler, Machine.filler, Category.ProcessState, previous, next));
  }

  *newReel(): Part {
    this.labels = LABELS_ON_A_REEL;
    yield* this.log(
      valueChanged(Source.labeller, Value.labelsLeft, dint(Key.newValue, this.labels), {
        role: Role.Count,
        unit: Unit.pieces
      })
    );
  }

  private *conveyor(on: boolean): Part {
    yield* this.log(valueChanged(Source.line, Value.conveyor, bool(Key.newValue, on), { role: Role.Status }));
  }

  private *count(bottles: number): Part {
    const { random } = this;
    const bad = random.chance(0.15) ? 1 + random.below(3) : 0;
    this.produced += bottles - bad;
    yield* this.log(
      valueChanged(Source.filler, Value.produced, udint(Key.newValue, this.produced), {
        role: Role.Count,
        unit: Unit.pieces,
        previous: udint(Key.previousValue, this.produced - bottles + bad)
      })
    );
    if (bad > 0) {
      this.rejected += bad;
      yield* this.log(
        valueChanged(Source.filler, Value.rejected, udint(Key.newValue, this.rejected), {
          role: Role.Count,
          unit: Unit.pieces
        })
      );
    }
    if (random.chance(0.3))
      yield* this.log(
        valueChanged(
          Source.filler,
          Value.fillVolume,
          lreal(Key.newValue, Number((100 + 0.4 * random.noise()).toFixed(2))),
          { role: Role.Actual, unit: Unit.percent, quality: random.chance(0.05) ? 1 : 0 }
        )
      );
    if (random.chance(0.3))
      yield* this.log(
        valueChanged(
          Source.capper,
          Value.capTorque,
          real(Key.newValue, Number((100 + 3 * random.noise()).toFixed(1))),
          { role: Role.Actual, unit: Unit.percent }
        )
      );
    yield* this.log(
      valueChanged(Source.labeller, Value.labelsLeft, dint(Key.newValue, (this.labels -= bottles)), {
        role: Role.Count,
        unit: Unit.pieces
      })
    );
    if (random.chance(0.2))
      yield* this.log(
        valueChanged(Source.labeller, Value.skew, sint(Key.newValue, Math.round(4 * random.noise())), {
          role: Role.Position,
          unit: Unit.millimetre
        })
      );
    const cases = Math.floor(this.produced / CASE);
    if (cases > this.cases)
      yield* this.log(
        valueChanged(Source.packer, Value.cases, ulint(Key.newValue, cases), { role: Role.Count, unit: Unit.pieces })
      );
    if (cases % 40 < this.cases % 40)
      yield* this.log(
        valueChanged(Source.packer, Value.lane, usint(Key.newValue, 1 + random.below(3)), { role: Role.Position })
      );
    this.cases = cases;
    yield* this.drawFromTank();
  }

  private *drawFromTank(): Part {
    this.tank -= 1;
    if (this.tank < 30) this.tank = 90;
    if (this.tank % 5 === 0)
      yield* this.log(
        valueChanged(Source.filler, Value.tankLevel, uint(Key.newValue, this.tank), {
          role: Role.Actual,
          unit: Unit.percent
        })
      );
  }
}

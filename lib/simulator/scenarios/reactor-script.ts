import { Category, Role, Unit } from '../definitions/common';
import { Machine, Mode, Phase, recipes, Source, Value } from '../definitions/reactor';
import { SeededRandom } from '../random';
import { bool, int, Key, lint, lreal, real, text, udint, uint, ulint } from '../slots';
import { AlarmList } from './alarms';
import { stateTransition, ValueDetail, valueChanged } from './events';
import { ReactorProcess } from './reactor-process';
import { Part, Script } from './scenario';
import { Slot } from '../../wire';

/** The batch in hand. */
export interface Batch {
  readonly id: number;
  readonly number: number;
  readonly recipe: (typeof recipes)[number];
}

/**
 * Milliseconds between two cycles of the script, and how much longer they are for the process: the plant runs at 20
 * times real speed.
 */
const CYCLE = 500;
const PROCESS_SECONDS = 10;

interface Measurement {
  readonly source: number;
  readonly id: number;
  readonly unit: number;
  readonly deadband: number;
  readonly make: (key: number, value: number) => Slot;
  readonly read: (process: ReactorProcess) => number;
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits));

const measurements: readonly Measurement[] = [
  {
    source: Source.temperature,
    id: Value.temperature,
    unit: Unit.degC,
    deadband: 0.3,
    make: real,
    read: (p) => round(p.temperature, 2)
  },
  {
    source: Source.temperature,
    id: Value.jacket,
    unit: Unit.degC,
    deadband: 1,
    make: real,
    read: (p) => round(p.jacket, 1)
  },
  {
    source: Source.temperature,
    id: Value.jacketValve,
    unit: Unit.percent,
    deadband: 8,
    make: int,
    read: (p) => p.jacketValve
  },
  {
    source: Source.temperature,
    id: Value.coolant,
    unit: Unit.percent,
    deadband: 3,
    make: real,
    read: (p) => round(p.coolant, 1)
  },
  { source: Source.level, id: Value.level, unit: Unit.litre, deadband: 15, make: real, read: (p) => round(p.level, 1) },
  {
    source: Source.batch,
    id: Value.pressure,
    unit: Unit.bar,
    deadband: 0.02,
    make: lreal,
    read: (p) => round(p.pressure, 3)
  },
  {
    source: Source.batch,
    id: Value.conversion,
    unit: Unit.percent,
    deadband: 1,
    make: real,
    read: (p) => round(p.conversion, 1)
  },
  { source: Source.batch, id: Value.agitator, unit: Unit.rpm, deadband: 2, make: uint, read: (p) => p.agitator }
];

/** The reactor's program: process, states, and what it logs about them. */
export class ReactorScript extends Script {
  readonly process: ReactorProcess;
  readonly alarms = new AlarmList(this, Source.alarms);
  setpoint = 80;
  /** Who is logged in. */
  operator = 'm.keller';
  private readonly reported = new Map<number, number>();
  private procedure = 0;
  private currentPhase: number = Phase.Idle;
  private mode: number = Mode.Automatic;
  private batches = 0;

  constructor(readonly random: SeededRandom) {
    super();
    this.process = new ReactorProcess(random);
  }

  /** One cycle: the process moves, and what left its deadband is logged. */
  *cycle(): Part {
    this.pass(CYCLE);
    this.process.pass(PROCESS_SECONDS);
    for (const measurement of measurements) yield* this.measure(measurement);
  }

  *cycles(count: number): Part {
    for (let i = 0; i < count; i++) yield* this.cycle();
  }

  /** ISA-88 state of the procedure. */
  *toProcedure(next: number): Part {
    if (next === this.procedure) return;
    yield* this.log(stateTransition(Source.batch, Machine.batch, Category.Procedural, this.procedure, next));
    this.procedure = next;
  }

  *phase(next: number): Part {
    yield* this.log(stateTransition(Source.batch, Machine.phase, Category.ProcessState, this.currentPhase, next));
    this.currentPhase = next;
  }

  *toMode(next: number): Part {
    yield* this.log(stateTransition(Source.temperature, Machine.controller, Category.Mode, this.mode, next));
    this.mode = next;
  }

  *inlet(open: boolean): Part {
    yield* this.log(
      valueChanged(Source.level, Value.inlet, bool(Key.newValue, open), {
        role: Role.Command,
        previous: bool(Key.previousValue, !open)
      })
    );
  }

  *product(name: string): Part {
    yield* this.log(valueChanged(Source.batch, Value.product, text(Key.newValue, name), { role: Role.Status }));
  }

  *countBatch(): Part {
    this.batches++;
    yield* this.log(valueChanged(Source.batch, Value.batches, udint(Key.newValue, this.batches), { role: Role.Count }));
    yield* this.log(
      valueChanged(Source.batch, Value.runTime, ulint(Key.newValue, Math.round(this.process.runTime)), {
        role: Role.Count,
        unit: Unit.second
      })
    );
    yield* this.log(
      valueChanged(Source.temperature, Value.heat, lint(Key.newValue, Math.round(this.process.heat)), {
        role: Role.Actual,
        unit: Unit.kilojoule
      })
    );
    this.process.heat = 0;
  }

  private *measure({ source, id, unit, deadband, make, read }: Measurement): Part {
    const value = read(this.process);
    const before = this.reported.get(id);
    if (before !== undefined && Math.abs(value - before) < deadband) return;
    this.reported.set(id, value);
    // A starved flow meter is honest about what it measures.
    const quality = id === Value.coolant && this.process.fouling > 0.5 ? 1 : 0;
    const detail: ValueDetail = {
      quality,
      role: Role.Actual,
      unit,
      previous: before === undefined ? undefined : make(Key.previousValue, before)
    };
    yield* this.log(valueChanged(source, id, make(Key.newValue, value), detail));
  }
}

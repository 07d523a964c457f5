import { SeededRandom } from '../random';

/** What the program commands at the moment. */
export interface ReactorCommands {
  /** Litres per second into the vessel; negative = out. */
  inflow: number;
  agitator: boolean;
  /** Degrees Celsius; undefined = jacket off. */
  setpoint: number | undefined;
}

/** Degrees that the full conversion would heat the contents by, without cooling. */
const HEAT_OF_REACTION = 32;
const KILOJOULE_PER_LITRE_AND_DEGREE = 3.6;

/** A stirred, jacketed vessel with an exothermic reaction: rough, but its trends go where those of a real one go. */
export class ReactorProcess {
  /** Litres. */
  level = 0;
  /** Degrees Celsius. */
  temperature = 21;
  jacket = 20;
  /** Bar, absolute. */
  pressure = 1.013;
  /** Revolutions per minute. */
  agitator = 0;
  /** Per cent of the monomer. */
  conversion = 0;
  /** Coolant flow, per cent of nominal. */
  coolant = 100;
  /** Per cent open; negative = coolant, positive = steam. */
  jacketValve = 0;
  /** Seconds. */
  runTime = 120_000;
  /** The initiator is in: the reaction runs. */
  initiated = false;
  /** Kilojoules through the jacket into the vessel; a batch ends below zero when it gave off more than it took. */
  heat = 0;
  /** Share of the coolant that is lacking, 0 to 1: a fouled strainer. */
  fouling = 0;
  readonly commands: ReactorCommands = { inflow: 0, agitator: false, setpoint: undefined };

  constructor(private readonly random: SeededRandom) {}

  /** Lets `dt` seconds pass, in sub-steps short against the jacket's time constant. */
  pass(dt: number): void {
    for (let left = dt; left > 0; left -= 2) this.substep(Math.min(2, left));
    const { random } = this;
    this.coolant = 100 * (1 - this.fouling) + random.noise();
    this.pressure =
      1.013 + Math.max(0, this.temperature - 20) * 0.0065 + (this.level > 0 ? 0.01 : 0) + 0.004 * random.noise();
    if (this.commands.agitator) this.runTime += dt;
    this.agitator = this.commands.agitator ? Math.round(85 + random.noise()) : 0;
  }

  private substep(dt: number): void {
    const { setpoint, inflow } = this.commands;
    const before = this.level;
    this.level = Math.max(0, this.level + inflow * dt);
    // What is charged comes from the tank farm at 18 degrees.
    if (inflow > 0 && this.level > 0)
      this.temperature += ((18 - this.temperature) * (this.level - before)) / this.level;
    const wanted =
      setpoint === undefined ? 20 : Math.max(8, Math.min(104, setpoint + 12 * (setpoint - this.temperature)));
    this.jacketValve =
      setpoint === undefined ? 0 : Math.max(-100, Math.min(100, Math.round(4 * (wanted - this.jacket))));
    this.jacket += (wanted - this.jacket) * Math.min(1, dt / 40);
    if (this.level < 50) {
      this.temperature += (20 - this.temperature) * Math.min(1, dt / 900);
      return;
    }
    const speed = this.initiated ? 0.0035 * Math.exp((this.temperature - 80) / 14) * (1 - this.conversion / 100) : 0;
    this.conversion = Math.min(100, this.conversion + 100 * speed * dt);
    // A fouled strainer starves the jacket of coolant, not of steam.
    const strength = this.jacket < this.temperature ? 1 - this.fouling : 1;
    const transferred = ((this.jacket - this.temperature) / 260) * dt * strength;
    this.heat += transferred * this.level * KILOJOULE_PER_LITRE_AND_DEGREE;
    this.temperature += transferred + HEAT_OF_REACTION * speed * dt;
  }
}

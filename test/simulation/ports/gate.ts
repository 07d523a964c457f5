import { Chance } from '../chance';

/**
 * The border between one process and the world. Everything that a reader awaits comes through here; once the process
 * was
 * killed nothing answers any more, and nothing that it still does has an effect.
 */
export class Gate {
  isDead = false;
  /** Crossings, there and back. */
  crossings = 0;
  /** Crossing at which the process is killed. */
  private fatal = Infinity;

  constructor(private readonly onKill: () => void) {}

  /** Kills the process at one of the next crossings: at any await. */
  killWithin(crossings: number, chance: Chance): void {
    this.fatal = this.crossings + 1 + chance.below(crossings);
  }

  kill(): void {
    if (this.isDead) return;
    this.isDead = true;
    this.onKill();
  }

  /** A call from inside; a process that is dead waits for ever. */
  async call<T>(work: () => Promise<T>): Promise<T> {
    if (!this.passes()) return never();
    try {
      const result = await work();
      return this.passes() ? result : await never<T>();
    } catch (error) {
      if (!this.passes()) return never();
      throw error;
    }
  }

  /** True when the process is alive after it. */
  passes(): boolean {
    if (this.isDead) return false;
    if (++this.crossings >= this.fatal) this.kill();
    return !this.isDead;
  }
}

const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

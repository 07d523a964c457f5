import { Seeded, seeded } from '../support/seeded';

/** Everything that is left to chance in a simulation comes from here, and so from its one seed. */
export class Chance {
  private readonly random: Seeded;

  constructor(seed: number) {
    this.random = seeded(seed);
    // The first numbers of neighbouring seeds are alike.
    for (let i = 0; i < 8; i++) this.random.next();
  }

  /** Another source of chance, so that what one part draws does not change what the others meet. */
  fork(): Chance {
    return new Chance(this.random.below(0xffff_ffff));
  }

  next(): number {
    return this.random.next();
  }

  /** A whole number, 0 to n - 1. */
  below(n: number): number {
    return this.random.below(n);
  }

  /** A whole number, both ends included. */
  within(min: number, max: number): number {
    return min + this.random.below(max - min + 1);
  }

  /** A number between the two, its logarithm uniform: as often between 1 and 10 as between 10 and 100. */
  magnitude(min: number, max: number): number {
    return min * Math.exp(this.random.next() * Math.log(max / min));
  }

  does(probability: number): boolean {
    return probability > 0 && this.random.next() < probability;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.random.below(from.length)];
  }

  shuffle<T>(list: T[]): T[] {
    for (let i = list.length - 1; i > 0; i--) {
      const j = this.random.below(i + 1);
      [list[i], list[j]] = [list[j], list[i]];
    }
    return list;
  }
}

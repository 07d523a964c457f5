import { isMidUpdate, PlcMemory } from '../memory';
import { SeededRandom } from '../random';
import { tornCopy } from '../torn-copy';
import { Quirks } from './quirks';

/** One of the two images a server shows. */
export type Image = 'control' | 'ring';

/**
 * The controller's memory as a server copies it: at once, or with the habits of real ones (torn, in mid-update,
 * stale). Every copy is the caller's own.
 */
export class MemoryView {
  private readonly cached = new Map<Image, { at: number; bytes: Uint8Array }>();
  /** Copies during which the program did at least one store: what a torn server costs its readers. */
  readonly counters = { copies: 0, cut: 0, steps: 0 };

  constructor(
    private readonly memory: PlcMemory,
    private readonly quirks: Quirks,
    private readonly random: SeededRandom,
    private readonly now: () => number
  ) {}

  /** Length in bytes of that image. */
  length(image: Image): number {
    return this.memory[image].length;
  }

  /** A copy of `image[from, to)`, in bytes. */
  copy(image: Image, from: number, to: number): Uint8Array {
    this.counters.copies++;
    const staleness = image === 'control' ? this.quirks.staleControl : this.quirks.staleRing;
    if (!staleness) return this.live(image, from, to);
    let cache = this.cached.get(image);
    if (cache === undefined || this.now() - cache.at >= staleness) {
      cache = { at: this.now(), bytes: this.live(image, 0, this.length(image)) };
      this.cached.set(image, cache);
    }
    return cache.bytes.slice(from, to);
  }

  private live(image: Image, from: number, to: number): Uint8Array {
    const { torn, midUpdate } = this.quirks;
    if (midUpdate && this.random.chance(midUpdate)) this.runIntoUpdate();
    const source = this.memory[image];
    if (!torn) return source.slice(from, to);
    let steps = 0;
    const bytes = tornCopy(source, from, to, torn, this.random, () => {
      const done = this.memory.step();
      if (done) steps++;
      return done;
    });
    if (steps > 0) this.counters.cut++;
    this.counters.steps += steps;
    return bytes;
  }

  /** Lets the program run until an update is half done: after the odd seqlock, one to three stores further. */
  private runIntoUpdate(): void {
    for (let i = 0; i < 8 && !isMidUpdate(this.memory); i++) {
      if (!this.memory.step()) return;
    }
    for (let further = this.random.below(3); further > 0 && isMidUpdate(this.memory); further--) this.memory.step();
  }
}

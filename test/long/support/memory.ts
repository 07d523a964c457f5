/** Heap and resident memory over time, of this process or of another one. */
export class Memory {
  readonly rss: number[] = [];
  readonly heap: number[] = [];

  /** Of this process. */
  sample(): void {
    const { rss, heapUsed } = process.memoryUsage();
    this.add(rss, heapUsed);
  }

  add(rss: number, heap: number): void {
    this.rss.push(rss);
    this.heap.push(heap);
  }

  /** Median of each third of the samples, in MB. */
  thirds(of: readonly number[]): number[] {
    return [0, 1, 2].map(
      (i) => median(of.slice(Math.floor((i * of.length) / 3), Math.floor(((i + 1) * of.length) / 3))) / 1e6
    );
  }

  /** For the log. */
  line(): string {
    const text = (of: readonly number[]): string =>
      this.thirds(of)
        .map((mb) => mb.toFixed(0))
        .join(', ');
    return (
      `memory in thirds of the time, MB: resident ${text(this.rss)}; heap ${text(this.heap)} (${this.rss.length} ` +
      'samples)'
    );
  }
}

/** MB that the last third may lie above the second: what a garbage collector leaves to chance. */
const MARGIN_MB = 25;

/**
 * Whether the last third lies no higher than the second, but for chance. `keptMB` = what the test itself gathered
 * meanwhile.
 */
export function isFlat(memory: Memory, keptMB = 0): boolean {
  const [, second, last] = memory.thirds(memory.heap);
  return last <= second + MARGIN_MB + keptMB;
}

function median(of: readonly number[]): number {
  return of.length === 0 ? 0 : [...of].sort((a, b) => a - b)[Math.floor(of.length / 2)];
}

import { SeededRandom } from './random';

/** How a server copies the controller's memory while the program goes on. */
export interface TornOptions {
  /** Bytes copied without interruption: 1, 2, 4 or 8 (an element), or 512 (the S7-1500's consistent block). */
  readonly granularity: number;
  /** Chance that the program does one store between two such pieces. */
  readonly updateProbability: number;
}

/**
 * Copies `source[from, to)` as a preempted, piece-wise copy would: between two pieces the program may do one
 * step. Where it does nothing, neighbouring pieces are copied at once: the distance to the next step is drawn
 * directly (geometric), so the cost is one memory copy plus the steps taken, whatever the granularity.
 */
export function tornCopy(
  source: Uint8Array,
  from: number,
  to: number,
  options: TornOptions,
  random: SeededRandom,
  step: () => boolean
): Uint8Array {
  const out = new Uint8Array(to - from);
  const { granularity, updateProbability } = options;
  let at = from;
  for (;;) {
    const pieces = piecesUntilStep(updateProbability, random);
    // Pieces are aligned as elements are: a range that begins inside one begins with its rest.
    const until = Math.min(to, (Math.floor(at / granularity) + pieces) * granularity);
    out.set(source.subarray(at, until), at - from);
    at = until;
    if (at >= to) return out;
    if (!step()) {
      out.set(source.subarray(at, to), at - from);
      return out;
    }
  }
}

function piecesUntilStep(probability: number, random: SeededRandom): number {
  if (probability >= 1) return 1;
  if (probability <= 0) return Number.MAX_SAFE_INTEGER;
  return 1 + Math.floor(Math.log(1 - random.next()) / Math.log(1 - probability));
}

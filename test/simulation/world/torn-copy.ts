import { Chance } from '../chance';

/** How a server copies memory while the program goes on. */
export interface Tearing {
  /** Bytes that are copied without interruption. */
  readonly granularity: number;
  /** Chance that the program does one store between two such pieces. */
  readonly probability: number;
}

/**
 * Copies `source[from, to)` piece by piece; between two pieces `step` may change it. The distance to the next step is
 * drawn at once, so that pieces between which nothing happens cost nothing.
 */
export function tornCopy(
  source: Uint8Array,
  from: number,
  to: number,
  tearing: Tearing | undefined,
  chance: Chance,
  step: () => boolean
): Uint8Array {
  const out = new Uint8Array(to - from);
  let at = from;
  while (tearing !== undefined && at < to) {
    const { granularity, probability } = tearing;
    const pieces = 1 + Math.floor(Math.log(1 - chance.next()) / Math.log(1 - probability));
    const until = Math.min(to, (Math.floor(at / granularity) + pieces) * granularity);
    out.set(source.subarray(at, until), at - from);
    at = until;
    if (at < to && !step()) break;
  }
  out.set(source.subarray(at, to), at - from);
  return out;
}

import type { Batch } from '../../lib/reader';
import type { HeldWords } from '../runtime/held-back';

/** What a reader says that is held back. */
export const RING_WORDS: HeldWords = {
  keeps: 'the ring',
  wire: 'openot-doc',
  again: 'after a deploy, a change of the definitions, or the topic "read"'
};

/** Milliseconds until a batch is read again that failed to be stored: the first pause, and the longest. */
const FIRST_PAUSE_MS = 5000;
const LONGEST_PAUSE_MS = 60_000;

/** The pause after so many of them in a row. */
export const pauseMs = (times: number): number => Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** times);

/** Positions of a batch that was refused; `again`: also when it was read again. */
export interface RefusedRange {
  readonly fromAbs: number;
  readonly toAbs: number;
  readonly again: boolean;
}

/** The place of a batch, behind the word records. */
export const whereOf = (range: RefusedRange | undefined): string =>
  // A batch of notices alone (a lap, a loss) has no positions.
  range === undefined || range.fromAbs === range.toAbs ? '' : ` (positions ${range.fromAbs} to ${range.toAbs})`;

/** The positions of the batches on their way, to know one again that was refused before. */
export class RefusedBatches {
  /** By serial, of this session. */
  private ranges = new Map<number, RefusedRange>();
  /** What was refused last, also in an earlier session. */
  private last: RefusedRange | undefined;

  /** A session begins: serials begin anew. */
  begin(): void {
    this.ranges = new Map();
  }

  handedOn(batch: Batch): void {
    this.ranges.set(batch.serial, rangeOf(batch));
  }

  /** This batch and all before it are settled. */
  settled(serial: number): void {
    for (const [known, { fromAbs }] of this.ranges) {
      if (known > serial) break;
      this.ranges.delete(known);
      if (fromAbs === this.last?.fromAbs) this.last = undefined;
    }
  }

  /** `isNews`: it is refused for the second time. */
  refused(serial: number): { readonly range: RefusedRange | undefined; readonly isNews: boolean } {
    const given = this.ranges.get(serial);
    const again = given !== undefined && given.fromAbs === this.last?.fromAbs;
    const isNews = again && this.last?.again === false;
    this.last = given === undefined ? undefined : { ...given, again };
    return { range: this.last, isNews };
  }

  /** Where to go on behind what was refused twice; undefined where nothing was, or earlier batches are not settled. */
  skip(): number | undefined {
    const { last } = this;
    const [first] = this.ranges.values();
    if (last?.again !== true || first?.fromAbs !== last.fromAbs) return undefined;
    this.last = undefined;
    return last.toAbs;
  }
}

/** The positions of the records in a batch. */
function rangeOf({ payload, facts: { segments } }: Batch): RefusedRange {
  const last = segments.at(-1);
  const fromAbs = segments[0]?.abs ?? 0;
  return { fromAbs, toAbs: last === undefined ? fromAbs : last.abs + payload.length - last.offset, again: false };
}

/**
 * How long entries are kept (docs/format.md 26). Now and then everything that counting needs is entered anew: a mark.
 * Once a mark is older than `keep`, what lies before it is pruned.
 */
import { TILE_WIDTH } from '../tree/tiles';

/** A place of the log behind which nothing before it is needed. */
export interface Mark {
  /** Index of the first entry behind which all is entered anew. */
  readonly index: number;
  /** Milliseconds that the archive had been open then, over all its lives. */
  readonly openMs: number;
}

/** What is kept in mind of what was pruned. */
export interface Retention {
  /** Entries below it were pruned; a multiple of 256. */
  readonly minimum: number;
  /** Below it no file is left. */
  readonly removed: number;
  readonly marks: readonly Mark[];
  /** Milliseconds that the archive has been open. A clock of the machine that is set wrong makes nothing older. */
  readonly openMs: number;
  /** Contents beside the log by their SHA-256, with the index of the last entry that names each. */
  readonly contents: readonly (readonly [sha256: string, index: number])[];
}

/** Of a log that begins. */
export const NOTHING_PRUNED: Retention = { minimum: 0, removed: 0, marks: [], openMs: 0, contents: [] };

/** Milliseconds between two looks at what is old enough to be pruned. */
export const PRUNE_MS = 3_600_000;

const DAY_MS = 86_400_000;

/** Milliseconds between two marks: a day, or a hundredth of what is kept, so that there are at most a hundred. */
export const markInterval = (keepMs: number): number => Math.max(DAY_MS, keepMs / 100);

/** Whether it is time for the next mark. */
export const isMarkDue = ({ marks, openMs }: Retention, keepMs: number): boolean =>
  marks.length === 0 || openMs - marks[marks.length - 1].openMs >= markInterval(keepMs);

/** Below which index all is older than `keepMs`, and not needed for what is behind it. */
export function minimumOf({ marks, minimum, openMs }: Retention, keepMs: number): number {
  const old = marks.filter((mark) => mark.openMs <= openMs - keepMs);
  const index = old.length === 0 ? 0 : old[old.length - 1].index;
  return Math.max(minimum, Math.floor(index / TILE_WIDTH) * TILE_WIDTH);
}

/** The text of the note `pruned`, and the index that it names. */
export const prunedText = (minimum: number, keepMs: number): string =>
  `entries below ${minimum} were pruned: they were kept for ${keepMs / DAY_MS} days in which this archive was open`;

/** The index that a note `pruned` names; 0 where it names none. */
export const prunedBelow = (text: string): number =>
  Number(/^entries below ([0-9]{1,15}) were pruned/.exec(text)?.[1] ?? 0);

/** Head was seen at `headAbs` at `ms` (monotonic). */
interface Mark {
  readonly ms: number;
  readonly headAbs: number;
}

/**
 * Where head stood how long ago, oldest first. Below a head that was seen `ageMs` before bytes were read, those bytes
 * cannot be old ones of the lap before, as long as no copy is older than that (docs/reader.md).
 */
export type HeadHistory = readonly Mark[];

/** The history with a head seen at `nowMs`, which may be left out where another was seen shortly before. */
export function withHead(history: HeadHistory, ageMs: number, headAbs: number, nowMs: number): HeadHistory {
  const last = history.at(-1);
  // A few marks are enough: one that is taken for another errs by a sixteenth of the age, to the safe side.
  if (last !== undefined && nowMs - last.ms < ageMs / 16) return history;
  const marks = [...history, { ms: nowMs, headAbs }];
  let first = 0;
  while (first + 1 < marks.length && marks[first + 1].ms <= nowMs - ageMs) first++;
  return first === 0 ? marks : marks.slice(first);
}

/** The highest head known to be seen `ageMs` before `nowMs`; -1 when none is. */
export function settledHead(history: HeadHistory, ageMs: number, nowMs: number): number {
  let headAbs = -1;
  for (const mark of history) if (mark.ms <= nowMs - ageMs) headAbs = Math.max(headAbs, mark.headAbs);
  return headAbs;
}

/**
 * Where head stood how long ago. Below a head that was seen `ageMs` before bytes were read, those bytes cannot be old
 * ones of the lap before, as long as no copy is older than that (docs/design.md 6).
 */
export class Heads {
  private seen: { ms: number; headAbs: number }[] = [];

  constructor(private readonly ageMs: number) {}

  /** Head was at `headAbs`, at `nowMs` or before. */
  note(headAbs: number, nowMs: number): void {
    const { seen, ageMs } = this;
    const last = seen.length > 0 ? seen[seen.length - 1] : undefined;
    // A few marks are enough: one that is taken for another errs by a sixteenth of the age, to the safe side.
    if (last !== undefined && nowMs - last.ms < ageMs / 16) return;
    seen.push({ ms: nowMs, headAbs });
    while (seen.length > 1 && seen[1].ms <= nowMs - ageMs) seen.shift();
  }

  /** The highest head known to be seen `ageMs` before `nowMs`; -1 when none is. */
  settled(nowMs: number): number {
    let headAbs = -1;
    for (const mark of this.seen) if (mark.ms <= nowMs - this.ageMs) headAbs = Math.max(headAbs, mark.headAbs);
    return headAbs;
  }

  /** The ring began anew. */
  clear(): void {
    this.seen = [];
  }
}

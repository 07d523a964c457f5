import type { BatchFacts } from '../../stream';
import type { BeginStreamEntry, Expected } from './entry';
import { toldOf } from './reader-word';

/** Sources that one `begin-stream` names, at most: the next one follows it. */
const MAX_EXPECTED = 500;

/** That counting begins, or that it begins of one more source. */
export type Beginning = Pick<BeginStreamEntry, 'number' | 'cause' | 'runId' | 'abs'>;

/** The entries that say so: one, more where there are many sources. */
export function beginEntries(
  facts: BatchFacts,
  { number, cause, runId, abs }: Beginning,
  expected: readonly Expected[]
): BeginStreamEntry[] {
  const { stream, incarnation, bufferId, snapshot } = facts;
  const { oldestAbs, headAbs, lostCount } = snapshot;
  const entries: BeginStreamEntry[] = [];
  for (let at = 0; at === 0 || at < expected.length; at += MAX_EXPECTED)
    entries.push({
      kind: 'begin-stream',
      stream,
      incarnation,
      number,
      cause,
      runId,
      abs,
      oldestAbs,
      headAbs,
      lostCount,
      bufferId,
      told: toldOf(facts),
      expected: expected.slice(at, at + MAX_EXPECTED)
    });
  return entries;
}

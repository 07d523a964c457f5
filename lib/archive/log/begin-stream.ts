import type { BatchFacts } from '../../stream';
import type { BeginStreamEntry, Expected } from './entry';
import { toldOf } from './reader-word';
import { ringOf, RingSeen } from './ring-seen';
import type { StreamTracker } from './stream-tracker';

/** Sources that one `begin-stream` names, at most: the next one follows it. */
const MAX_EXPECTED = 500;

/** That counting begins, or that it begins of one more source. */
export type Beginning = Pick<BeginStreamEntry, 'number' | 'cause' | 'runId' | 'abs'>;

/** The entries that say so: one, more where there are many sources. */
export function beginEntries(
  facts: BatchFacts,
  beginning: Beginning,
  expected: readonly Expected[]
): BeginStreamEntry[] {
  const { stream, incarnation } = facts;
  return split({ stream, incarnation, ...beginning, told: toldOf(facts) }, ringOf(facts), expected);
}

/** The entries that say where counting stands, so that what lies before them can be pruned. */
export function standingEntries(tracker: StreamTracker): BeginStreamEntry[] {
  const { stream, incarnation, begins: number, end: abs, ring, accounting } = tracker;
  if (incarnation === undefined || !tracker.hasBegun) return [];
  const { runId } = ring;
  const expected = accounting
    .sources()
    .map((source) => ({ runId: source.runId, sourceId: source.sourceId, next: source.next }));
  return split({ stream, incarnation, number, cause: 'pruned', runId, abs, told: null }, ring, expected);
}

/** Keys stand in the order in which entries have them. */
function split(
  {
    stream,
    incarnation,
    number,
    cause,
    runId,
    abs,
    told
  }: Beginning & Pick<BeginStreamEntry, 'stream' | 'incarnation' | 'told'>,
  { oldestAbs, headAbs, lostCount, bufferId }: RingSeen,
  expected: readonly Expected[]
): BeginStreamEntry[] {
  const place = { kind: 'begin-stream', stream, incarnation, number, cause, runId, abs } as const;
  const front = { ...place, oldestAbs, headAbs, lostCount, bufferId, told };
  const entries: BeginStreamEntry[] = [];
  for (let at = 0; at === 0 || at < expected.length; at += MAX_EXPECTED)
    entries.push({ ...front, expected: expected.slice(at, at + MAX_EXPECTED) });
  return entries;
}

import type { BeginCause } from './entry';

/** Where counting began in the middle: what was known of each source then, and the run up to which that holds. */
export interface Joined {
  readonly cause: BeginCause;
  readonly runId: bigint;
  readonly known: ReadonlyMap<string, number>;
}

/** A source of a run, as text. */
export const keyOf = (runId: string, sourceId: number): string => `${runId}/${sourceId}`;

/** How far the sources of a life of the ring had come. */
export interface Carried {
  /** The seq expected next, by source. */
  readonly next: ReadonlyMap<string, number>;
  /** Up to this run other sources may have begun in the middle; undefined: all counted from 0. */
  readonly joinedRun: bigint | undefined;
}

/** Where a source goes on in the next life of the ring; undefined where it may have begun in the middle. */
export function carriedSeq(carried: Carried | undefined, runId: string, sourceId: number): number | undefined {
  if (carried === undefined) return undefined;
  const { next, joinedRun } = carried;
  const isFromZero = joinedRun === undefined || BigInt(runId) > joinedRun;
  return next.get(keyOf(runId, sourceId)) ?? (isFromZero ? 0 : undefined);
}

/**
 * What the end of a life of the ring carries over. `known`: the seq expected next of each source, as stored; `passed`:
 * as the reader met it since, in records that were stored before.
 */
export function carriedOn(
  known: Map<string, number>,
  joined: Joined | undefined,
  carried: Carried | undefined,
  passed: ReadonlyMap<string, number>
): Carried {
  if (joined?.cause === 'resumed' && carried !== undefined)
    return { next: new Map([...carried.next, ...known, ...passed]), joinedRun: carried.joinedRun };
  // A source that was not met since counting began in the middle: the reader has forgotten it.
  for (const [key, next] of known)
    if (joined?.known.get(key) === next && BigInt(key.split('/')[0]) <= joined.runId) known.delete(key);
  return { next: new Map([...known, ...passed]), joinedRun: joined?.runId };
}

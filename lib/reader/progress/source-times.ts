import { isObject, isU64Text } from '../../base';
import type { SourceTime } from '../status';
import type { SavedState } from './saved-state';

/** Sources that a status names; a number says how many more there are. */
const MAX_SOURCES = 1000;

/** What of a checkpoint it is read from: the accounting knows the latest time of each source. */
type Accounted = Pick<SavedState, 'incarnation' | 'accounting'>;

/**
 * Up to which source time each source has been handed on, by the clock of the device. A time never falls, also where
 * that clock was set back or the ring began anew. It is read from the checkpoints only when a status is made.
 */
export class SourceTimes {
  private readonly latest = new Map<number, bigint>();
  /** Lines of checkpoints that were read already: what did not change is the same object. */
  private readonly known = new WeakSet();
  private pending: Accounted | undefined;

  /** The state after a batch that was handed on, or the one that reading goes on from. */
  handedOn(state: Accounted): void {
    // What the next life of the ring knows begins with nothing.
    if (this.pending !== undefined && this.pending.incarnation !== state.incarnation) this.read();
    this.pending = state;
  }

  /** The sources in ascending order, and how many were left out. */
  list(): { readonly sources: readonly SourceTime[]; readonly leftOut: number } {
    this.read();
    const ids = [...this.latest.keys()].sort((a, b) => a - b);
    return {
      sources: ids
        .slice(0, MAX_SOURCES)
        .map((sourceId) => ({ sourceId, timeNs: (this.latest.get(sourceId) as bigint).toString() })),
      leftOut: Math.max(0, ids.length - MAX_SOURCES)
    };
  }

  private read(): void {
    const accounting = this.pending?.accounting;
    this.pending = undefined;
    if (!isObject(accounting) || !Array.isArray(accounting.runs)) return;
    for (const { sources } of accounting.runs as { sources: readonly unknown[][] }[])
      for (const line of sources) if (!this.known.has(line)) this.take(line);
  }

  private take(line: readonly unknown[]): void {
    this.known.add(line);
    const [sourceId, time] = [line[0] as number, line[9] ?? line[8]];
    if (!isU64Text(time)) return;
    const ns = BigInt(time);
    if (ns > (this.latest.get(sourceId) ?? -1n)) this.latest.set(sourceId, ns);
  }
}

/**
 * When each machine and batch changed last, for the `item.duration` and `item.prevstate` of audit logs (docs/format.md
 * 24).
 * Records that are read again find their own change here and get the answer that they had.
 */
import { BoundedMap, isCount, isText, listOf, tupleOf } from '../../base';

/** One change of one item. */
export interface AuditChange {
  readonly sourceId: number;
  readonly seq: number;
  /** Decimal text, nanoseconds; empty = a gap, in which the item may have changed unseen. */
  readonly timeNs: string;
  /** State after it. */
  readonly state: string;
}

/** The change before one, as far as it is known. */
export interface AuditBefore {
  readonly timeNs: string;
  readonly state: string;
}

interface AuditEntry {
  /** The last change that was let go of. */
  before?: AuditBefore;
  readonly changes: AuditChange[];
}

/** Limits of a tracker. */
export interface AuditLimits {
  /** Items remembered; beyond it the one that changed longest ago goes. */
  readonly maxItems: number;
  /** Changes remembered of each: so far back records can be read again and get the same answer. */
  readonly maxChanges: number;
}

/** Remembers so many changes of so many items; more are forgotten, oldest first. */
export class AuditTracker {
  /** In the order of their last change. */
  private readonly entries: BoundedMap<string, AuditEntry>;
  private dirty = false;

  constructor(private readonly limits: AuditLimits) {
    this.entries = new BoundedMap(limits.maxItems);
  }

  /** Whether anything came in since the last `image`. */
  get changed(): boolean {
    return this.dirty;
  }

  /** Number of items remembered. */
  get size(): number {
    return this.entries.size;
  }

  /**
   * Takes a change of the item that `key` names and tells the one before it; undefined where there was none, it is
   * forgotten or was not seen. A key ends with `scope`, which names stream, incarnation and run.
   */
  apply(key: string, change: AuditChange): AuditBefore | undefined {
    const before = this.take(key, change);
    return before?.timeNs === '' ? undefined : before;
  }

  /** Records of a source up to `seq` were lost or could not be read: what it told of may have changed in them. */
  gap(scope: string, sourceId: number, seq: number): void {
    const change = { sourceId, seq, timeNs: '', state: '' };
    const affected = [...this.entries].filter(
      ([key, { changes }]) => key.endsWith(scope) && changes.some((known) => known.sourceId === sourceId)
    );
    for (const [key] of affected) this.take(key, change);
  }

  private take(key: string, change: AuditChange): AuditBefore | undefined {
    const entry = this.entries.get(key) ?? { changes: [] };
    const { changes } = entry;
    const known = changes.findIndex(({ sourceId, seq }) => sourceId === change.sourceId && seq === change.seq);
    if (known !== -1) return known === 0 ? entry.before : changes[known - 1];
    // Read again from further back than this tracker remembers: what came before it is not known any more.
    if (changes.some(({ sourceId, seq }) => sourceId === change.sourceId && seq > change.seq)) return undefined;
    const before = changes.at(-1);
    changes.push(change);
    if (changes.length > this.limits.maxChanges) entry.before = changes.shift();
    this.entries.set(key, entry);
    this.dirty = true;
    return before;
  }

  /** The tracker as plain data. */
  image(): AuditImage {
    this.dirty = false;
    return Array.from(this.entries, ([key, { before, changes }]) => [
      key,
      before === undefined ? null : [before.timeNs, before.state],
      changes.map(({ sourceId, seq, timeNs, state }) => [sourceId, seq, timeNs, state])
    ]);
  }

  /** Takes what `image` gave, in the place of what is here. False: it is none, and the tracker is empty now. */
  restore(image: unknown): boolean {
    this.entries.clear();
    if (!isImage(image)) return false;
    for (const [key, before, changes] of image.slice(-this.limits.maxItems)) {
      this.entries.set(key, {
        ...(before === null ? {} : { before: { timeNs: before[0], state: before[1] } }),
        changes: changes
          .slice(-this.limits.maxChanges)
          .map(([sourceId, seq, timeNs, state]) => ({ sourceId, seq, timeNs, state }))
      });
    }
    return true;
  }
}

/**
 * Items from the one that changed longest ago: key, the change let go of last (time, state), changes (source id, seq,
 * time, state).
 */
export type AuditImage = [string, [string, string] | null, [number, number, string, string][]][];

const DECIMAL = /^\d{1,20}$/;
/** Empty in a gap. */
const isTime = (value: unknown): value is string => typeof value === 'string' && (value === '' || DECIMAL.test(value));

const isBefore = tupleOf(isTime, isText);
const isChange = tupleOf(isCount, isCount, isTime, isText);
const isEntry = tupleOf(isText, (before) => before === null || isBefore(before), listOf(isChange));
const isImage = listOf(isEntry) as (image: unknown) => image is AuditImage;

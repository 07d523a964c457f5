import type { Span } from '../otlp';
import { compareLives } from './stream-state';

/** A record as it is known within its stream: whoever reads it again reads this. */
export interface RecordKey {
  readonly stream: string;
  readonly incarnation: number;
  readonly runId: string;
  readonly sourceId: number;
  readonly seq: number;
}

/** A span that was handed out, as text: what was handed out is the caller's, who may change it. */
interface Kept {
  readonly by: RecordKey;
  readonly spanId: string;
  readonly json: string;
}

const keyOf = ({ stream, incarnation, runId, sourceId, seq }: RecordKey): string => stream + '\n' + incarnation + '/' + runId + '/' + sourceId + '/' + seq;

/**
 * Spans that were handed out and whose closing record is not settled: when that record is read again, they are handed out
 * again, the same to the last byte.
 */
export class Shelf {
  /** By closing record, oldest first. */
  private readonly kept = new Map<string, Kept[]>();
  size = 0;
  private bytes = 0;

  constructor(
    private readonly most: number,
    private readonly mostBytes: number
  ) {}

  /** Returns how many older ones had to be forgotten for it. */
  put(by: RecordKey, span: Span): number {
    const key = keyOf(by);
    const json = JSON.stringify(span);
    const list = this.kept.get(key);
    if (list === undefined) this.kept.set(key, [{ by, spanId: span.spanId, json }]);
    else list.push({ by, spanId: span.spanId, json });
    this.size++;
    this.bytes += json.length;
    let forgotten = 0;
    // The last one stays whatever its size: it was not handed out yet.
    for (; this.size > 1 && (this.size > this.most || this.bytes > this.mostBytes); forgotten++) this.forgetOldest();
    return forgotten;
  }

  /** What that record closed. */
  closedBy(by: RecordKey): Span[] {
    return this.size === 0 ? [] : (this.kept.get(keyOf(by)) ?? []).map(({ json }) => JSON.parse(json) as Span);
  }

  all(): Span[] {
    return [...this.entries()].map(({ json }) => JSON.parse(json) as Span);
  }

  *entries(): Iterable<Kept> {
    for (const list of this.kept.values()) yield* list;
  }

  find(spanId: string): Span | undefined {
    for (const kept of this.entries()) if (kept.spanId === spanId) return JSON.parse(kept.json) as Span;
    return undefined;
  }

  /**
   * Records of `upTo`'s source up to its seq are settled, and all of earlier runs and incarnations. The incarnation counts: a
   * record of the one before, read again after a kill, must not settle what the first record of this one closed. Returns how
   * many spans that lets go.
   */
  settle(upTo: RecordKey): number {
    const before = this.size;
    if (before === 0) return 0;
    for (const [key, list] of this.kept) {
      const { by } = list[0];
      if (by.stream !== upTo.stream) continue;
      const order = compareLives(by, upTo);
      if (order < 0 || (order === 0 && by.sourceId === upTo.sourceId && by.seq <= upTo.seq)) this.remove(key, list);
    }
    return before - this.size;
  }

  private remove(key: string, list: readonly Kept[]): void {
    this.kept.delete(key);
    this.size -= list.length;
    for (const { json } of list) this.bytes -= json.length;
  }

  private forgetOldest(): void {
    const [key, list] = this.kept.entries().next().value as [string, Kept[]];
    const [oldest] = list.splice(0, 1);
    this.size--;
    this.bytes -= oldest.json.length;
    if (list.length === 0) this.kept.delete(key);
  }
}

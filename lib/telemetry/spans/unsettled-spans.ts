import type { Span } from '../otlp-types';
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
  /** As it stands in the image: `{"by": …, "span": …}`. */
  readonly bytes: Uint8Array;
  /**
   * Its closing record is on its way to be settled, as far as is known; false: it came out of an image, or nobody waits
   * for it any more.
   */
  isUnderWay: boolean;
}

/** How much a unsettled takes. */
export interface UnsettledLimits {
  /** Under way; then it is full. */
  readonly spans: number;
  readonly bytes: number;
  /** In all; then the oldest is forgotten. */
  readonly mostSpans: number;
  readonly mostBytes: number;
}

const keyOf = ({ stream, incarnation, runId, sourceId, seq }: RecordKey): string =>
  stream + '\n' + incarnation + '/' + runId + '/' + sourceId + '/' + seq;

const spanIn = ({ bytes }: Kept): Span =>
  (JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')) as { span: Span }).span;

/**
 * Spans that were handed out and whose closing record is not settled: when that record is read again, they are handed
 * out
 * again, the same to the last byte.
 */
export class UnsettledSpans {
  /** By closing record, oldest first. */
  private readonly kept = new Map<string, Kept[]>();
  /** Its keys by stream: a settlement of one looks at no other. */
  private readonly streams = new Map<string, Set<string>>();
  size = 0;
  private bytes = 0;
  private spansUnderWay = 0;
  private bytesUnderWay = 0;

  constructor(private readonly limits: UnsettledLimits) {}

  /**
   * Is as much under way as it should hold? What nobody is known to settle does not count: waiting for it could be for
   * ever.
   */
  get isFull(): boolean {
    return this.spansUnderWay >= this.limits.spans || this.bytesUnderWay >= this.limits.bytes;
  }

  /** Returns how many older ones had to be forgotten for it. */
  put(by: RecordKey, span: Span, isUnderWay = true): number {
    const key = keyOf(by);
    const kept: Kept = {
      by,
      spanId: span.spanId,
      bytes: Buffer.from(`{"by":${JSON.stringify(by)},"span":${JSON.stringify(span)}}`, 'utf8'),
      isUnderWay: false
    };
    const list = this.kept.get(key);
    if (list === undefined) {
      this.kept.set(key, [kept]);
      const keys = this.streams.get(by.stream);
      if (keys === undefined) this.streams.set(by.stream, new Set([key]));
      else keys.add(key);
    } else list.push(kept);
    this.size++;
    this.bytes += kept.bytes.length;
    if (isUnderWay) this.setUnderWay(kept, true);
    let forgotten = 0;
    // The last one stays whatever its size: it was not handed out yet.
    for (; this.size > 1 && (this.size > this.limits.mostSpans || this.bytes > this.limits.mostBytes); forgotten++)
      this.forgetOldest();
    return forgotten;
  }

  /** What that record closed. It is under way again. */
  closedBy(by: RecordKey): Span[] {
    if (this.size === 0) return [];
    return (this.kept.get(keyOf(by)) ?? []).map((kept) => {
      this.setUnderWay(kept, true);
      return spanIn(kept);
    });
  }

  all(): Span[] {
    return [...this.entries()].map(spanIn);
  }

  *entries(): Iterable<Kept> {
    for (const list of this.kept.values()) yield* list;
  }

  find(spanId: string): Span | undefined {
    for (const kept of this.entries()) if (kept.spanId === spanId) return spanIn(kept);
    return undefined;
  }

  /**
   * Records of `upTo`'s source up to its seq are settled, and all of earlier runs and incarnations. The incarnation
   * counts: a
   * record of the one before, read again after a kill, must not settle what the first record of this one closed.
   * Returns how
   * many spans that lets go.
   */
  settle(upTo: RecordKey): number {
    const before = this.size;
    for (const [key, list] of this.upTo(upTo)) this.remove(key, list);
    return before - this.size;
  }

  /** Nobody waits for the settlement of these any more: they stay, to be handed out again, and do not count. */
  abandon(upTo: RecordKey): void {
    for (const [, list] of this.upTo(upTo)) for (const kept of list) this.setUnderWay(kept, false);
  }

  private *upTo(upTo: RecordKey): Iterable<[string, Kept[]]> {
    for (const key of this.streams.get(upTo.stream) ?? []) {
      const list = this.kept.get(key)!;
      const [{ by }] = list;
      const order = compareLives(by, upTo);
      if (order < 0 || (order === 0 && by.sourceId === upTo.sourceId && by.seq <= upTo.seq)) yield [key, list];
    }
  }

  private setUnderWay(kept: Kept, isUnderWay: boolean): void {
    if (kept.isUnderWay === isUnderWay) return;
    kept.isUnderWay = isUnderWay;
    this.spansUnderWay += isUnderWay ? 1 : -1;
    this.bytesUnderWay += isUnderWay ? kept.bytes.length : -kept.bytes.length;
  }

  private remove(key: string, list: readonly Kept[]): void {
    this.forgetKey(key, list[0].by.stream);
    for (const kept of list) this.drop(kept);
  }

  private forgetKey(key: string, stream: string): void {
    this.kept.delete(key);
    const keys = this.streams.get(stream)!;
    keys.delete(key);
    if (keys.size === 0) this.streams.delete(stream);
  }

  private drop(kept: Kept): void {
    this.setUnderWay(kept, false);
    this.size--;
    this.bytes -= kept.bytes.length;
  }

  private forgetOldest(): void {
    const [key, list] = this.kept.entries().next().value as [string, Kept[]];
    const [oldest] = list.splice(0, 1);
    this.drop(oldest);
    if (list.length === 0) this.forgetKey(key, oldest.by.stream);
  }
}

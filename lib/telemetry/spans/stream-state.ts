import { dropOldest } from '../../base';
import { compareDecimal } from '../decimal';
import type { Scene } from './ids';
import type { OpenSpan } from './open-span';

const DAY_NS = 86_400_000_000_000n;

/** Is a time at most a day later than another? Most are earlier, which decimal texts show by themselves. */
const isWithinDay = (timeNs: string, afterNs: string): boolean =>
  compareDecimal(timeNs, afterNs) <= 0 || BigInt(timeNs) - BigInt(afterNs) <= DAY_NS;

/** A run of an incarnation. */
export type Life = Pick<Scene, 'incarnation' | 'runId'>;

/** Which of two runs of one stream came first: below 0, 0 for the same, above 0. */
export const compareLives = (a: Life, b: Life): number =>
  a.incarnation - b.incarnation || compareDecimal(a.runId, b.runId);

/** When a record was written, by its own clock, and when it was received: decimal text, nanoseconds. */
export interface RecordTimes {
  readonly sourceNs: string;
  readonly receiveNs: string;
}

/** How a document's run and incarnation stand to the one that is in force. */
export type Era = 'current' | 'later' | 'past';

/** What is known of one stream: the run in force, what was read of it, and the spans that are open in it. */
export class StreamState implements Scene {
  incarnation: number;
  runId: string;
  /** Source time of the last record of this run. */
  lastNs = '0';
  /** Latest source time of any record of the stream: a record that is later than this was never read before. */
  newestNs = '0';
  /**
   * Latest receive time of any record of the stream that was new, as far as the two clocks agree to a day; undefined
   * while none is known.
   */
  receivedNs: string | undefined;
  /** Last seq of each source in this run, in the order in which the sources were first seen. */
  readonly sources = new Map<number, number>();
  /** By key, the oldest first. */
  readonly open = new Map<string, OpenSpan>();

  constructor(
    readonly stream: string,
    scene: Life
  ) {
    this.incarnation = scene.incarnation;
    this.runId = scene.runId;
  }

  /**
   * A later incarnation, or a higher run id in the same one, is another life. A lower one is being read again, unless
   * its
   * time says that it is new: a reader that forgot its state counts incarnations from 0 again.
   */
  eraOf(scene: Scene, times: RecordTimes): Era {
    const { incarnation, runId } = scene;
    if (incarnation === this.incarnation && runId === this.runId) return 'current';
    return compareLives(scene, this) > 0 || this.isNews(times) ? 'later' : 'past';
  }

  /** Was this record, or a later one of its source, applied already? */
  isRepeat(sourceId: number, seq: number): boolean {
    const last = this.sources.get(sourceId);
    return last !== undefined && seq <= last;
  }

  /**
   * Was it surely never read before? It is later than all that was, or, where one time in the far future hides that,
   * more
   * than a day later than anything of the stream was received. A clock that is ahead itself shows nothing by that.
   */
  isNews({ sourceNs, receiveNs }: RecordTimes): boolean {
    if (compareDecimal(sourceNs, this.newestNs) > 0) return true;
    return (
      this.receivedNs !== undefined &&
      compareDecimal(sourceNs, receiveNs) <= 0 &&
      !isWithinDay(sourceNs, this.receivedNs)
    );
  }

  /** Another run or incarnation is in force. Its spans were closed before. */
  enter(scene: Scene): void {
    this.incarnation = scene.incarnation;
    this.runId = scene.runId;
    this.sources.clear();
  }

  /** A record was read that was not read before. */
  mark(sourceId: number, seq: number, { sourceNs, receiveNs }: RecordTimes, mostSources: number): void {
    this.sources.set(sourceId, seq);
    if (this.sources.size > mostSources) dropOldest(this.sources);
    this.lastNs = sourceNs;
    if (compareDecimal(sourceNs, this.newestNs) > 0) this.newestNs = sourceNs;
    // Where the record is far ahead of it, our own clock may be the wrong one: not set since power came back, or not
    // told.
    if (
      (this.receivedNs === undefined || compareDecimal(receiveNs, this.receivedNs) > 0) &&
      isWithinDay(sourceNs, receiveNs)
    )
      this.receivedNs = receiveNs;
  }
}

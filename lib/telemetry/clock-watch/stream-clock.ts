import type { DocumentObject } from '../../document';
import { compareDecimal } from '../decimal';
import { BoundedMap } from '../../base';
import { uidOf } from '../uid';
import type { ClockLimits, ClockStatus } from './api';
import { OffsetWindow } from './offset-window';
import type { ClockChange } from './report';
import { SeenRecords } from './seen-records';
import { isHealthy, qualityOf, SourceClock } from './source-clock';
import { isNews, says, Verdict, verdictOf } from './verdict';

/** The newest record of those that came with one read. */
interface Newest {
  readonly receiveTimeNs: string;
  sourceTimeNs: string;
  document: DocumentObject;
  records: number;
}

/** What is known of the clock behind one stream: an offset, and what each source says of itself. */
export class StreamClock {
  verdict: Verdict | undefined;
  readonly sources: BoundedMap<number, SourceClock>;
  /** A status of this stream has come: points are made with those, which come regularly. */
  hasStatus = false;
  skewNs: bigint | undefined;
  /** Receive time of the last points made of documents. */
  pointsNs: bigint | undefined;
  private readonly window: OffsetWindow;
  private readonly seen: SeenRecords;
  /** The reader's own words, between two of its status messages. */
  private drained: Pick<ClockStatus, 'nowNs' | 'records'> | undefined;
  private cursorAbs: number | undefined;
  private sinceNs: bigint | undefined;
  private incarnation = 0;

  constructor(
    private readonly stream: string,
    private readonly limits: ClockLimits
  ) {
    this.sources = new BoundedMap(limits.sources);
    this.window = new OffsetWindow(limits);
    this.seen = new SeenRecords(limits.sources);
  }

  documents(documents: readonly DocumentObject[]): ClockChange[] {
    const changes: ClockChange[] = [];
    let newest: Newest | undefined;
    for (const document of documents) {
      const { sourceTimeNs, receiveTimeNs } = document.provenance;
      if (document.kind === 'loss' || sourceTimeNs === undefined) continue;
      const news = this.seen.take(document);
      // A seek, a restart of the reader: what was said then is said already.
      if (news === 'again') continue;
      if (news === 'newLife') {
        if (newest !== undefined) this.take(newest, changes);
        newest = undefined;
        this.beginAnew();
      }
      this.flags(document, changes);
      if (this.wasSet(document, changes)) {
        newest = undefined;
        continue;
      }
      if (newest !== undefined && newest.receiveTimeNs !== receiveTimeNs) {
        this.take(newest, changes);
        newest = undefined;
      }
      if (newest === undefined) newest = { receiveTimeNs, sourceTimeNs, document, records: 1 };
      else {
        newest.records++;
        if (compareDecimal(sourceTimeNs, newest.sourceTimeNs) > 0) {
          newest.sourceTimeNs = sourceTimeNs;
          newest.document = document;
        }
      }
    }
    if (newest !== undefined) this.take(newest, changes);
    return changes;
  }

  status(status: ClockStatus): ClockChange[] {
    const changes: ClockChange[] = [];
    const { nowNs, clockSkewMs } = status;
    this.hasStatus = true;
    this.followReader(status);
    const before = this.drained;
    if (status.lag === 0) this.drained = { nowNs, records: status.records };
    this.restoreFlags(nowNs, `${this.stream}/${status.incarnation}/${status.cursorAbs ?? 0}`, nowNs, changes);
    if (clockSkewMs === undefined) return changes;
    const offsetNs = BigInt(Math.round(clockSkewMs * 1e6));
    this.skewNs = offsetNs;
    // The records themselves say more, where they are seen.
    if (!this.window.isEmpty) return changes;
    const grown =
      status.lag === 0 &&
      before?.records !== undefined &&
      status.records !== undefined &&
      status.records - before.records >= this.limits.records;
    const behindNs = grown ? offsetNs - (nowNs - before.nowNs) : undefined;
    this.judge(
      { offsetNs, behindNs, latest: { receiveNs: nowNs, sourceNs: nowNs - offsetNs } },
      { shownBy: `${this.stream}/${status.incarnation}/${status.cursorAbs ?? 0}`, timeNs: nowNs },
      changes
    );
    return changes;
  }

  /** What was read out before is read again: from here on a record may be old though it comes now. */
  private followReader({ sinceNs, cursorAbs, incarnation }: ClockStatus): void {
    const isAnother =
      sinceNs !== this.sinceNs ||
      incarnation !== this.incarnation ||
      (cursorAbs !== undefined && this.cursorAbs !== undefined && cursorAbs < this.cursorAbs);
    if (isAnother) this.drained = undefined;
    this.sinceNs = sinceNs;
    this.incarnation = incarnation;
    if (cursorAbs !== undefined) this.cursorAbs = cursorAbs;
  }

  /**
   * A cold start, or a ring that began anew: the clock may be another one since. That the ring was read out says
   * nothing any
   * more: a reader that was told to forget counts incarnations from 0, and reads old records as those of another.
   */
  private beginAnew(): void {
    this.window.clear();
    this.drained = undefined;
  }

  private take({ receiveTimeNs, sourceTimeNs, document, records }: Newest, changes: ClockChange[]): void {
    const receiveNs = BigInt(receiveTimeNs);
    const drainedNs = this.drained !== undefined && receiveNs > this.drained.nowNs ? this.drained.nowNs : undefined;
    this.window.add({ receiveNs, sourceNs: BigInt(sourceTimeNs), records, drainedNs });
    const bounds = this.window.bounds();
    const shownBy = uidOf(document, this.stream);
    this.restoreFlags(receiveNs, shownBy, receiveNs, changes);
    if (bounds === undefined) return;
    if (!this.hasStatus) this.skewNs = bounds.offsetNs;
    this.judge(bounds, { shownBy, timeNs: receiveNs }, changes);
  }

  private judge(
    bounds: Parameters<typeof verdictOf>[0],
    at: Pick<ClockChange, 'shownBy' | 'timeNs'>,
    changes: ClockChange[]
  ): void {
    const before = this.verdict;
    const verdict = verdictOf(bounds, before, this.limits);
    if (isNews(verdict, before)) {
      const { offsetNs } = bounds;
      const change = { stream: this.stream, ...at, offsetNs };
      if (verdict !== undefined)
        changes.push({
          ...change,
          suspect: true,
          reason: verdict.reason,
          says: says(verdict),
          ...(verdict.hint === undefined ? {} : { hint: verdict.hint })
        });
      else if (before !== undefined)
        changes.push({ ...change, suspect: false, reason: before.reason, says: 'is right again' });
    }
    // A hint that was told stays, so that it is not told again.
    this.verdict =
      verdict === undefined || verdict.hint !== undefined || verdict.reason !== before?.reason
        ? verdict
        : { ...verdict, hint: before.hint };
  }

  private flags(document: Exclude<DocumentObject, { kind: 'loss' }>, changes: ClockChange[]): void {
    const { flags, source, receiveTimeNs } = document.provenance;
    if (!flags.timeUnsynced) return;
    const clock = this.source(document);
    const isNewlySo = clock.unsyncedNs === undefined;
    clock.unsyncedNs = BigInt(receiveTimeNs);
    if (isNewlySo)
      changes.push({
        suspect: true,
        reason: 'unsynced',
        stream: this.stream,
        source,
        shownBy: uidOf(document, this.stream),
        timeNs: clock.unsyncedNs,
        says: 'is not synchronised, as its records say'
      });
  }

  /** A TimeSyncChanged: what the clock said before is over, and this record is of neither time. */
  private wasSet(document: DocumentObject, changes: ClockChange[]): boolean {
    const quality = document.kind === 'event' ? qualityOf(document) : undefined;
    if (quality === undefined) return false;
    this.window.clear();
    const { source, receiveTimeNs } = document.provenance;
    const before = this.sources.get(source.id)?.quality;
    if (quality.isSynced && before === undefined) return true;
    const clock = this.source(document);
    clock.quality = quality.isSynced ? undefined : quality.text;
    if (clock.quality === before) return true;
    changes.push({
      suspect: !quality.isSynced,
      reason: 'quality',
      stream: this.stream,
      source,
      shownBy: uidOf(document, this.stream),
      timeNs: BigInt(receiveTimeNs),
      says: quality.isSynced ? 'is synchronised again, as it says itself' : `is ${quality.text}, as it says itself`,
      quality: quality.text
    });
    return true;
  }

  /** Sources that have sent no unsynced record for a while. */
  private restoreFlags(nowNs: bigint, shownBy: string, timeNs: bigint, changes: ClockChange[]): void {
    const forNs = BigInt(this.limits.restoreAfterMs) * 1_000_000n;
    for (const clock of this.sources.values()) {
      if (clock.unsyncedNs === undefined || nowNs - clock.unsyncedNs < forNs) continue;
      clock.unsyncedNs = undefined;
      changes.push({
        suspect: false,
        reason: 'unsynced',
        stream: this.stream,
        source: { id: clock.id, ...(clock.name === undefined ? {} : { name: clock.name }) },
        shownBy: `${shownBy}/${clock.id}`,
        timeNs,
        says: 'is no longer said to be unsynchronised'
      });
    }
  }

  private source({ provenance: { source } }: DocumentObject): SourceClock {
    const clock = this.sources.use(source.id, () => ({
      id: source.id,
      name: source.name,
      unsyncedNs: undefined,
      quality: undefined
    }));
    clock.name = source.name ?? clock.name;
    return clock;
  }

  /** Sources that are not well now. */
  get unhealthy(): SourceClock[] {
    return [...this.sources.values()].filter((clock) => !isHealthy(clock));
  }
}

import { LossAccounting } from '../../loss';
import type { LossItem } from '../../stream';
import type { RecordView } from '../../wire';
import type { BeginStreamEntry, Expected, NoticeEntry, RecordEntry } from '../log/entry';
import { Finding, Findings, Jump, MAX_KEPT, Restart, SourceTotals, StreamTotals } from './findings';
import { missingText, rangeOf, Seen, sourceOf, timesOf } from './stream-texts';

/**
 * The loss accounting of one stream, run again (docs/format.md 9): the records of the archive must come to the gaps
 * that its loss entries name.
 */
export class StreamCheck {
  private accounting = new LossAccounting();
  private incarnation: number | undefined;
  /** The incarnation that counting began in last. */
  private counted: number | undefined;
  private readonly restarts: Restart[] = [];
  /** Sources of incarnations that are over. */
  private readonly earlier: SourceTotals[] = [];
  private hasBegun = false;
  /** The archive says that the reader has forgotten its incarnation: the next begin may have a lower one. */
  isForgotten = false;
  /** One past the last record; positions rise from there. */
  private end = 0;
  /** Losses that were declared since the last record. */
  private declared: LossItem[] = [];
  /** Sources whose counting began in the middle: what was said of them before is not known here. */
  private readonly joined = new Set<string>();
  /** Losses that were taken without being borne out: what they name is stored, or before where counting began. */
  private outOfSight: LossItem[] = [];
  private records = 0;
  private first: Seen | undefined;
  private last: Seen | undefined;
  private lost = 0;
  private indeterminate = 0;
  private beforeContact = 0;
  private laps = 0;
  private skipped = 0;

  constructor(
    readonly stream: string,
    private readonly findings: Findings,
    private readonly jumps: Jump[],
    /** The beginning of the log was pruned: records may stand before the begin that was entered anew. */
    private readonly isPruned: boolean
  ) {}

  /** Counting begins here. */
  begin(entry: BeginStreamEntry, index: number): void {
    const { incarnation, cause, expected } = entry;
    if (this.incarnation !== undefined && incarnation < this.incarnation && !this.isForgotten)
      this.found(index, 'position', `the incarnation went back from ${this.incarnation} to ${incarnation}`);
    this.isForgotten = false;
    if (this.incarnation !== incarnation) this.beginLife(incarnation);
    if (this.counted !== undefined && this.counted !== incarnation && this.restarts.length < MAX_KEPT)
      this.restarts.push({ index, from: this.counted, to: incarnation });
    this.counted = incarnation;
    for (const { runId, sourceId, next } of expected) {
      const known = this.accounting.expectedSeq(BigInt(runId), sourceId);
      if (known === next && cause === 'pruned') continue;
      if (cause !== 'pruned' && BigInt(runId) > BigInt(entry.runId))
        this.lateRun(entry, { runId, sourceId, next }, index);
      if (this.hasBegun && known > 0 && known !== next && this.jumps.length < MAX_KEPT)
        this.jumps.push({ index, stream: this.stream, cause, runId, sourceId, expected: known, next });
      this.accounting.beginAt(BigInt(runId), sourceId, next);
      this.joined.add(sourceOf({ runId, sourceId }));
    }
    if (!this.hasBegun || cause !== 'pruned') this.end = 0;
    this.hasBegun = true;
  }

  /** A notice, at its place. */
  notice(entry: NoticeEntry): void {
    if (entry.kind === 'incarnation') this.beginLife(entry.to);
    else if (entry.kind === 'lap') this.laps++;
    else if (entry.kind === 'skipped') this.skipped++;
    else this.declared.push(entry);
  }

  /** A position is used again, and the archive says so. */
  reused(): void {
    this.end = 0;
  }

  /** The next record, whole. */
  record(record: RecordView, entry: RecordEntry, index: number): void {
    const { incarnation, abs } = entry;
    this.records++;
    this.last = { record, entry };
    this.first ??= this.last;
    if (!this.hasBegun || incarnation !== this.incarnation) {
      if (!this.isPruned || this.hasBegun)
        this.found(
          index,
          'begin',
          `a record of incarnation ${incarnation} without a begin of counting before it`,
          record
        );
      this.declared = [];
      return;
    }
    if (abs < this.end)
      this.found(
        index,
        'position',
        `the record stands at position ${abs}, the one before it ends at ${this.end}`,
        record
      );
    this.end = abs + record.length;
    const result = this.accounting.account(record);
    if (!result.ok) return this.found(index, 'record', result.message, record);
    if (result.kind === 'repeat')
      this.found(
        index,
        'repeat',
        `seq ${record.safeSeq} was stored before: expected ${result.expectedSeq} or above`,
        record
      );
    if (result.losses.length > 0 || this.declared.length > 0) this.compare(result.losses, record, index);
  }

  /** What the figures of this stream are. `names`: of sources, by the carriage hash of their definition. */
  totals(names: ReadonlyMap<string, ReadonlyMap<number, string>>): StreamTotals {
    const { stream, incarnation = 0, records, lost, indeterminate, beforeContact, laps, skipped, restarts } = this;
    const { first, last } = this;
    const known = names.get(last?.entry.epoch.definition ?? '');
    const sources = [...this.earlier, ...this.sources()].map((source) => {
      const name = known?.get(source.sourceId);
      return name === undefined ? source : { ...source, name };
    });
    return {
      stream,
      incarnation,
      records,
      ...(first === undefined || last === undefined ? {} : { times: { first: timesOf(first), last: timesOf(last) } }),
      lost,
      indeterminate,
      beforeContact,
      laps,
      skipped,
      restarts,
      sources
    };
  }

  /** Of the incarnation at hand. */
  private sources(): SourceTotals[] {
    const { incarnation = 0 } = this;
    return this.accounting.sources().map(({ runId, sourceId, base, next, delivered, lost }) => ({
      incarnation,
      runId,
      sourceId,
      base,
      next,
      records: delivered,
      lost
    }));
  }

  /** Sources of a run that began later count from 0: nothing may begin counting them in the middle. */
  private lateRun({ runId }: BeginStreamEntry, late: Expected, index: number): void {
    const message = `counting of a source of run ${late.runId} cannot begin at ${late.next}: run ${runId} was in force`;
    const { stream } = this;
    this.findings.add({ kind: 'begin', message, index, stream, runId: late.runId, sourceId: late.sourceId });
  }

  private beginLife(incarnation: number): void {
    if (this.incarnation === incarnation) return;
    this.earlier.push(...this.sources().slice(0, MAX_KEPT - this.earlier.length));
    this.incarnation = incarnation;
    this.accounting = new LossAccounting();
    this.joined.clear();
    this.outOfSight = [];
    this.declared = [];
    this.hasBegun = false;
    this.end = 0;
  }

  /** The losses that were declared before a record, against those that the records come to. */
  private compare(computed: readonly LossItem[], record: RecordView, index: number): void {
    const declared = this.declared;
    this.declared = [];
    const matched = new Set<LossItem>();
    for (const loss of computed) {
      if (loss.upgrade !== true) this.lost += loss.count;
      // One upgrade may name several gaps at once, where what lies between them came before the reader missed it.
      const same = declared.find((one) => this.isSame(one, loss) && (loss.upgrade === true || !matched.has(one)));
      if (same !== undefined) matched.add(same);
      if (same !== undefined) this.matched(same, loss);
      else this.found(index, 'gap-without-notice', missingText(loss), loss);
    }
    for (const loss of declared) {
      if (matched.has(loss)) continue;
      if (this.isOutOfSight(loss, record, computed)) {
        this.outOfSight.push(loss);
        if (this.outOfSight.length > MAX_KEPT) this.outOfSight.shift();
        continue;
      }
      const message = `seq ${rangeOf(loss)} are said to be lost (${loss.basis}), the records say otherwise`;
      this.found(index, 'loss-not-borne-out', message, loss);
    }
  }

  private isSame(declared: LossItem, computed: LossItem): boolean {
    if (declared.runId !== computed.runId || declared.sourceId !== computed.sourceId) return false;
    if (declared.upgrade !== computed.upgrade) return false;
    if (declared.upgrade === true ? declared.lastSeq < computed.lastSeq : declared.lastSeq !== computed.lastSeq)
      return false;
    // After an unclean stop a reader may count what it handed on before as missing: the archive has it.
    if (declared.firstSeq > computed.firstSeq) return false;
    // What the producer said before counting began here is not known: its word is taken.
    const mayKnowMore = declared.firstSeq < computed.firstSeq || this.joined.has(sourceOf(declared));
    return declared.basis === computed.basis || (mayKnowMore && declared.basis === 'authoritative');
  }

  private matched(declared: LossItem, computed: LossItem): void {
    if (declared.class === 'indeterminate' && computed.upgrade !== true) this.indeterminate += computed.count;
    // Only what lies before the first record of a source can be of before first contact.
    if (declared.class === 'before-contact' && computed.upgrade !== true && computed.firstSeq === 0) {
      this.beforeContact += computed.count;
      this.lost -= computed.count;
    }
    if (declared.firstSeq < computed.firstSeq) this.joined.add(sourceOf(declared));
  }

  /** Whether a loss speaks of what lies before counting began, or of what was stored before the reader missed it. */
  private isOutOfSight(loss: LossItem, record: RecordView, computed: readonly LossItem[]): boolean {
    if (loss.upgrade === true) {
      const isOf = (one: LossItem): boolean =>
        sourceOf(one) === sourceOf(loss) && one.firstSeq <= loss.firstSeq && one.lastSeq >= loss.lastSeq;
      return this.joined.has(sourceOf(loss)) || this.outOfSight.some(isOf);
    }
    if (loss.runId !== record.runId.toString() || loss.sourceId !== record.sourceId)
      return loss.lastSeq < this.accounting.expectedSeq(BigInt(loss.runId), loss.sourceId);
    const gap = computed.find(({ upgrade }) => upgrade !== true);
    return loss.lastSeq < (gap?.firstSeq ?? record.safeSeq + 1) && loss.lastSeq < record.safeSeq;
  }

  private found(index: number, kind: Finding['kind'], message: string, of?: RecordView | LossItem): void {
    const { stream } = this;
    const where =
      of === undefined
        ? {}
        : { runId: of.runId.toString(), sourceId: of.sourceId, seq: 'safeSeq' in of ? of.safeSeq : of.firstSeq };
    this.findings.add({ kind, message, index, stream, ...where });
  }
}

import type { BatchFacts, LossItem, NoticeItem } from '../../stream';
import type { RecordView } from '../../wire';
import { sha256Hex } from '../tree/digest';
import { Beginning, beginEntries } from './begin-stream';
import { carriedSeq } from './carried';
import type { Composer } from './compose';
import { BeginCause, BeginStreamEntry, entryBytes, EntryEpoch, Expected, noticeEntry, RecordWriter } from './entry';
import { epochsOf } from './entry-epochs';
import { forgottenText, isGap, isSeek, passedOver, seekOf, toldOf } from './reader-word';
import { followsPlace } from './ring-place';
import type { StreamTracker } from './stream-tracker';

/** The steps of one batch. */
export type Step = { readonly record: RecordView; readonly abs: number } | { readonly notice: NoticeItem };

/** One batch of one stream. */
export class BatchComposer {
  private readonly writer: RecordWriter;
  private readonly epochAt: (abs: number) => EntryEpoch;
  private readonly told: BeginStreamEntry['told'];
  private pending: NoticeItem[] = [];

  constructor(
    private readonly composer: Composer,
    private readonly tracker: StreamTracker,
    private readonly payload: Buffer,
    private readonly facts: BatchFacts,
    private readonly steps: readonly Step[]
  ) {
    this.writer = new RecordWriter(facts, payload.length);
    this.epochAt = epochsOf(facts);
    this.told = toldOf(facts);
  }

  async run(): Promise<void> {
    const { tracker, facts } = this;
    if (this.steps.length === 0 || (await this.isOfFormerLife())) return;
    this.noteForgotten();
    tracker.beginLife(facts.incarnation);
    tracker.told(this.told, this.isWhereTold);
    for (let i = 0; i < this.steps.length; i++) {
      const step = this.steps[i];
      if ('notice' in step) {
        if (!this.tracker.hasNotice(step.notice)) this.pending.push(step.notice);
        continue;
      }
      const held = tracker.held.get(step.abs);
      if (held === undefined) this.record(step.record, step.abs, i);
      else await this.heldBefore(step.record, step.abs, held, i);
    }
    this.putNotices(() => true);
  }

  /** A batch of the life of the ring before this one, which came before and comes again: all of it is held. */
  private async isOfFormerLife(): Promise<boolean> {
    const { former } = this.tracker;
    if (former?.incarnation !== this.facts.incarnation) return false;
    for (const step of this.steps) {
      if ('notice' in step) continue;
      const index = former.held.get(step.abs);
      if (index === undefined || !(await this.isHeld(index, step.record))) return false;
    }
    return true;
  }

  /** A lower incarnation: the reader's state is gone, or an older one was put back, and it counts incarnations anew. */
  private noteForgotten(): void {
    const { tracker, composer, facts } = this;
    if (tracker.incarnation === undefined || facts.incarnation >= tracker.incarnation) return;
    const text = forgottenText(facts.incarnation, tracker.incarnation);
    composer.put(composer.note('forget', text, tracker.stream));
  }

  /** A record at a position that the archive holds: the same one, or another in its place. */
  private async heldBefore(record: RecordView, abs: number, held: number, step: number): Promise<void> {
    const { tracker, composer, facts } = this;
    if (await this.isHeld(held, record)) {
      this.putNotices(() => true);
      return tracker.cameAgain(record, abs);
    }
    const text =
      `position ${abs} of incarnation ${facts.incarnation} was stored before with other bytes (entry ${held}); ` +
      'what the reader brings now follows';
    composer.put(composer.note('position-reused', text, tracker.stream));
    this.record(record, abs, step, true);
  }

  private record(record: RecordView, abs: number, step: number, isReused = false): void {
    const { tracker, composer, pending } = this;
    const epoch = this.epochAt(abs);
    if (epoch.definition !== null) composer.define(epoch.definition);
    if (pending.length > 0) this.putNotices(({ kind }) => kind === 'incarnation');
    if (!tracker.hasBegun || isReused || this.isToldElsewhere || !this.follows(abs)) this.beginAt(abs, step);
    else if (
      pending.length > 0 ||
      tracker.losses.length > 0 ||
      tracker.accounting.expectedOf(record) !== record.safeSeq
    )
      this.beginSource(record, abs);
    if (pending.length > 0) this.putNotices(() => true);
    const { start } = record;
    const index = composer.put(this.writer.entry(abs, epoch, this.payload, start, start + record.length));
    tracker.recorded(record, abs, index);
  }

  /** Is the record that the archive holds at this place the same, byte for byte? One that was pruned counts as it. */
  private async isHeld(index: number, { start, length }: RecordView): Promise<boolean> {
    const entry = await this.composer.entryAt(index);
    if (entry === undefined) return true;
    const { bytes, sha256 } = JSON.parse(Buffer.from(entry).toString('utf8')) as { bytes?: string; sha256?: string };
    const given = this.payload.subarray(start, start + length);
    return bytes === undefined ? sha256 === sha256Hex(given) : bytes === given.toString('base64');
  }

  private putNotices(which: (notice: NoticeItem) => boolean): void {
    const rest: NoticeItem[] = [];
    for (const notice of this.pending) {
      if (!which(notice)) rest.push(notice);
      else {
        this.composer.put({ bytes: entryBytes(noticeEntry(this.tracker.stream, notice)) });
        this.tracker.noticed(notice);
      }
    }
    this.pending = rest;
  }

  /** Whether the position follows what was stored, or what the notices before it say was passed over. */
  private follows(abs: number): boolean {
    const { tracker, pending } = this;
    if (this.isSought) return false;
    if (tracker.follows(abs)) return true;
    const { end } = tracker;
    tracker.end = passedOver(pending, end);
    const follows = tracker.follows(abs);
    tracker.end = end;
    return follows;
  }

  /**
   * Counting begins at this record: the reader went elsewhere, its ring began anew, or this archive was not in its way.
   */
  private beginAt(abs: number, step: number): void {
    const { tracker, facts } = this;
    const isNewLife = !tracker.hasBegun;
    const told = this.toldBegin(abs, isNewLife);
    const cause = told?.cause ?? (this.isSought ? 'seek' : 'archive-added');
    const { runId } = told ?? facts.snapshot;
    const isWhole = isNewLife && cause === 'first-contact';
    const expected = isWhole ? [] : this.expectedFrom(step, cause, BigInt(runId));
    this.begin({ number: tracker.begins + 1, cause, runId, abs }, expected);
  }

  /** What the reader says of why counting begins here; undefined where it began elsewhere, or says nothing. */
  private toldBegin(abs: number, isNewLife: boolean): Exclude<BeginStreamEntry['told'], null> | undefined {
    const { told } = this;
    if (told === null || !(isNewLife || told.cause === 'seek')) return undefined;
    // Of what was carried over nothing is known where the archive was not there before.
    if (told.cause === 'resumed' && this.tracker.carried === undefined) return undefined;
    return this.isFirstFrom(told.abs, abs) ? told : undefined;
  }

  /** The reader was told to go elsewhere since counting began last: it counts anew, also where positions go on. */
  private get isToldElsewhere(): boolean {
    const seek = seekOf(this.told);
    return seek !== undefined && this.tracker.seek !== seek;
  }

  /** Does what the reader brings begin where it was told to go? */
  private get isWhereTold(): boolean {
    const { told, steps, facts } = this;
    const first = steps.find((step) => 'record' in step || 'fromAbs' in step.notice);
    if (told === null || first === undefined) return false;
    const abs = 'record' in first ? first.abs : (first.notice as { fromAbs: number }).fromAbs;
    return followsPlace(told.abs, facts.snapshot.bufferBytes, abs);
  }

  private get isSought(): boolean {
    return this.tracker.wasSought || this.pending.some(isSeek);
  }

  /**
   * Is this the first record that the reader met from that place on? Notices that came with no record behind them were
   * stored before; after a seek backwards it may come through records that are held already.
   */
  private isFirstFrom(beganAbs: number, abs: number): boolean {
    const { tracker, facts } = this;
    const places = [beganAbs, tracker.end, tracker.noticedTo, tracker.cameAgainTo ?? 0];
    return places.some((place) => {
      const end = passedOver(this.pending, place);
      return place >= beganAbs && followsPlace(end, facts.snapshot.bufferBytes, abs);
    });
  }

  /** The seq that the reader expected next of each source of this batch, where the archive would expect another. */
  private expectedFrom(step: number, cause: BeginCause, inForce: bigint): Expected[] {
    const first = new Map<string, Expected>();
    const losses = [...this.tracker.losses, ...this.pending];
    const see = (runId: string, sourceId: number, next: number): void => {
      const key = `${runId}/${sourceId}`;
      // Of a later run every source counts from 0.
      if (!first.has(key) && BigInt(runId) <= inForce) first.set(key, { runId, sourceId, next });
    };
    for (const loss of losses) if (isGap(loss)) see(loss.runId, loss.sourceId, loss.firstSeq);
    for (const one of this.steps.slice(step)) {
      if ('record' in one) see(one.record.runId.toString(), one.record.sourceId, one.record.safeSeq);
      else if (isGap(one.notice)) see(one.notice.runId, one.notice.sourceId, one.notice.firstSeq);
    }
    return [...first.values()].flatMap((given) => this.corrected(given, cause) ?? []);
  }

  /** What is to be said of a source; undefined where the archive expects the same. */
  private corrected({ runId, sourceId, next }: Expected, cause: BeginCause): Expected | undefined {
    const { tracker } = this;
    const known = tracker.accounting.expectedSeq(BigInt(runId), sourceId);
    if (next === known) return undefined;
    const carried = cause === 'resumed' && known === 0 ? carriedSeq(tracker.carried, runId, sourceId) : undefined;
    // What came again before it the reader has counted since.
    const met = cause === 'seek' ? tracker.met.get(`${runId}/${sourceId}`) : undefined;
    const from = Math.min(next, carried ?? next, met ?? next);
    return from === known ? undefined : { runId, sourceId, next: from };
  }

  /**
   * Counting of this record's source begins here, where nothing was stored of it since counting began in the middle.
   */
  private beginSource(record: RecordView, abs: number): void {
    const { tracker } = this;
    const known = tracker.accounting.expectedOf(record);
    const runId = record.runId.toString();
    const gap = [...tracker.losses, ...this.pending].find(
      (loss) => isGap(loss) && loss.runId === runId && loss.sourceId === record.sourceId
    ) as LossItem | undefined;
    const next = gap === undefined ? record.safeSeq : gap.firstSeq;
    // A loss that begins below what is held ends where it should: the archive holds what the reader cannot know it had.
    if (next === known || (gap !== undefined && next < known && record.safeSeq >= known)) return;
    const { joined } = tracker;
    if (joined === undefined || !tracker.isUnsettled(runId, record.sourceId, known)) return;
    const expected = this.corrected({ runId, sourceId: record.sourceId, next }, joined.cause);
    const { cause, runId: inForce } = joined;
    if (expected !== undefined)
      this.begin({ number: tracker.begins, cause, runId: inForce.toString(), abs }, [expected]);
  }

  private begin(beginning: Beginning, expected: readonly Expected[]): void {
    for (const entry of beginEntries(this.facts, beginning, expected)) {
      this.composer.put({ bytes: entryBytes(entry) });
      this.tracker.began(entry);
    }
  }
}

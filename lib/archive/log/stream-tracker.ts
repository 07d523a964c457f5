import { isCount, isObject, isText, isU64Text } from '../../base';
import { LossAccounting } from '../../loss';
import type { LossItem, NoticeItem } from '../../stream';
import type { RecordView } from '../../wire';
import { Carried, carriedOn, Joined, keyOf } from './carried';
import { BeginCause, BeginStreamEntry } from './entry';
import { NO_RING, RingSeen, ringSeen } from './ring-seen';
import { pairsOf } from './flat-map';
import { HeldRecords } from './held';
import { seekOf } from './reader-word';
import { followsPlace } from './ring-place';

/** Notices whose text is remembered, of one life of a ring: one that comes again after a kill is stored once. */
const MAX_NOTICES = 1024;
/** Documents whose uid is remembered, of one stream. */
const MAX_UIDS = 20_000;

/**
 * What an archive remembers of one stream: where it stands, what it holds of the ring that can still be read, and the
 * same account of seqs that the reader keeps. Everything is learnt from entries, so that reading them again gives it
 * again.
 */
export class StreamTracker {
  /** Undefined before the first record or begin. */
  incarnation: number | undefined;
  /** How often counting has begun in this life of the ring. */
  begins = 0;
  /** One past the last record stored, or past what a lap or a skipped range ended. */
  end = 0;
  /** Bytes of the ring; what lies further back than that cannot come again. */
  capacity = Infinity;
  /** The ring as it was seen last. */
  ring: RingSeen = NO_RING;
  accounting = new LossAccounting();
  /** Where each record that may come again stands in the log. */
  readonly held = new HeldRecords();
  /** The same of the life of the ring before this one: its last batches may come again after a kill. */
  former: { readonly incarnation: number; readonly held: ReadonlyMap<number, number> } | undefined;
  /** The seek, as the reader tells it, behind which counting began last. */
  seek: string | undefined;
  /** Where notices since the last record say that reading goes on; 0: they say nothing. Not saved. */
  noticedTo = 0;
  private toldSeek: string | undefined;
  /** One past the last record that came again and was not stored for that; not saved. */
  cameAgainTo: number | undefined;
  /** Such a record lay behind the last one stored: what is stored next does not follow that one. Not saved. */
  passedHeld = false;
  /** The seq behind the last record that came again since the reader was told to go elsewhere. Not saved. */
  readonly met = new Map<string, number>();
  /** As `met`, of records that lay behind the last one stored. */
  private readonly passed = new Map<string, number>();
  /** Losses that were told since the last record. */
  losses: LossItem[] = [];
  /** Since the last record a range was skipped because the reader was told to go elsewhere. */
  wasSought = false;
  /** Counting began in the middle. */
  joined: Joined | undefined;
  /** What was known of the life of the ring before this one; undefined where the archive was not there. */
  carried: Carried | undefined;
  private notices = new Set<string>();
  private readonly uids = new Set<string>();

  constructor(readonly stream: string) {}

  /** Whether the same notice was stored in this life of the ring. */
  hasNotice(notice: NoticeItem): boolean {
    return this.notices.has(JSON.stringify(notice));
  }

  /** A notice was stored. */
  noticed(notice: NoticeItem): void {
    if (notice.kind === 'incarnation') this.beginLife(notice.to);
    this.notices.add(JSON.stringify(notice));
    if (this.notices.size > MAX_NOTICES) this.notices.delete(this.notices.values().next().value as string);
    if (notice.kind === 'loss') this.losses.push(notice);
    if (notice.kind === 'skipped' && notice.reason === 'OPENOT_SEEK') this.wasSought = true;
    if (notice.kind !== 'skipped' && notice.kind !== 'lap') return;
    this.noticedTo = Math.max(this.noticedTo, notice.toAbs);
    this.end = Math.max(this.end, notice.toAbs);
  }

  /** The ring began anew: positions and seqs say nothing any more, except what the reader carries over. */
  beginLife(incarnation: number): void {
    if (this.incarnation === incarnation) return;
    if (this.hasBegun) this.carried = carriedOn(this.known(), this.joined, this.carried, this.passed);
    if (this.incarnation !== undefined) this.former = { incarnation: this.incarnation, held: this.held.copy() };
    this.incarnation = incarnation;
    this.accounting = new LossAccounting();
    this.held.clear();
    this.notices = new Set();
    this.losses = [];
    this.end = this.noticedTo = 0;
    this.cameAgainTo = this.seek = this.toldSeek = undefined;
    this.passedHeld = this.wasSought = false;
    this.passed.clear();
    this.met.clear();
    this.begins = 0;
    this.joined = undefined;
  }

  /** Counting has begun in this life of the ring. */
  get hasBegun(): boolean {
    return this.begins > 0;
  }

  /** A begin of counting was stored, or another entry of the last one. One that says where it stands is no news. */
  began(entry: BeginStreamEntry): void {
    const { incarnation, number, cause, runId, told, expected } = entry;
    if (cause === 'pruned') return;
    this.ring = ringSeen(entry);
    this.beginLife(incarnation);
    for (const { runId: run, sourceId, next } of expected) this.accounting.beginAt(BigInt(run), sourceId, next);
    this.seek = seekOf(told);
    if (number === this.begins) return;
    this.begins = number;
    this.wasSought = false;
    const isWhole = cause === 'first-contact' && expected.length === 0;
    this.joined = isWhole ? undefined : { cause, runId: BigInt(runId), known: this.known() };
  }

  /** A record was stored as the entry of this index. */
  recorded(record: RecordView, abs: number, index: number): void {
    this.accounting.account(record);
    this.end = abs + record.length;
    this.held.add(abs, this.end, index, this.capacity);
    if (this.losses.length > 0) this.losses = [];
    this.noticedTo = 0;
    if (this.passed.size > 0) this.passed.delete(keyOf(record.runId.toString(), record.sourceId));
    this.passedHeld = this.wasSought = false;
  }

  /**
   * The reader says that it was told to go elsewhere: it has forgotten what it knew of each source. `isThere`: what it
   * brings begins at that place, so it was told to go there once more, or stands there again as if it had been.
   */
  told(told: BeginStreamEntry['told'], isThere: boolean): void {
    const seek = seekOf(told);
    if (told === null || seek === undefined || (seek === this.toldSeek && !isThere)) return;
    const isNew = seek !== this.seek || isThere;
    this.toldSeek = seek;
    this.passed.clear();
    this.met.clear();
    if (!this.hasBegun || !isNew) return;
    this.seek = undefined;
    this.joined = { cause: 'seek', runId: BigInt(told.runId), known: this.known() };
  }

  /** A record came that is held: losses before it say nothing of the next one that is stored. */
  cameAgain(record: RecordView, abs: number): void {
    this.losses = [];
    this.cameAgainTo = abs + record.length;
    const key = keyOf(record.runId.toString(), record.sourceId);
    this.met.set(key, record.safeSeq + 1);
    if (abs < this.end) return;
    this.passedHeld = true;
    this.passed.set(key, record.safeSeq + 1);
  }

  /** Does this position follow what was stored last: directly, or at the beginning of the next lap? */
  follows(abs: number): boolean {
    return !this.passedHeld && followsPlace(this.end, this.capacity, abs);
  }

  /** Has no record of this source been stored since counting began in the middle? */
  isUnsettled(runId: string, sourceId: number, next: number): boolean {
    const { joined } = this;
    return (
      joined !== undefined && BigInt(runId) <= joined.runId && (joined.known.get(keyOf(runId, sourceId)) ?? 0) === next
    );
  }

  /** Whether the document was stored before; it counts as stored from now on. */
  isKnownDocument(uid: string): boolean {
    const isKnown = this.uids.has(uid);
    this.uids.add(uid);
    if (this.uids.size > MAX_UIDS) this.uids.delete(this.uids.values().next().value as string);
    return isKnown;
  }

  /** As plain JSON. */
  toJSON(): unknown {
    const { stream, incarnation, end, capacity, accounting, former, losses, begins, wasSought } = this;
    const { joined, carried } = this;
    return {
      stream,
      ...(incarnation === undefined ? {} : { incarnation }),
      end,
      ...(Number.isFinite(capacity) ? { capacity } : {}),
      ring: this.ring,
      accounting,
      held: this.held,
      ...(former === undefined ? {} : { former: [former.incarnation, ...[...former.held].flat()] }),
      losses,
      begins,
      wasSought,
      ...(this.seek === undefined ? {} : { seek: this.seek }),
      joined: joined && { cause: joined.cause, runId: joined.runId.toString(), known: [...joined.known] },
      ...(carried === undefined ? {} : { carried: [...carried.next], carriedRun: carried.joinedRun?.toString() }),
      notices: [...this.notices],
      uids: [...this.uids]
    };
  }

  /** What `toJSON` gave; undefined where it is something else. */
  static fromJSON(value: unknown): StreamTracker | undefined {
    if (!isObject(value) || !isText(value.stream) || !isCount(value.end)) return undefined;
    const accounting = LossAccounting.fromJSON(value.accounting);
    const { incarnation, capacity, held, losses, joined, carried, carriedRun, notices, uids } = value;
    const lists = [held, losses, carried ?? [], notices, uids];
    if (!accounting.ok || !lists.every(Array.isArray)) return undefined;
    const tracker = new StreamTracker(value.stream);
    tracker.accounting = accounting.accounting;
    tracker.end = value.end;
    if (isCount(incarnation)) tracker.incarnation = incarnation;
    if (isCount(capacity)) tracker.capacity = capacity;
    if (isObject(value.ring)) tracker.ring = value.ring as unknown as RingSeen;
    tracker.held.take(pairsOf(held as number[]));
    if (Array.isArray(value.former)) {
      const [former, ...pairs] = value.former as number[];
      tracker.former = { incarnation: former, held: pairsOf(pairs) };
    }
    tracker.losses = losses as LossItem[];
    tracker.begins = isCount(value.begins) ? value.begins : 0;
    tracker.wasSought = value.wasSought === true;
    tracker.seek = isText(value.seek) ? value.seek : undefined;
    if (carried !== undefined)
      tracker.carried = {
        next: new Map(carried as [string, number][]),
        joinedRun: isU64Text(carriedRun) ? BigInt(carriedRun) : undefined
      };
    tracker.notices = new Set(notices as string[]);
    for (const uid of uids as string[]) tracker.uids.add(uid);
    if (isObject(joined) && isU64Text(joined.runId))
      tracker.joined = {
        cause: joined.cause as BeginCause,
        runId: BigInt(joined.runId),
        known: new Map(joined.known as [string, number][])
      };
    return tracker;
  }

  private known(): Map<string, number> {
    return new Map(this.accounting.sources().map(({ runId, sourceId, next }) => [keyOf(runId, sourceId), next]));
  }
}

import { isCount, isObject, isText, isU64Text } from '../../base';
import { LossAccounting } from '../../loss';
import type { LossItem, NoticeItem } from '../../stream';
import type { RecordView } from '../../wire';
import { BeginCause, BeginStreamEntry } from './entry';

/** Notices whose text is remembered, of one life of a ring: one that comes again after a kill is stored once. */
const MAX_NOTICES = 1024;
/** Documents whose uid is remembered, of one stream. */
const MAX_UIDS = 20_000;

/** A source of a run, as text. */
const keyOf = (runId: string, sourceId: number): string => `${runId}/${sourceId}`;

/** How far the sources of a life of the ring had come. */
interface Carried {
  /** The seq expected next, by source. */
  readonly next: ReadonlyMap<string, number>;
  /** Up to this run other sources may have begun in the middle; undefined: all counted from 0. */
  readonly joinedRun: bigint | undefined;
}

/**
 * What an archive remembers of one stream: where it stands, what it holds of the ring that can still be read, and the
 * same account of seqs that the reader keeps. Everything is learnt from entries, so that reading them again gives it
 * again.
 */
export class StreamTracker {
  /** Undefined before the first record or begin. */
  incarnation: number | undefined;
  /** Counting has begun in this life of the ring. */
  hasBegun = false;
  /** One past the last record stored, or past what a lap or a skipped range ended. */
  end = 0;
  /** Bytes of the ring; what lies further back than that cannot come again. */
  capacity = Infinity;
  accounting = new LossAccounting();
  /** Where each record that may come again stands in the log, by its position. */
  readonly held = new Map<number, number>();
  /** The same of the life of the ring before this one: its last batches may come again after a kill. */
  former: { readonly incarnation: number; readonly held: ReadonlyMap<number, number> } | undefined;
  /** The seek, as the reader tells it, behind which counting began last. */
  seek: string | undefined;
  /** One past the last record that came again and was not stored for that; not saved. */
  cameAgainTo: number | undefined;
  /** Losses that were told since the last record. */
  losses: LossItem[] = [];
  /** Since the last record a range was skipped because the reader was told to go elsewhere. */
  wasSought = false;
  /** Counting began in the middle: what was known of each source then, and the run up to which that holds. */
  joined:
    { readonly cause: BeginCause; readonly runId: bigint; readonly known: ReadonlyMap<string, number> } | undefined;
  /** What was known of the life of the ring before this one; undefined where the archive was not there. */
  private carried: Carried | undefined;
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
    if (notice.kind === 'skipped' || notice.kind === 'lap') this.end = Math.max(this.end, notice.toAbs);
  }

  /** The ring began anew: positions and seqs say nothing any more, except what the reader carries over. */
  beginLife(incarnation: number): void {
    if (this.incarnation === incarnation) return;
    if (this.hasBegun) this.carried = this.carriedOn();
    if (this.incarnation !== undefined) this.former = { incarnation: this.incarnation, held: new Map(this.held) };
    this.incarnation = incarnation;
    this.accounting = new LossAccounting();
    this.held.clear();
    this.notices = new Set();
    this.losses = [];
    this.end = 0;
    this.cameAgainTo = this.seek = undefined;
    this.hasBegun = false;
    this.joined = undefined;
    this.wasSought = false;
  }

  /**
   * A begin of counting was stored. `runId`: the run in force then; undefined where every source counts from 0. One
   * that follows what was stored tells of a source that is met later than others: for those it changes nothing.
   */
  began({ incarnation, cause, abs, expected }: BeginStreamEntry, runId: bigint | undefined): void {
    this.beginLife(incarnation);
    for (const { runId: run, sourceId, next } of expected) this.accounting.beginAt(BigInt(run), sourceId, next);
    if (this.hasBegun && this.joined !== undefined && !this.wasSought && this.follows(abs)) return;
    this.hasBegun = true;
    this.wasSought = false;
    this.joined = runId === undefined ? undefined : { cause, runId, known: this.known() };
  }

  /** A record was stored as the entry of this index. */
  recorded(record: RecordView, abs: number, index: number): void {
    this.accounting.account(record);
    this.end = abs + record.length;
    this.held.delete(abs);
    this.held.set(abs, index);
    if (this.losses.length > 0) this.losses = [];
    this.wasSought = false;
    const oldest = this.end - this.capacity;
    for (const position of this.held.keys()) {
      if (position >= oldest) break;
      this.held.delete(position);
    }
  }

  /** Does this position follow what was stored last: directly, or at the beginning of the next lap? */
  follows(abs: number): boolean {
    if (abs === this.end) return true;
    return (
      abs > this.end && abs - this.end < this.capacity && abs % this.capacity === 0 && abs - this.capacity < this.end
    );
  }

  /** Has no record of this source been stored since counting began in the middle? */
  isUnsettled(runId: string, sourceId: number, next: number): boolean {
    const { joined } = this;
    return (
      joined !== undefined && BigInt(runId) <= joined.runId && (joined.known.get(keyOf(runId, sourceId)) ?? 0) === next
    );
  }

  /** Something is known of the life of the ring before this one. */
  knowsLifeBefore(incarnation: number): boolean {
    return this.carried !== undefined || (this.hasBegun && this.incarnation !== incarnation);
  }

  /** Where a source goes on that the reader carried over into this life of its ring; undefined where not known. */
  carriedOf(runId: string, sourceId: number): number | undefined {
    const { carried } = this;
    if (carried === undefined) return undefined;
    const isFromZero = carried.joinedRun === undefined || BigInt(runId) > carried.joinedRun;
    return carried.next.get(keyOf(runId, sourceId)) ?? (isFromZero ? 0 : undefined);
  }

  /**
   * A begin that was learnt from an entry does not say of which runs sources begin in the middle: no later ones than
   * this.
   */
  limitJoined(cause: BeginCause | undefined, runId: bigint): void {
    const { joined } = this;
    if (joined !== undefined && runId < joined.runId && (cause === undefined || cause === joined.cause))
      this.joined = { ...joined, runId };
  }

  private carriedOn(): Carried {
    const { joined, carried } = this;
    if (joined?.cause !== 'resumed' || carried === undefined) return { next: this.known(), joinedRun: joined?.runId };
    return { next: new Map([...carried.next, ...this.known()]), joinedRun: carried.joinedRun };
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
    const { stream, incarnation, end, capacity, accounting, former, losses, hasBegun, wasSought } = this;
    const { joined, carried } = this;
    return {
      stream,
      ...(incarnation === undefined ? {} : { incarnation }),
      end,
      ...(Number.isFinite(capacity) ? { capacity } : {}),
      accounting,
      held: [...this.held].flat(),
      ...(former === undefined ? {} : { former: [former.incarnation, ...[...former.held].flat()] }),
      losses,
      hasBegun,
      wasSought,
      ...(this.seek === undefined ? {} : { seek: this.seek }),
      ...(joined === undefined
        ? {}
        : { joined: { cause: joined.cause, runId: joined.runId.toString(), known: [...joined.known] } }),
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
    for (const [abs, index] of pairsOf(held as number[])) tracker.held.set(abs, index);
    if (Array.isArray(value.former)) {
      const [former, ...pairs] = value.former as number[];
      tracker.former = { incarnation: former, held: pairsOf(pairs) };
    }
    tracker.losses = losses as LossItem[];
    tracker.hasBegun = value.hasBegun === true;
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

/** A map out of its keys and values in turn. */
function pairsOf(flat: readonly number[]): Map<number, number> {
  const pairs = new Map<number, number>();
  for (let i = 0; i + 1 < flat.length; i += 2) pairs.set(flat[i], flat[i + 1]);
  return pairs;
}

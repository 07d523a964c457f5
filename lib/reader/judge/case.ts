import { LapItem, NoticeItem, IncarnationItem } from '../../stream';
import { ReadHint } from '../observe/read-size';
import { AcceptedControl } from '../observe/seqlock';
import { SavedState } from '../progress/saved-state';
import { ReaderError } from '../status';
import { AcceptBounds, BadPlace } from './accept-records';
import { AnchorCheck } from './anchor';
import { knownOf } from './apply';
import { Change, Decision, Limits } from './decision';
import { Gathering } from './gathering';
import { withHead } from './head-history';
import { Observation, Seen } from './observation';
import { PollEnd } from './poll-end';
import { RingPosition } from './ring-position';
import { ANCHORED, Doubts, Following, NewIncarnation, NO_DOUBTS, RingState } from './ring-state';
import { pauseOf, Streak, TOLD_AFTER_MS } from './streak';

/**
 * The working paper of one decision: the rules write on it in their order, nobody else ever sees it. The state and the
 * observation it was given stay as they are.
 */
export class Case {
  readonly gathering: Gathering;
  readonly hints: ReadHint[] = [];
  readonly errors: ReaderError[] = [];
  isReread = false;
  private begin: SavedState | undefined;
  private set: Partial<Following> = {};
  private change: Change | undefined;
  /** What the rules behind the control block's go by: set once it is believed. */
  control!: AcceptedControl;
  anchor!: AnchorCheck;
  isCorrected = false;
  bounds!: AcceptBounds;
  /** lostCount of the image accepted before this one: what a lap counts from where nothing better is known. */
  lostCountBefore = 0;
  /** Where the records ended at something that cannot be handed on. */
  bad: BadPlace | undefined;

  constructor(
    readonly state: RingState,
    readonly observation: Observation,
    readonly limits: Limits
  ) {
    this.gathering = new Gathering(limits.settings.maxInFlight - limits.inFlight);
  }

  /** The observation of a ring that was read. */
  get seen(): Seen {
    if (this.observation.kind !== 'seen') throw new Error('the ring was not looked at');
    return this.observation;
  }

  /** The control block that was seen, where no rule before this one had a reason not to take it. */
  get accepted(): AcceptedControl {
    const { control } = this.seen;
    if (control.kind !== 'accepted') throw new Error('no control block was accepted');
    return control;
  }

  /** What is known of the ring, with what this decision changed so far. */
  get now(): Following {
    const known = knownOf(this.state);
    if (known === undefined) throw new Error('the ring was never seen');
    return { ...known, ...this.set };
  }

  get position(): RingPosition {
    return this.set.position ?? this.now.position;
  }

  follow(set: Partial<Following>): void {
    Object.assign(this.set, set);
  }

  /** One suspicion has a new value, or none any more. */
  doubt(doubts: Partial<Doubts>): void {
    this.follow({ doubts: { ...this.now.doubts, ...doubts } });
  }

  /** The same again after a pause, told when it has lasted. */
  wait(streak: Streak | undefined, trouble: ReaderError): PollEnd {
    const ms = pauseOf(streak, this.limits.settings.intervalMs);
    return (streak?.ms ?? 0) < TOLD_AFTER_MS ? { kind: 'soon', ms } : { kind: 'soon', ms, trouble };
  }

  /** First contact with a ring. */
  firstContact(following: Following, save: SavedState): void {
    this.change = { kind: 'begin', following };
    this.begin = save;
  }

  /**
   * The ring began anew. Where the last record handed on still stands in it, nothing before it is handed on again. As
   * long as batches of its former life are on their way it waits, so that no saved state stands across.
   */
  newIncarnation(next: NewIncarnation): PollEnd {
    const { state, gathering, limits } = this;
    const isDrained = state.phase === 'ending' && state.isDrained;
    if (!isDrained && (limits.inFlight > 0 || !gathering.isEmpty)) {
      this.change = { kind: 'end', set: this.set, next };
      return { kind: 'drain' };
    }
    const { base, confirmed } = next.control;
    const { snapshot } = base;
    const before = this.now;
    const from = before.position.incarnation;
    const goesOn = this.goesOn(next);
    const position = before.position.draft();
    if (goesOn) position.goOnAnew(base, next.reason === 'seq');
    else position.beginAnew(base, snapshot.oldestAbs);
    const pending: (IncarnationItem | LapItem)[] = [
      { kind: 'incarnation', from, to: position.incarnation, reason: next.reason }
    ];
    // What the new life overwrote before it was read.
    if (!goesOn && snapshot.lostCount > 0)
      pending.push({ kind: 'lap', fromAbs: 0, toAbs: position.cursor, lostCountDelta: snapshot.lostCount });
    // The number of an incarnation is part of its records' identity: saved before the first of them is handed on.
    this.begin = { ...position.toSaved(), pending };
    for (const notice of pending) this.note(notice, position.cursor);
    if (confirmed) position.epochs.observeSnapshot(snapshot);
    const heads = withHead([], limits.settings.rereadMs, snapshot.headAbs, this.doneMs);
    const fresh = {
      doubts: NO_DOUBTS,
      trust: ANCHORED,
      wasAnchored: true,
      lappedOutOfSight: false,
      search: undefined,
      learnt: {},
      heads
    };
    this.change = { kind: 'begin', following: { ...before, ...fresh, position, last: base } };
    return { kind: 'more' };
  }

  /** The last record handed on stands in the new life as well: the same bytes under new counters. */
  private goesOn({ control: { base }, anchor, reason }: NewIncarnation): boolean {
    const { position } = this;
    // The ring may have begun anew long before its seqs gave it away: what was read since then is read again.
    if (reason === 'seq' && this.now.lappedOutOfSight) return false;
    const { bufferBytes, headAbs } = base.snapshot;
    return (
      anchor === 'stands' &&
      base.bufferId === position.bufferId &&
      bufferBytes === position.capacity &&
      headAbs >= position.cursor
    );
  }

  note(notice: NoticeItem, beforeAbs: number): void {
    this.gathering.note(notice, beforeAbs);
  }

  /** The decision that the paper holds. What was gathered goes out with it, also where it is only notices. */
  decided(row: string, then: PollEnd): Decision {
    const isUntouched = Object.keys(this.set).length === 0;
    const change = this.change ?? (isUntouched ? { kind: 'none' } : { kind: 'follow', set: this.set });
    if (!this.gathering.isEmpty) {
      const { position, last } = change.kind === 'begin' ? change.following : this.now;
      this.gathering.close(position, last);
    }
    const { hints, errors, isReread, begin, gathering } = this;
    return { row, change, then, effects: { hints, errors, isReread, begin, batches: gathering.batches } };
  }

  /** When all that was observed had come. */
  get doneMs(): number {
    return this.observation.kind === 'unread' ? 0 : this.observation.doneMs;
  }
}

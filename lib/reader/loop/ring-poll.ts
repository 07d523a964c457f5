import { NoticeItem } from '../../stream';
import { RingFacts, Transport } from '../../transport/transport';
import { apply, drained, isSuspected, knownOf, outOfSight } from '../judge/apply';
import { decide } from '../judge/decide';
import { Decision, Limits } from '../judge/decision';
import { followingFrom } from '../judge/first-contact';
import { Gathering } from '../judge/gathering';
import { Observation } from '../judge/observation';
import { PollEnd } from '../judge/poll-end';
import { RingPosition } from '../judge/ring-position';
import { RingState } from '../judge/ring-state';
import { checkSeek, SeekRefusal, seekRing, SeekTarget } from '../judge/seek';
import { longer, pauseOf, Streak } from '../judge/streak';
import { seekUnsaved } from '../judge/troubles';
import { PlausibleSample } from '../observe/control-sample';
import { RingObserver } from '../observe/observer';
import { Checkpoints } from '../progress/checkpoints';
import { Outbox } from '../progress/outbox';
import { ReaderSettings } from '../settings';
import { LookCounters, ReaderError, ReaderTotals } from '../status';
import { silence } from './heartbeat';

/** What the polls of one ring are made of. */
export interface PollParts {
  readonly transport: Transport;
  readonly settings: ReaderSettings;
  readonly pause: (ms: number) => Promise<void>;
  readonly nowNs: () => bigint;
  readonly nowMs: () => number;
  readonly totals: ReaderTotals;
  readonly looks: LookCounters;
  readonly checkpoints: Checkpoints;
  /** Number of the incarnation that a first contact begins: none that was given out before. */
  readonly firstIncarnation: number;
  readonly onError: (error: ReaderError) => void;
}

/**
 * Polls in a row that may come no further before there is a pause: the sample of the next one may be all that was
 * missing.
 */
const FRUITLESS_POLLS = 2;

/** One ring, poll after poll: observe, decide, apply, carry out. Batches wait in `outbox`. */
export class RingPoll {
  readonly outbox: Outbox;
  private readonly observer: RingObserver;
  private state: RingState;
  /** Seen by a look that decided nothing, until something is decided. */
  private seen: PlausibleSample | undefined;
  /** Polls that asked for more and came no further. */
  private fruitless: Streak | undefined;
  /** Since when the batches of the former life are waited for, while the ring begins anew. */
  private drainSinceMs: number | undefined;
  /** When the controller's last record came, or it could be seen again; monotonic milliseconds. */
  private newsMs: number | undefined;
  /** As `atHeadNs`, while its batches may still wait; and once they do not. */
  private lookedNs: bigint | undefined;
  private handedOnNs: bigint | undefined;

  constructor(private readonly parts: PollParts) {
    this.state = { phase: 'unknown', firstIncarnation: parts.firstIncarnation };
    this.observer = new RingObserver({ ...parts, counters: parts.looks });
    this.outbox = new Outbox(parts.totals, parts.checkpoints);
  }

  /** Number of the incarnation that a first contact with this ring begins. */
  get firstIncarnation(): number {
    return this.parts.firstIncarnation;
  }

  /** Where the ring is read; undefined before first contact. */
  get position(): RingPosition | undefined {
    return knownOf(this.state)?.position;
  }

  /** The control block that the last batch or status speaks of. */
  get latest(): PlausibleSample | undefined {
    return this.seen ?? knownOf(this.state)?.last;
  }

  /** The images of late were not confirmed by a second reading. */
  get unconfirmed(): boolean {
    return this.observer.isUnconfirmed;
  }

  /**
   * When the last confirmed look began at which the cursor was at head, and what it had found is handed on; by the
   * clock of the host.
   */
  get atHeadNs(): bigint | undefined {
    if (this.outbox.batches.length === 0) this.handedOnNs = this.lookedNs;
    return this.handedOnNs;
  }

  /** Goes on from a saved state. `anchorDiffers` = when it was saved, the ring looked like another one. */
  resume(position: RingPosition, pending: readonly NoticeItem[], anchorDiffers = false): void {
    const { parts } = this;
    const following = followingFrom(position, position.image, parts.nowMs());
    const anchor = { streak: longer(undefined, parts.nowMs()), seqlock: position.image.seqlock, isUnexplained: true };
    this.state = anchorDiffers ? { ...following, doubts: { anchor } } : following;
    parts.checkpoints.suspect(anchorDiffers);
    const gathering = new Gathering(Infinity);
    for (const notice of pending) gathering.note(notice, position.cursor);
    gathering.close(position, position.image);
    for (const batch of gathering.batches) this.outbox.add(batch, this.observer.receiveTimeNs);
  }

  /** The controller wrote nothing for longer than it promised, as far as can be seen. */
  silence(nowMs: number): ReaderError | undefined {
    return this.position === undefined ? undefined : silence(this.position.heartbeats, this.newsMs, nowMs);
  }

  /** When the batches of the ring's former life began to be waited for; monotonic milliseconds. */
  drainingSince(): number {
    return (this.drainSinceMs ??= this.parts.nowMs());
  }

  /** What was handed on of the ring's former life is settled, or never will be. */
  goOnDrained(): void {
    this.state = drained(this.state);
  }

  /** The transport was connected anew. */
  connected(facts: RingFacts): void {
    this.observer.connected(facts);
    this.state = outOfSight(this.state);
    this.newsMs = this.parts.nowMs();
  }

  /**
   * One poll. The same again at once only where the one before brought something: what stays as it is would be read
   * without a pause.
   */
  async poll(): Promise<PollEnd> {
    const { parts, observer } = this;
    const before = this.place();
    parts.looks.polls++;
    const isDraining = this.state.phase === 'ending' && !this.state.isDrained && parts.checkpoints.inFlight > 0;
    this.handedOnNs = this.atHeadNs;
    const askedNs = parts.nowNs();
    const observation = await observer.observe(this.state, isDraining);
    const end = this.carryOut(decide(this.state, observation, this.limits()));
    if (isAtHead(this.state, observation)) this.lookedNs = askedNs;
    if (end.kind !== 'more' || this.place() !== before) {
      this.fruitless = undefined;
      return end;
    }
    this.fruitless = longer(this.fruitless, parts.nowMs());
    if (this.fruitless.times <= FRUITLESS_POLLS) return end;
    return { kind: 'soon', ms: pauseOf(this.fruitless, parts.settings.intervalMs) };
  }

  /**
   * Goes on at `to`, between oldest and head: forward as a skipped range, backward so that records come again. Only
   * while the ring is the one we know; with nothing known it is a first contact there.
   */
  async seek(to: SeekTarget, reason?: string): Promise<PollEnd | SeekRefusal> {
    const { parts, observer } = this;
    parts.looks.polls++;
    const observation = await observer.observeControl(this.latest);
    const check = checkSeek(this.state, observation, this.limits(), to);
    if ('row' in check) return this.carryOut(check);
    if (check.kind === 'outside') return check;
    const { anchorAbs: abs } = check;
    const found = abs === undefined ? undefined : await observer.readAnchor(abs, this.position?.capacity ?? 0);
    const decision = seekRing(this.state, observation, this.limits(), to, { abs, found, reason });
    if ('kind' in decision) return decision;
    // Behind a batch that is not handed on yet the cursor says too much.
    if (this.outbox.batches.length > 0) return { kind: 'outside', error: seekUnsaved() };
    observer.receiveTimeNs = parts.nowNs();
    parts.checkpoints.clear();
    return this.carryOut(decision);
  }

  /** Looks at the control block alone, for the status: nothing is decided, and nothing of the state changes. */
  async look(): Promise<PollEnd> {
    const { parts, observer } = this;
    parts.looks.polls++;
    const observation = await observer.observeControl(this.latest);
    if (observation.kind === 'unread')
      return observation.isSmaller ? { kind: 'more' } : { kind: 'failed', error: observation.error };
    if (observation.kind === 'seen' && observation.control.kind === 'accepted') this.seen = observation.control.base;
    return { kind: 'idle' };
  }

  private limits(): Limits {
    const { settings, checkpoints } = this.parts;
    return { settings, inFlight: checkpoints.inFlight };
  }

  private carryOut({ change, effects, then }: Decision): PollEnd {
    const { parts, outbox, observer } = this;
    this.seen = undefined;
    this.state = apply(this.state, change);
    if (this.state.phase !== 'ending') this.drainSinceMs = undefined;
    observer.resize(effects.hints);
    if (effects.isReread) parts.looks.reread++;
    for (const error of effects.errors) parts.onError(error);
    parts.checkpoints.suspect(isSuspected(this.state));
    if (effects.begin !== undefined) parts.checkpoints.begin(effects.begin);
    for (const batch of effects.batches) {
      if (batch.records > 0) this.newsMs = parts.nowMs();
      outbox.add(batch, observer.receiveTimeNs);
    }
    return then;
  }

  private place(): string {
    const known = knownOf(this.state);
    return `${known?.position.incarnation}/${known?.position.cursor}/${known?.search?.abs}/${this.observer.sizes}`;
  }
}

/** Everything is handed on up to the head that a confirmed look has shown, and nothing is suspected of the ring. */
function isAtHead(state: RingState, observation: Observation): boolean {
  if (state.phase !== 'following' || observation.kind !== 'seen') return false;
  const { position, last, doubts } = state;
  if (doubts.restart !== undefined || doubts.anchor !== undefined) return false;
  const { control } = observation;
  if (control.kind === 'same') return position.cursor === last.snapshot.headAbs;
  return control.kind === 'accepted' && control.confirmed && position.cursor === control.base.snapshot.headAbs;
}

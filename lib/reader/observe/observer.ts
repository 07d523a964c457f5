import { RingFacts, Transport, TransportError } from '../../transport/transport';
import { checkAnchor } from '../judge/anchor';
import { Observation, Seen } from '../judge/observation';
import { Following, RingState } from '../judge/ring-state';
import { ReaderSettings } from '../settings';
import { LookCounters } from '../status';
import { ControlSample, PlausibleSample, sameImage, takeSample } from './control-sample';
import { lapTail, windowAsk } from './read-plan';
import { freshSize, ReadHint, ReadSize, sizeAfter, smallerSize } from './read-size';
import { RingReads, WindowRead } from './ring-reads';
import { ConfirmationRun, ControlOutcome, counted, nextSample, NO_RUN } from './seqlock';
import { FlatWindow, sameBytes } from './window';

/** What an observer is given. */
export interface ObserverParts {
  readonly transport: Transport;
  readonly settings: ReaderSettings;
  readonly counters: LookCounters;
  readonly pause: (ms: number) => Promise<void>;
  readonly nowNs: () => bigint;
  readonly nowMs: () => number;
}

/** Reads in a row that bring less than was asked for, before the control block is looked at alone. */
const SHORT_READS = 2;

/** The reader's I/O: looks at the ring as the state asks for, and decides nothing about what it sees. */
export class RingObserver {
  /** When the window of the latest observation had come, nanoseconds since the Unix epoch. */
  receiveTimeNs = 0n;
  private readonly reads: RingReads;
  private size: ReadSize;
  private facts: RingFacts | undefined;
  private run: ConfirmationRun = NO_RUN;
  /** Reads in a row that brought less than was asked for. */
  private shortReads = 0;

  constructor(private readonly parts: ObserverParts) {
    this.reads = new RingReads(parts.transport, parts.counters);
    this.size = freshSize(parts.settings);
  }

  /** The images of late were not confirmed by a second reading. */
  get isUnconfirmed(): boolean {
    return this.run.isUnconfirmed;
  }

  /** What is asked for at once, as a word: where it changes, the next observation may bring something new. */
  get sizes(): string {
    return `${this.size.window}/${this.size.perRead}`;
  }

  /** The transport was connected anew. */
  connected(facts: RingFacts): void {
    this.facts = facts;
    this.size = freshSize(this.parts.settings, this.size.tookMs);
  }

  /** What the records of the latest window say about the size of the next one. */
  resize(hints: readonly ReadHint[]): void {
    for (const hint of hints) this.size = sizeAfter(this.size, hint, this.parts.settings);
  }

  /**
   * Everything that a decision about this state needs of the ring, one Read after the other. `isDraining` = of a ring
   * that began anew batches are still waited for: then it need not be looked at.
   */
  async observe(ring: RingState, isDraining: boolean): Promise<Observation> {
    const { parts } = this;
    if (ring.phase === 'unknown') return this.observeControl();
    if (ring.phase === 'ending' && isDraining) return { kind: 'unasked', doneMs: parts.nowMs() };
    const state = ring.phase === 'ending' ? { ...ring.following, search: undefined } : ring;
    const askedMs = parts.nowMs();
    const read = this.fits(state) ? await this.readWindow(state) : await this.controlForSize(state);
    if (!read.ok) return this.failed(read);
    this.size = { ...this.size, tookMs: parts.nowMs() - askedMs };
    this.receiveTimeNs = parts.nowNs();
    const { samples, window, anchor } = read;
    const base = { kind: 'seen' as const, askedMs, first: samples[0], window, anchor, facts: this.facts };
    // The one Read of a quiet ring: an image known already needs no second look when there is nothing to verify.
    if (ring.phase === 'following' && isQuiet(state, samples[0], anchor)) {
      this.run = counted(this.run, true);
      return { ...base, control: { kind: 'same' }, tailFreshUntil: 0, doneMs: parts.nowMs() };
    }
    const tailFreshUntil = await this.readTailAgain(state, window, samples);
    if (typeof tailFreshUntil === 'object') return this.failed(tailFreshUntil);
    const control = await this.settle(samples, state.last);
    if (control.kind === 'failed') return this.failed(control.error);
    return { ...base, control, tailFreshUntil, doneMs: parts.nowMs() };
  }

  /** The control block alone. `last` = the one accepted last, where there is one. */
  async observeControl(last?: PlausibleSample): Promise<Observation> {
    const askedMs = this.parts.nowMs();
    const read = await this.reads.control();
    if (!read.ok) return this.failed(read);
    const samples = [takeSample(read.bytes)];
    const control = await this.settle(samples, last);
    if (control.kind === 'failed') return this.failed(control.error);
    const window = new FlatWindow(0, 0);
    const seen: Seen = {
      kind: 'seen',
      askedMs,
      doneMs: this.parts.nowMs(),
      control,
      first: samples[0],
      window,
      anchor: undefined,
      tailFreshUntil: 0,
      facts: this.facts
    };
    return seen;
  }

  /** The four bytes at `anchorAbs`; undefined where they could not be read. */
  async readAnchor(anchorAbs: number, capacity: number): Promise<number | undefined> {
    const { perRead } = this.size;
    const read = await this.reads.window({
      fromAbs: anchorAbs + 4,
      length: 4,
      capacity,
      perRead,
      twice: false,
      anchorAbs
    });
    return read.ok ? read.anchor : undefined;
  }

  private readWindow(state: Following): Promise<WindowRead | TransportError> {
    const twice = this.parts.settings.verify === 'sameCall';
    return this.reads.window(windowAsk(state, this.size, { twice, lookFirst: this.facts?.lookFirst === true }));
  }

  /**
   * False where the ring that is read may be smaller than the one that is known: a Read beyond its end would bring
   * nothing, not even the sample that tells.
   */
  private fits({ position }: Following): boolean {
    const ringBytes = this.facts?.ringBytes;
    return this.shortReads < SHORT_READS && (ringBytes === undefined || ringBytes >= position.capacity);
  }

  private async controlForSize({ position }: Following): Promise<WindowRead | TransportError> {
    this.shortReads = 0;
    const read = await this.reads.control();
    if (!read.ok) return read;
    return { ok: true, samples: [takeSample(read.bytes)], window: new FlatWindow(position.cursor, 0) };
  }

  /**
   * Where the end of the ring lies among bytes that may be older than their head, the confirming sample brings the last
   * part of the lap once more: a zero byte that is still there after the next lap's beginning was read marks a real
   * gap. The same number of Reads. Only compared, never taken: no sample was certainly taken after these bytes, so they
   * may already be those of the next lap. The position up to which it is the same; 0 where there is no such place.
   */
  private async readTailAgain(
    state: Following,
    window: FlatWindow,
    samples: ControlSample[]
  ): Promise<number | TransportError> {
    const tail = lapTail(samples[0], state, window, this.size.perRead);
    if (tail === undefined) return 0;
    const { fromAbs, length } = tail;
    const again = await this.reads.again(fromAbs, length, state.position.capacity);
    if (!again.ok) return again;
    samples.push(...again.samples);
    return sameBytes(window.from(fromAbs).subarray(0, length), again.window.bytes) ? fromAbs + length : 0;
  }

  /** Goes on from the samples that came with the window until there is an outcome. */
  private async settle(
    samples: ControlSample[],
    last: PlausibleSample | undefined
  ): Promise<ControlOutcome | { readonly kind: 'failed'; readonly error: TransportError }> {
    const { settings, counters, pause } = this.parts;
    const start = { given: samples.length, last, maxSamples: settings.maxLooks, run: this.run };
    for (;;) {
      const next = nextSample(samples, start);
      if (next.do === 'done') {
        const { outcome } = next;
        counters.repeated += Math.max(0, samples.length - 2);
        if (outcome.kind !== 'accepted') return outcome;
        if (!outcome.confirmed) counters.unconfirmed++;
        this.run = counted(this.run, outcome.confirmed);
        return outcome;
      }
      if (next.pauseMs > 0) await pause(next.pauseMs);
      const read = await this.reads.control();
      if (!read.ok) return { kind: 'failed', error: read };
      samples.push(takeSample(read.bytes));
    }
  }

  private failed(error: TransportError): Observation {
    this.shortReads = error.code === 'OPENOT_READ_LENGTH' ? this.shortReads + 1 : 0;
    const smaller = error.remedy === 'smaller' ? smallerSize(this.size, this.parts.settings) : undefined;
    if (smaller !== undefined) this.size = smaller;
    return { kind: 'unread', error, isSmaller: smaller !== undefined };
  }
}

/** Nothing of the control block is new, everything up to head was read, and the last record stands where it stood. */
function isQuiet({ position, last, search }: Following, sample: ControlSample, anchor: number | undefined): boolean {
  if (search !== undefined || position.cursor < last.snapshot.headAbs || !sameImage(sample, last)) return false;
  return checkAnchor(position, anchor, last.snapshot.oldestAbs) !== 'differs';
}

import { errorText } from '../../base';
import type { OpenotCode } from '../../base/codes';
import { Clock } from '../ports';
import { RingPoll } from './ring-poll';
import { SourceTimes } from '../progress/source-times';
import { ReaderSettings } from '../settings';
import { LookCounters, ReaderError, ReaderState, ReaderStatus, ReaderTotals, StatusFacts } from '../status';

/** State, counters and troubles of one reader, and when to speak of them. */
export class StatusBoard {
  state: ReaderState = 'stopped';
  about: readonly string[] = [];
  readonly totals: ReaderTotals = {
    records: 0,
    bytes: 0,
    lost: 0,
    indeterminate: 0,
    beforeContact: 0,
    laps: 0,
    skipped: 0,
    incarnations: 0
  };
  readonly looks: LookCounters = { polls: 0, reads: 0, repeated: 0, unconfirmed: 0, reread: 0 };
  /** Up to which source time each source was handed on. */
  readonly sourceTimes = new SourceTimes();
  detail = '';
  code: OpenotCode | undefined;
  private changed = true;
  private lastReportMs = -Infinity;
  private ring: RingPoll | undefined;
  private inFlight = 0;
  private silentMs = 0;
  /** When a poll last ended well; the lag is true only for a while after that. */
  private lookedMs: number | undefined;
  /** The last status was not taken: said once. */
  private deaf = false;
  private readonly sinceNs: string;
  /** There is no saved state: the ring will have the name that the settings give it. */
  isFirstContact = false;

  constructor(
    private readonly clock: Clock,
    private readonly settings: Pick<ReaderSettings, 'stream' | 'statusIntervalMs' | 'slowIntervalMs'>,
    private readonly onStatus: ((status: ReaderStatus, facts: StatusFacts) => void) | undefined,
    private readonly onError: ((error: ReaderError) => void) | undefined
  ) {
    this.sinceNs = String(clock.nowNs());
  }

  /** A state without trouble. */
  set(state: ReaderState, detail: string): void {
    this.change(state, detail, undefined);
  }

  /** The link is tried: what it failed of last stays to be seen until it stands. */
  connecting(): void {
    if (this.state !== 'outage' && this.state !== 'refused') this.set('connecting', '');
  }

  /** Nothing is done now: what was wrong last stays to be seen. */
  rest(state: 'paused' | 'idle'): void {
    const isTrouble = this.code !== undefined;
    this.change(isTrouble && state === 'idle' ? this.state : state, isTrouble ? this.detail : '', this.code);
  }

  /** A state with a trouble that passes by itself: shown, not logged as an error. */
  trouble(state: ReaderState, error: ReaderError): void {
    this.change(state, error.message, error.code);
  }

  /** A poll ended well. */
  looked(): void {
    this.lookedMs = this.clock.monotonicMs();
  }

  /** A poll has been without an answer for so many milliseconds. */
  silent(ms: number): void {
    const quiet = this.state === 'reading' || this.state === 'idle' || this.code === 'OPENOT_READ_SILENT';
    if (!quiet) return;
    // Also when this Read ends with an error, the lag of the last good look is one of long ago.
    this.lookedMs = undefined;
    this.change('reading', `no answer for ${Math.round(ms / 1000)} s`, 'OPENOT_READ_SILENT');
    this.silentMs = ms;
    this.changed = true;
  }

  /** A state with an error: logged once, however often it is met again in a row. */
  fail(state: ReaderState, error: ReaderError): void {
    const known = this.code === error.code && this.state === state;
    this.change(state, error.message, error.code);
    if (!known) this.report(error);
  }

  /** Never throws: what listens is not the reader's, and must not end it. */
  report(error: ReaderError): void {
    try {
      this.onError?.({ code: error.code, message: error.message });
    } catch {
      // Nobody is left to be told.
    }
  }

  status(ring: RingPoll, inFlight: number): ReaderStatus {
    const cursor = ring.position?.cursor;
    const head = ring.latest?.snapshot.headAbs;
    const { sources: bySourceClock, leftOut: sourcesLeftOut } = this.sourceTimes.list();
    return {
      state: this.state,
      detail: this.detail,
      ...(this.code === undefined ? {} : { code: this.code }),
      ...(this.code === 'OPENOT_READ_SILENT' ? { silentMs: this.silentMs } : {}),
      cursorAbs: cursor,
      lag: cursor === undefined || head === undefined || !this.seesTheRing() ? undefined : Math.max(0, head - cursor),
      capacity: ring.position?.capacity,
      clockSkewMs: ring.outbox.skews.length === 0 ? undefined : Math.min(...ring.outbox.skews),
      sinceNs: this.sinceNs,
      completeUntil: { bySourceClock, sourcesLeftOut, byHostClock: ring.atHeadNs?.toString() },
      totals: { ...this.totals },
      looks: { ...this.looks },
      inFlight,
      about: this.about
    };
  }

  facts(ring: RingPoll): StatusFacts {
    const { position, latest } = ring;
    // Without a name nobody could tell which reader it is that has not reached its ring since it was started.
    if (position === undefined || latest === undefined)
      return this.isFirstContact && this.settings.stream !== '' ? { stream: this.settings.stream } : {};
    return {
      stream: position.stream,
      incarnation: position.incarnation,
      bufferId: position.bufferId,
      snapshot: { ...latest.snapshot }
    };
  }

  /** Reports when the state changed or the interval has passed; milliseconds until the next report. */
  reportIfDue(ring: RingPoll, inFlight: number): number {
    this.ring = ring;
    this.inFlight = inFlight;
    const now = this.clock.monotonicMs();
    if (this.changed || now - this.lastReportMs >= this.settings.statusIntervalMs) {
      this.changed = false;
      this.lastReportMs = now;
      this.publish(ring, inFlight);
    }
    return Math.max(1, this.lastReportMs + this.settings.statusIntervalMs - now);
  }

  /** A lag from before an outage, or from a poll long ago, would be a guess. */
  private seesTheRing(): boolean {
    if (
      this.lookedMs === undefined ||
      this.code === 'OPENOT_READ_SILENT' ||
      this.state === 'outage' ||
      this.state === 'refused' ||
      this.state === 'connecting'
    )
      return false;
    // Whatever the interval: nobody knows what the controller wrote since.
    return this.clock.monotonicMs() - this.lookedMs <= 3 * this.settings.slowIntervalMs;
  }

  private publish(ring: RingPoll, inFlight: number): void {
    try {
      this.onStatus?.(this.status(ring, inFlight), this.facts(ring));
      this.deaf = false;
    } catch (error) {
      if (!this.deaf)
        this.report({
          code: 'OPENOT_INTERNAL',
          message: `the reader's status could not be taken: ${errorText(error)}; reading goes on`
        });
      this.deaf = true;
    }
  }

  private change(state: ReaderState, detail: string, code: OpenotCode | undefined): void {
    const same = this.state === state && this.code === code;
    // reading and idle alternate at every poll: one report per interval is enough for that.
    const busy =
      (this.state === 'reading' || this.state === 'idle') &&
      (state === 'reading' || state === 'idle') &&
      this.code === code;
    this.state = state;
    this.detail = detail;
    this.code = code;
    if (same || busy) return;
    this.changed = true;
    if (state === 'stopped' && this.ring !== undefined) this.reportIfDue(this.ring, this.inFlight);
  }
}

import { TransportError } from '../../transport/transport';
import { follows, isPlausible, Look, PlausibleLook, sameIdentity, takeLook } from './control-sample';
import { RETRY_PAUSES_MS } from '../settings';
import { LookCounters, ReaderError } from '../status';

/** What a series of looks came to. */
export type LookOutcome =
  | {
      readonly kind: 'accepted';
      /** The image to go by. */
      readonly base: PlausibleLook;
      /** Its number in the series: 0 = it was read together with the window. */
      readonly index: number;
      /** A second reading of its seqlock, later and apart, was equal and even. */
      readonly confirmed: boolean;
      /** It can be a later state of the last accepted image. */
      readonly monotonic: boolean;
      /**
       * The highest oldestAbs seen by a look made after the window was read: whatever starts below may be overwritten.
       */
      readonly oldestAbs: number;
    }
  /** The seqlock stayed odd at every look; `frozen` = at one and the same value. */
  | { readonly kind: 'updating'; readonly frozen: boolean; readonly seqlock: number }
  /** Nothing that could be believed this time; the next poll tries again. */
  | { readonly kind: 'unstable' }
  | { readonly kind: 'invalid'; readonly error: ReaderError }
  | { readonly kind: 'failed'; readonly error: TransportError };

/** What a series of looks needs of its surroundings. */
export interface LookPorts {
  /** One Read of the control block alone. */
  readControl(): Promise<{ readonly ok: true; readonly bytes: Uint8Array } | TransportError>;
  pause(ms: number): Promise<void>;
}

/** Looks that all say the same about a wrong control block, before it is said aloud. */
const INVALID_LOOKS = 3;

/** Polls in a row that change what the status says of unconfirmed images. */
const UNCONFIRMED_RUN = 3;

/**
 * The coherent-look rule of docs/design.md 5. A single image with an even seqlock proves nothing: servers that copy
 * element by element are cut by the program and show half of two states. Believed is an image whose seqlock, read
 * again later, is the same and even. On a busy controller behind a slow link that never happens; then, after a
 * bounded number of looks, one is taken that stands between two others in everything that only rises.
 */
export class LookKeeper {
  /** The image accepted last. */
  last: PlausibleLook | undefined;
  /**
   * The images of late were taken without a second reading to confirm them: for the status, so not at the first of
   * them.
   */
  unconfirmed = false;
  private unconfirmedRun = 0;
  private confirmedRun = 0;

  constructor(
    private readonly ports: LookPorts,
    private readonly counters: LookCounters,
    private readonly maxLooks: number
  ) {}

  /** Goes on from the looks made so far (the first one together with the window) until there is an outcome. */
  async settle(looks: Look[]): Promise<LookOutcome> {
    // After polls that never agreed, one more sandwich is worth as much as many looks and keeps the pace.
    const limit = this.unconfirmedRun >= 2 ? Math.min(3, this.maxLooks) : this.maxLooks;
    let pauses = 0;
    for (;;) {
      const outcome = confirmed(looks, this.last) ?? invalid(looks);
      if (outcome !== undefined) return this.done(looks, outcome);
      if (looks.length >= Math.max(2, limit)) {
        const last = this.giveUp(looks);
        // Three looks that hold no sandwich are not the end of it: a poll that comes to nothing costs a whole interval.
        if (last.kind === 'accepted' || looks.length >= Math.max(2, this.maxLooks)) return this.done(looks, last);
      }
      const newest = looks[looks.length - 1];
      // Looks at once may agree between two updates; an update that is under way needs a moment to end.
      if (looks.length > 1 && (newest.odd || newest.error !== undefined || looks.length % 2 === 0))
        await this.ports.pause(RETRY_PAUSES_MS[Math.min(pauses++, RETRY_PAUSES_MS.length - 1)]);
      const read = await this.ports.readControl();
      if (!read.ok) return { kind: 'failed', error: read };
      looks.push(takeLook(read.bytes));
    }
  }

  private done(looks: readonly Look[], outcome: LookOutcome): LookOutcome {
    this.counters.repeated += Math.max(0, looks.length - 2);
    if (outcome.kind === 'accepted') {
      if (!outcome.confirmed) this.counters.unconfirmed++;
      this.count(outcome.confirmed);
    }
    return outcome;
  }

  /** The image was the one accepted last, byte for byte: as good as confirmed. */
  sameAgain(): void {
    this.count(true);
  }

  private count(confirmed: boolean): void {
    this.unconfirmedRun = confirmed ? 0 : this.unconfirmedRun + 1;
    this.confirmedRun = confirmed ? this.confirmedRun + 1 : 0;
    if (this.unconfirmedRun >= UNCONFIRMED_RUN) this.unconfirmed = true;
    else if (this.confirmedRun >= UNCONFIRMED_RUN) this.unconfirmed = false;
  }

  private giveUp(looks: readonly Look[]): LookOutcome {
    if (looks.every((look) => look.odd))
      return {
        kind: 'updating',
        frozen: looks.every((look) => look.seqlock === looks[0].seqlock),
        seqlock: looks[0].seqlock
      };
    return sandwiched(looks, this.last) ?? { kind: 'unstable' };
  }
}

/** The first image whose seqlock the next look found unchanged. */
function confirmed(looks: readonly Look[], last: PlausibleLook | undefined): LookOutcome | undefined {
  const index = looks.length - 2;
  if (index < 0) return undefined;
  const base = looks[index];
  if (!isPlausible(base) || looks[index + 1].seqlock !== base.seqlock || looks[index + 1].error !== undefined)
    return undefined;
  // No update lies between the two readings, so oldest was the same throughout; the later image itself is not proven.
  return {
    kind: 'accepted',
    base,
    index,
    confirmed: true,
    monotonic: last === undefined || follows(base, last),
    oldestAbs: base.snapshot.oldestAbs
  };
}

/** The newest image that stands between the one before it and the one after it: not proven, but hardly torn. */
function sandwiched(looks: readonly Look[], last: PlausibleLook | undefined): LookOutcome | undefined {
  for (let index = looks.length - 2; index >= 1; index--) {
    const base = looks[index];
    const next = looks[index + 1];
    if (!isPlausible(base) || !isPlausible(next) || !follows(next, base)) continue;
    // Positions are borne out by CRCs and seqs; run, epoch and hashes by nothing, and a wrong hash binds wrong names.
    if (!sameIdentity(base, looks[index - 1]) || !sameIdentity(base, next)) continue;
    return {
      kind: 'accepted',
      base,
      index,
      confirmed: false,
      monotonic: last === undefined || follows(base, last),
      oldestAbs: next.snapshot.oldestAbs
    };
  }
  return undefined;
}

function invalid(looks: readonly Look[]): LookOutcome | undefined {
  const newest = looks[looks.length - 1].error;
  if (newest === undefined || looks.length < INVALID_LOOKS) return undefined;
  return looks.slice(-INVALID_LOOKS).every((look) => look.error?.code === newest.code)
    ? { kind: 'invalid', error: newest }
    : undefined;
}

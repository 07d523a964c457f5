import { ReaderError } from '../status';
import { RETRY_PAUSES_MS } from '../settings';
import { ControlSample, follows, isPlausible, PlausibleSample, sameIdentity } from './control-sample';

/** What a series of samples of the control block came to. */
export type ControlOutcome =
  | AcceptedControl
  /** The seqlock stayed odd at every sample; `frozen` = at one and the same value. */
  | { readonly kind: 'updating'; readonly frozen: boolean; readonly seqlock: number }
  /** Nothing that could be believed this time; the next poll tries again. */
  | { readonly kind: 'unstable' }
  /** It is no control block that can be used. */
  | { readonly kind: 'invalid'; readonly error: ReaderError };

/** A control block that can be gone by. */
export interface AcceptedControl {
  readonly kind: 'accepted';
  /** The image to go by. */
  readonly base: PlausibleSample;
  /** Its number in the series: 0 = it was read together with the window. */
  readonly index: number;
  /** A second reading of its seqlock, later and apart, was equal and even. */
  readonly confirmed: boolean;
  /** It can be a later state of the last accepted image. */
  readonly monotonic: boolean;
  /**
   * The highest oldestAbs seen by a sample taken after the window was read: whatever starts below may be overwritten.
   */
  readonly oldestAbs: number;
}

/** What to do after the samples taken so far: read one more, after a pause, or be done. */
export type NextSample =
  { readonly do: 'read'; readonly pauseMs: number } | { readonly do: 'done'; readonly outcome: ControlOutcome };

/** What the reading of one series starts from. */
export interface SeriesStart {
  /** Samples that came with the window: they were not paused for. */
  readonly given: number;
  /** The image accepted last. */
  readonly last: PlausibleSample | undefined;
  /** Samples in one poll, at most. */
  readonly maxSamples: number;
  /** How earlier polls went. */
  readonly run: ConfirmationRun;
}

/** Samples that all say the same about a wrong control block, before it is said aloud. */
const INVALID_SAMPLES = 3;

/** Polls in a row that change what the status says of unconfirmed images. */
const UNCONFIRMED_RUN = 3;

/**
 * The rule of the coherent control block (docs/reader.md). A single image with an even seqlock proves nothing: servers
 * that copy element by element are cut by the program and show half of two states. Believed is an image whose seqlock,
 * read again later, is the same and even. On a busy controller behind a slow link that never happens; then, after a
 * bounded number of samples, one is taken that stands between two others in everything that only rises.
 */
export function nextSample(samples: readonly ControlSample[], start: SeriesStart): NextSample {
  const { last, maxSamples, run, given } = start;
  const outcome = confirmed(samples, last) ?? invalid(samples);
  if (outcome !== undefined) return { do: 'done', outcome };
  // After polls that never agreed, one more bracketed image is worth as much as many samples and keeps the pace.
  const limit = run.unconfirmed >= 2 ? Math.min(3, maxSamples) : maxSamples;
  if (samples.length >= Math.max(2, limit)) {
    const best = bestOf(samples, last);
    // Three samples of which none is bracketed are not the end: a poll that comes to nothing costs a whole interval.
    if (best.kind === 'accepted' || samples.length >= Math.max(2, maxSamples)) return { do: 'done', outcome: best };
  }
  if (!needsPause(samples, samples.length)) return { do: 'read', pauseMs: 0 };
  let pauses = 0;
  for (let taken = given; taken < samples.length; taken++) if (needsPause(samples, taken)) pauses++;
  return { do: 'read', pauseMs: RETRY_PAUSES_MS[Math.min(pauses, RETRY_PAUSES_MS.length - 1)] };
}

/** Samples taken at once may agree between two updates; an update that is under way needs a moment to end. */
function needsPause(samples: readonly ControlSample[], taken: number): boolean {
  const newest = samples[taken - 1];
  return taken > 1 && (newest.odd || newest.error !== undefined || taken % 2 === 0);
}

/** How often in a row images were confirmed by a second reading, or were not. */
export interface ConfirmationRun {
  readonly unconfirmed: number;
  readonly confirmed: number;
  /** The images of late were not confirmed: for the status, so not at the first of them. */
  readonly isUnconfirmed: boolean;
}

/** Before the first image. */
export const NO_RUN: ConfirmationRun = { unconfirmed: 0, confirmed: 0, isUnconfirmed: false };

/** The run with one more image. */
export function counted(run: ConfirmationRun, isConfirmed: boolean): ConfirmationRun {
  const unconfirmed = isConfirmed ? 0 : run.unconfirmed + 1;
  const confirmed = isConfirmed ? run.confirmed + 1 : 0;
  const isUnconfirmed =
    unconfirmed >= UNCONFIRMED_RUN ? true : confirmed >= UNCONFIRMED_RUN ? false : run.isUnconfirmed;
  return { unconfirmed, confirmed, isUnconfirmed };
}

function bestOf(samples: readonly ControlSample[], last: PlausibleSample | undefined): ControlOutcome {
  if (samples.every(({ odd }) => odd)) {
    const { seqlock } = samples[0];
    return { kind: 'updating', frozen: samples.every((sample) => sample.seqlock === seqlock), seqlock };
  }
  return bracketed(samples, last) ?? { kind: 'unstable' };
}

/** The image whose seqlock the sample after it found unchanged. */
function confirmed(samples: readonly ControlSample[], last: PlausibleSample | undefined): AcceptedControl | undefined {
  const index = samples.length - 2;
  if (index < 0) return undefined;
  const base = samples[index];
  const next = samples[index + 1];
  if (!isPlausible(base) || next.seqlock !== base.seqlock || next.error !== undefined) return undefined;
  // No update lies between the two readings, so oldest was the same throughout; the later image itself is not proven.
  const { oldestAbs } = base.snapshot;
  return { kind: 'accepted', base, index, confirmed: true, monotonic: isLater(base, last), oldestAbs };
}

/** The newest image that stands between the one before it and the one after it: not proven, but hardly torn. */
function bracketed(samples: readonly ControlSample[], last: PlausibleSample | undefined): AcceptedControl | undefined {
  for (let index = samples.length - 2; index >= 1; index--) {
    const base = samples[index];
    const next = samples[index + 1];
    if (!isPlausible(base) || !isPlausible(next) || !follows(next, base)) continue;
    // Positions are borne out by CRCs and seqs; run, epoch and hashes by nothing, and a wrong hash binds wrong names.
    if (!sameIdentity(base, samples[index - 1]) || !sameIdentity(base, next)) continue;
    const { oldestAbs } = next.snapshot;
    return { kind: 'accepted', base, index, confirmed: false, monotonic: isLater(base, last), oldestAbs };
  }
  return undefined;
}

const isLater = (base: PlausibleSample, last: PlausibleSample | undefined): boolean =>
  last === undefined || follows(base, last);

function invalid(samples: readonly ControlSample[]): ControlOutcome | undefined {
  const newest = samples[samples.length - 1].error;
  if (newest === undefined || samples.length < INVALID_SAMPLES) return undefined;
  return samples.slice(-INVALID_SAMPLES).every(({ error }) => error?.code === newest.code)
    ? { kind: 'invalid', error: newest }
    : undefined;
}

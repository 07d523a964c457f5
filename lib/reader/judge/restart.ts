import { follows, PlausibleSample } from '../observe/control-sample';
import { AcceptedControl } from '../observe/seqlock';
import { AnchorCheck } from './anchor';
import { RingPosition } from './ring-position';
import { longer, Streak } from './streak';

/**
 * Polls that must agree before a ring is believed to have begun anew, and milliseconds that they must span at least.
 */
const AGREEING_POLLS = 3;
const AGREEING_MS = 1_000;

/** Something of the control block cannot be a later state of the ring we know, for as long as the streak says. */
export interface RestartDoubt {
  readonly streak: Streak;
  /** The image that said so last. */
  readonly previous: PlausibleSample;
  /** Images that said so differed: what shows them lives. */
  readonly moved: boolean;
}

/** What a control block says of a restart of the ring (docs/format.md 10). */
export type RestartVerdict =
  | { readonly kind: 'same' }
  /** A sign, or a step back, that further polls must bear out. */
  | { readonly kind: 'wait'; readonly doubt: RestartDoubt }
  | { readonly kind: 'restart'; readonly reason: string }
  /**
   * A step back that is no sign: the image taken last was wrong (it was not confirmed), or this one is an old copy with
   * a head that is not before the cursor. It is gone on with, and the head of the last image is not trusted.
   */
  | { readonly kind: 'corrected' };

/**
 * Signs that the ring is another one than before (docs/format.md 10): after a power cycle positions may begin again,
 * with the same run id. A torn position looks just like that for one sample, and an older image that is whole in itself
 * for as long as some copy is old. So a sign counts when polls agree on it over real time: a second where another
 * record stands in the last one's place, since then ring and control block both say so, and longer than any copy may be
 * old otherwise. A run id that rose with it needs no waiting unless that record stands: no past image can show it. What
 * a second does not tell from a power cycle is an old copy of control block and ring together. `at.ms` = when the poll
 * was asked for, monotonic milliseconds.
 */
export function judgeRestart(
  control: AcceptedControl,
  position: RingPosition,
  anchor: AnchorCheck,
  doubt: RestartDoubt | undefined,
  at: { readonly ms: number; readonly rereadMs: number }
): RestartVerdict {
  const { base, confirmed, monotonic } = control;
  const reason = signOfRestart(base, position);
  // No sign, and yet a step back against the image taken last, which may never have been confirmed: believe what is
  // now.
  if (reason === undefined && (monotonic || confirmed)) return { kind: monotonic ? 'same' : 'corrected' };
  const before = doubt !== undefined && follows(base, doubt.previous) ? doubt : undefined;
  const streak = longer(before?.streak, at.ms);
  const moved = before !== undefined && (before.moved || base.seqlock !== before.previous.seqlock);
  // Where the last record still stands, the ring's bytes are those of the old life, or an old copy of them.
  const runRose = reason !== undefined && confirmed && base.runId > position.image.runId && anchor !== 'stands';
  if (!runRose && (streak.times < AGREEING_POLLS || streak.ms < neededMs(reason, anchor, moved, at.rereadMs)))
    return { kind: 'wait', doubt: { streak, previous: base, moved } };
  return reason === undefined ? { kind: 'corrected' } : { kind: 'restart', reason };
}

function neededMs(reason: string | undefined, anchor: AnchorCheck, moved: boolean, rereadMs: number): number {
  // A step back without a sign and without a confirmation: three polls are enough, since nothing begins anew.
  if (reason === undefined) return 0;
  if (anchor === 'differs' || reason === 'bufferId' || reason === 'capacity') return AGREEING_MS;
  // An old copy shows no life of its own: where nothing moves, it may be one.
  return Math.max(AGREEING_MS, moved ? rereadMs : 2 * rereadMs);
}

/**
 * The first thing of the image that cannot be a later state of the ring we know, as the notice's reason; else
 * undefined.
 */
export function signOfRestart(base: PlausibleSample, position: RingPosition): string | undefined {
  const now = base.snapshot;
  const then = position.image.snapshot;
  if (base.bufferId !== position.bufferId) return 'bufferId';
  if (now.bufferBytes !== position.capacity) return 'capacity';
  if (now.headAbs < Math.max(position.cursor, position.reached)) return 'headAbs';
  if (base.runId < position.image.runId) return 'runId';
  if (now.lostCount < then.lostCount) return 'lostCount';
  if (now.oldestAbs < then.oldestAbs) return 'oldestAbs';
  return undefined;
}

import { Standing } from './anchor';
import { follows, PlausibleLook } from '../observe/control-sample';
import { Memory } from './ring-position';
import { Patience } from './streak';
import { ReaderSettings } from '../settings';

/** Polls that must agree before a ring is believed to have begun anew, and how long they must do so at least. */
const AGREEING_POLLS = 3;
const AGREEING_MS = 1_000;

/** What a look says of a restart of the ring (docs/format.md 10). */
export type RestartVerdict =
  | { readonly kind: 'same' }
  /** A sign, or a step back, that further polls must bear out. */
  | { readonly kind: 'wait' }
  | { readonly kind: 'restart'; readonly reason: string }
  /** Not a restart: the image taken last, without confirmation, was wrong. */
  | { readonly kind: 'corrected' };

/**
 * Signs that the ring is another one than before (docs/format.md 10): after a power cycle positions may begin again,
 * with the same run id. A torn position looks just like that for one look, and an older image that is whole in itself
 * for as long as some copy is old. So a sign counts when polls agree on it over real time: about a second where the
 * last record does not stand in the ring any more, and longer than any copy may be old where it does. A run id that
 * rose with it needs no waiting where that record is gone: no past image can show it.
 */
export class RestartWatch {
  /** How long a sign has been there. */
  readonly patience = new Patience();
  private previous: PlausibleLook | undefined;
  private moved = false;

  constructor(private readonly settings: Pick<ReaderSettings, 'rereadMs'>) {}

  judge(
    base: PlausibleLook,
    memory: Memory,
    seen: { readonly confirmed: boolean; readonly monotonic: boolean; readonly standing: Standing },
    nowMs: number
  ): RestartVerdict {
    const reason = signOfRestart(base, memory);
    // Backward steps against an image that was never confirmed: believe what is confirmed now.
    if (reason === undefined && (seen.monotonic || seen.confirmed)) {
      this.reset();
      return { kind: seen.monotonic ? 'same' : 'corrected' };
    }
    if (this.previous !== undefined && !follows(base, this.previous)) this.reset();
    if (this.previous !== undefined && base.seqlock !== this.previous.seqlock) this.moved = true;
    this.previous = base;
    this.patience.note(nowMs);
    // Where the last record still stands, the ring's bytes are those of the old life, or an old copy of them.
    const runRose =
      reason !== undefined && seen.confirmed && base.runId > memory.image.runId && seen.standing !== 'stands';
    if (!runRose && (this.patience.times < AGREEING_POLLS || this.patience.ms < this.neededMs(reason, seen.standing)))
      return { kind: 'wait' };
    this.reset();
    return reason === undefined ? { kind: 'corrected' } : { kind: 'restart', reason };
  }

  private neededMs(reason: string | undefined, standing: Standing): number {
    // Only the unconfirmed image taken last is in question: nothing begins anew, and the next look is judged again.
    if (reason === undefined) return 0;
    if (standing === 'differs' || reason === 'bufferId' || reason === 'capacity') return AGREEING_MS;
    // An old copy shows no life of its own: where nothing moves, it may be one.
    return Math.max(AGREEING_MS, this.moved ? this.settings.rereadMs : 2 * this.settings.rereadMs);
  }

  reset(): void {
    this.patience.reset();
    this.previous = undefined;
    this.moved = false;
  }
}

/** What of the image cannot be a later state of the ring we know, as a word; undefined when nothing is. */
export function signOfRestart(base: PlausibleLook, memory: Memory): string | undefined {
  const now = base.snapshot;
  const then = memory.image.snapshot;
  if (base.bufferId !== memory.bufferId) return 'bufferId';
  if (now.bufferBytes !== memory.capacity) return 'capacity';
  if (now.headAbs < Math.max(memory.cursor, memory.reached)) return 'headAbs';
  if (base.runId < memory.image.runId) return 'runId';
  if (now.lostCount < then.lostCount) return 'lostCount';
  if (now.oldestAbs < then.oldestAbs) return 'oldestAbs';
  return undefined;
}

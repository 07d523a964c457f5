import { follows, PlausibleLook } from './look';
import { Memory } from './memory';

/** Looks that must agree before a ring is believed to have begun anew. */
const AGREEING_LOOKS = 3;

export type RestartVerdict =
  | { readonly kind: 'same' }
  /** A sign, or a step back, that further looks must bear out. */
  | { readonly kind: 'wait' }
  | { readonly kind: 'restart'; readonly reason: string }
  /** Not a restart: the image taken last, without confirmation, was wrong. */
  | { readonly kind: 'corrected' };

/**
 * Signs that the ring is another one than before (docs/format.md 10): after a power cycle positions may begin again,
 * with the same run id. A torn 64-bit position looks just like that for one look, so that a sign counts only when
 * three looks agree, or when the run id changed with it.
 */
export class RestartWatch {
  private agreeing = 0;
  private previous: PlausibleLook | undefined;

  judge(base: PlausibleLook, memory: Memory, confirmed: boolean, monotonic: boolean): RestartVerdict {
    const reason = signOfRestart(base, memory);
    if (reason === undefined && monotonic) {
      this.reset();
      return { kind: 'same' };
    }
    // Backward steps against an image that was never confirmed: believe what is confirmed now.
    if (reason === undefined && confirmed) {
      this.reset();
      return { kind: 'corrected' };
    }
    this.agreeing = this.previous !== undefined && follows(base, this.previous) ? this.agreeing + 1 : 1;
    this.previous = base;
    const runChanged = confirmed && base.runId !== memory.image.runId;
    if (this.agreeing < AGREEING_LOOKS && !(reason !== undefined && runChanged)) return { kind: 'wait' };
    this.reset();
    return reason === undefined ? { kind: 'corrected' } : { kind: 'restart', reason };
  }

  private reset(): void {
    this.agreeing = 0;
    this.previous = undefined;
  }
}

function signOfRestart(base: PlausibleLook, memory: Memory): string | undefined {
  const now = base.snapshot;
  const then = memory.image.snapshot;
  if (base.bufferId !== memory.bufferId) return 'bufferId';
  if (now.bufferBytes !== memory.capacity) return 'capacity';
  if (now.headAbs < memory.cursor) return 'headAbs';
  if (base.runId < memory.image.runId) return 'runId';
  if (now.lostCount < then.lostCount) return 'lostCount';
  if (now.oldestAbs < then.oldestAbs) return 'oldestAbs';
  return undefined;
}

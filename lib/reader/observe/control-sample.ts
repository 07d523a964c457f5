import {
  CONTROL_BLOCK_LENGTH,
  controlBlockErrorCode,
  decodeControlBlock,
  describeControlBlockError,
  isConsistent,
  readSeqlock,
  Snapshot,
  snapshotOf
} from '../../ring';
import { ReaderError } from '../status';

/** One reading of the control block, kept: the 88 bytes and what they say. */
export interface ControlSample {
  readonly bytes: Uint8Array;
  readonly seqlock: number;
  /** The producer was inside an update: nothing else in the image counts. */
  readonly odd: boolean;
  readonly bufferId: number;
  /** Present when the image is a control block with an even seqlock and positions that fit together. */
  readonly snapshot?: Snapshot;
  readonly runId: bigint;
  /** Present when it is no control block that can be used, whatever its seqlock (docs/format.md 7). */
  readonly error?: ReaderError;
}

const INCONSISTENT: ReaderError = {
  code: 'OPENOT_CONTROL_INCONSISTENT',
  message:
    'the positions of the control block do not fit together (expected oldest <= head <= oldest + capacity, and ' +
    'the epoch to begin at or before head): the logger on the controller writes it wrongly, or the transport ' +
    'never shows it whole'
};

/** Takes a copy of the image: a transport's views are valid only until its next read. */
export function takeSample(view: Uint8Array): ControlSample {
  const bytes = new Uint8Array(Math.min(view.length, CONTROL_BLOCK_LENGTH));
  bytes.set(view.length > bytes.length ? view.subarray(0, bytes.length) : view);
  const seqlock = readSeqlock(bytes);
  const base = { bytes, seqlock, odd: (seqlock & 1) !== 0, bufferId: 0, runId: 0n };
  const block = decodeControlBlock(bytes);
  if (!block.ok) {
    if (block.kind === 'updating') return base;
    return {
      ...base,
      odd: false,
      error: { code: controlBlockErrorCode(block), message: describeControlBlockError(block) }
    };
  }
  const known = { ...base, bufferId: block.bufferId, runId: block.runId };
  if (!isConsistent(block)) return { ...known, error: INCONSISTENT };
  const snapshot = snapshotOf(block);
  if ('ok' in snapshot)
    return { ...known, error: { code: controlBlockErrorCode(snapshot), message: describeControlBlockError(snapshot) } };
  if (snapshot.bufferBytes === 0)
    return {
      ...known,
      error: {
        code: 'OPENOT_RING_CAPACITY_ZERO',
        message: 'the control block says that the ring has 0 bytes: the logger on the controller has not initialised it'
      }
    };
  return { ...known, snapshot };
}

/** True when all 88 bytes are the same: then either one confirms the other. */
export function sameImage(a: ControlSample, b: ControlSample): boolean {
  if (a.bytes.length !== b.bytes.length) return false;
  for (let i = 0; i < a.bytes.length; i++) if (a.bytes[i] !== b.bytes[i]) return false;
  return true;
}

/** Where run id, epoch and hashes stand in the control block (docs/format.md 7). */
const IDENTITY_AT = 48;

/** True when both say the same of run, epoch and definitions. */
export function sameIdentity(a: ControlSample, b: ControlSample): boolean {
  for (let i = IDENTITY_AT; i < CONTROL_BLOCK_LENGTH; i++) if (a.bytes[i] !== b.bytes[i]) return false;
  return true;
}

/** An image with which one could go on: whole in itself, as far as it can show that. */
export type PlausibleSample = ControlSample & { readonly snapshot: Snapshot };

/** True when the image is one with which reading could go on. */
export const isPlausible = (look: ControlSample): look is PlausibleSample => look.snapshot !== undefined;

/**
 * Whether `later` can be a later state of the same ring as `earlier`: nothing that only ever rises has fallen.
 * What a torn image usually fails.
 */
export function follows(later: PlausibleSample, earlier: PlausibleSample): boolean {
  const a = earlier.snapshot;
  const b = later.snapshot;
  return (
    later.bufferId === earlier.bufferId &&
    b.bufferBytes === a.bufferBytes &&
    b.headAbs >= a.headAbs &&
    b.oldestAbs >= a.oldestAbs &&
    b.lostCount >= a.lostCount &&
    later.runId >= earlier.runId
  );
}

import { HarvestBounds } from './accept-records';
import { isPlausible, Look } from '../observe/control-sample';
import { LookOutcome } from '../observe/seqlock';

/** Up to where the bytes of the window may be taken for records. */
export function boundsOf(
  first: Look,
  outcome: Extract<LookOutcome, { kind: 'accepted' }>,
  trustedHead: number
): Pick<HarvestBounds, 'headAbs' | 'trustedHead'> {
  const head = outcome.base.snapshot.headAbs;
  if (outcome.index === 0) return { headAbs: head, trustedHead: Math.min(trustedHead, head) };
  // The look that came with the window was not proven, but it stands between two that were taken.
  const own = isPlausible(first) ? first.snapshot.headAbs : trustedHead;
  const headAbs = own >= trustedHead && own <= head ? own : Math.min(trustedHead, head);
  return { headAbs, trustedHead: Math.min(trustedHead, headAbs) };
}

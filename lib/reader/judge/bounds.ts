import { ControlSample, isPlausible } from '../observe/control-sample';
import { AcceptedControl } from '../observe/seqlock';
import { AcceptBounds } from './accept-records';

/** Up to where the bytes of the window may be taken for records. `first` = the sample that came with it. */
export function boundsOf(
  first: ControlSample,
  control: AcceptedControl,
  trustedHead: number
): Pick<AcceptBounds, 'headAbs' | 'trustedHead'> {
  const head = control.base.snapshot.headAbs;
  if (control.index === 0) return { headAbs: head, trustedHead: Math.min(trustedHead, head) };
  // The sample that came with the window was not proven, but it stands between two that were taken.
  const own = isPlausible(first) ? first.snapshot.headAbs : trustedHead;
  const headAbs = own >= trustedHead && own <= head ? own : Math.min(trustedHead, head);
  return { headAbs, trustedHead: Math.min(trustedHead, headAbs) };
}

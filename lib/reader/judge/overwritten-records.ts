import { walkWindow } from '../../ring';
import { PlausibleSample } from '../observe/control-sample';
import { FlatWindow } from '../observe/window';

/**
 * Records of the window that were overwritten between an image of the control block and the sample after it, which
 * found `oldestAbs`. Over a slow link that is so at every lap, and a reader that waited for two samples without it
 * would never go on. Counted only where the later oldest is the beginning of a record: a torn one hardly is. 0 where
 * that cannot be told.
 */
export function overwrittenRecords(window: FlatWindow, base: PlausibleSample, oldestAbs: number): number {
  const { oldestAbs: fromAbs, headAbs, bufferBytes } = base.snapshot;
  if (oldestAbs <= fromAbs || fromAbs < window.fromAbs || fromAbs >= window.endAbs) return 0;
  const { records } = walkWindow({ bytes: window.from(fromAbs), fromAbs, headAbs, capacity: bufferBytes });
  return Math.max(
    0,
    records.findIndex(({ abs }) => abs === oldestAbs)
  );
}

import { CONTROL_BLOCK_LENGTH, ControlOffset, decodeControlBlock } from '../../ring';
import { readU32 } from '../../wire';
import { CaptureFrame, isCapture } from '../format';

const frameOf = (control: Uint8Array, ring: Uint8Array): CaptureFrame => ({
  ok: true,
  ordinal: 0,
  monotonicUs: 0,
  wallNs: 0n,
  content: { type: 'image', before: control, ring, after: control }
});

/** A memory dump: the 88 bytes of a control block, and behind them as many bytes of the ring as it says. */
export function bareImage(bytes: Uint8Array): CaptureFrame | undefined {
  if (isCapture(bytes) || bytes.length < CONTROL_BLOCK_LENGTH || !decodeControlBlock(bytes).ok) return undefined;
  if (readU32(bytes, ControlOffset.capacity) !== bytes.length - CONTROL_BLOCK_LENGTH) return undefined;
  return frameOf(bytes.subarray(0, CONTROL_BLOCK_LENGTH), bytes.subarray(CONTROL_BLOCK_LENGTH));
}

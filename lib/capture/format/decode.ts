import { crc32c, readSafeU64, readU16, readU32, readU64 } from '../../wire';
import { hexText } from '../../wire/hex';
import { captureError, CaptureError } from './error';
import { contentOf } from './content';
import {
  CAPTURE_MAGIC,
  CAPTURE_PREAMBLE_LENGTH,
  CAPTURE_VERSION,
  CaptureFrame,
  FRAME_HEAD_LENGTH,
  FRAME_OVERHEAD,
  MAX_FRAME_PAYLOAD
} from './frames';

/** Whether bytes begin as a capture does; an image without a capture around it does not. */
export function isCapture(bytes: Uint8Array): boolean {
  return bytes.length >= CAPTURE_MAGIC.length && CAPTURE_MAGIC.every((byte, i) => bytes[i] === byte);
}

/** Checks the bytes before the first frame; `bytes` hold at least those that there are (docs/format.md 20). */
export function checkCapturePreamble(bytes: Uint8Array): { readonly ok: true } | CaptureError {
  const there = Math.min(bytes.length, CAPTURE_MAGIC.length);
  for (let i = 0; i < there; i++)
    if (bytes[i] !== CAPTURE_MAGIC[i]) return captureError({ kind: 'magic', found: hexText(bytes, 0, there) });
  if (bytes.length < CAPTURE_PREAMBLE_LENGTH)
    return bytes.length === 0
      ? captureError({ kind: 'magic', found: '' })
      : captureError({ kind: 'cut', at: 0, needed: CAPTURE_PREAMBLE_LENGTH, available: bytes.length });
  if (readU32(bytes, 12) !== crc32c(bytes, 0, 12))
    return captureError({ kind: 'damaged', at: 0, what: 'the CRC of its beginning is wrong' });
  const version = readU16(bytes, 8);
  return version === CAPTURE_VERSION ? { ok: true } : captureError({ kind: 'version', version });
}

/**
 * Length in bytes of the whole frame whose head begins at `start` of `bytes`, or why there is none. `at` = where the
 * frame begins in its file, `left` = bytes of the file from there on: nothing longer is ever believed, so that a caller
 * may read so many bytes.
 */
export function frameLength(bytes: Uint8Array, start: number, at: number, left: number): number | CaptureError {
  if (left < FRAME_HEAD_LENGTH || bytes.length - start < FRAME_HEAD_LENGTH)
    return captureError({ kind: 'cut', at, needed: FRAME_HEAD_LENGTH, available: left });
  const payload = readU32(bytes, start + 4);
  if (payload > MAX_FRAME_PAYLOAD)
    return captureError({
      kind: 'damaged',
      at,
      what: `a frame says that it has ${payload} bytes, at most ${MAX_FRAME_PAYLOAD} are written`
    });
  const length = FRAME_OVERHEAD + payload;
  return length > left ? captureError({ kind: 'cut', at, needed: length, available: left }) : length;
}

/**
 * One whole frame. `bytes` are exactly the frame's, `at` is where it begins in its file, `ordinal` the number that it
 * must have: a frame that is missing or there twice is found. What it holds are views of `bytes`.
 */
export function decodeFrame(bytes: Uint8Array, at: number, ordinal: number): CaptureFrame | CaptureError {
  const damaged = (what: string): CaptureError => captureError({ kind: 'damaged', at, what });
  if (bytes.length < FRAME_OVERHEAD || readU32(bytes, 4) !== bytes.length - FRAME_OVERHEAD)
    return damaged('the length of a frame is wrong');
  if (readU32(bytes, bytes.length - 4) !== crc32c(bytes, 0, bytes.length - 4))
    return damaged('the CRC of a frame is wrong');
  if (readU32(bytes, 8) !== ordinal) return damaged(`frame ${ordinal} was expected, found frame ${readU32(bytes, 8)}`);
  const monotonicUs = readSafeU64(bytes, 12);
  if (monotonicUs < 0) return damaged('the time of a frame is above 2^53-1 us');
  const content = contentOf(bytes[0], bytes.subarray(FRAME_HEAD_LENGTH, bytes.length - 4));
  if (content === undefined) return damaged(`what a frame of type ${bytes[0]} holds does not fit together`);
  if ((content.type === 'header') !== (ordinal === 0))
    return damaged(ordinal === 0 ? 'the first frame is not its header' : 'a header stands in the middle');
  return { ok: true, ordinal, monotonicUs, wallNs: readU64(bytes, 20), content };
}

/** A capture file taken apart: its frames, and what stands behind the last whole one. */
export interface DecodedCapture {
  readonly ok: true;
  readonly frames: readonly CaptureFrame[];
  /** Bytes up to the end of the last whole frame. */
  readonly goodBytes: number;
  /** Why it ends there; absent when the file ends with a whole frame. */
  readonly stop?: CaptureError;
}

/** Takes a whole file apart. Never throws on any bytes; frames are views of them. */
export function decodeCapture(bytes: Uint8Array): DecodedCapture | CaptureError {
  const begin = checkCapturePreamble(bytes);
  if (!begin.ok) return begin;
  const frames: CaptureFrame[] = [];
  let at = CAPTURE_PREAMBLE_LENGTH;
  while (at < bytes.length) {
    const length = frameLength(bytes, at, at, bytes.length - at);
    if (typeof length !== 'number') return { ok: true, frames, goodBytes: at, stop: length };
    const frame = decodeFrame(bytes.subarray(at, at + length), at, frames.length);
    if (!frame.ok) return { ok: true, frames, goodBytes: at, stop: frame };
    frames.push(frame);
    at += length;
  }
  return { ok: true, frames, goodBytes: at };
}

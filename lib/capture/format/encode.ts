import { crc32c, writeU16, writeU32, writeU64 } from '../../wire';
import { ByteSink } from './bytes';
import {
  CAPTURE_MAGIC,
  CAPTURE_PREAMBLE_LENGTH,
  CAPTURE_VERSION,
  CapturePart,
  captureRemedies,
  CaptureTrouble,
  endReasons,
  FRAME_HEAD_LENGTH,
  FRAME_OVERHEAD,
  FrameContent,
  FrameTime,
  FrameType,
  gapReasons,
  MAX_CAPTURE_LINES,
  MAX_CAPTURE_PARTS,
  MAX_CAPTURE_TEXT,
  MAX_FRAME_PAYLOAD
} from './frames';

/** The bytes before the first frame (docs/format.md 20). */
export function encodeCapturePreamble(): Uint8Array {
  const bytes = new Uint8Array(CAPTURE_PREAMBLE_LENGTH);
  bytes.set(CAPTURE_MAGIC);
  writeU16(bytes, 8, CAPTURE_VERSION);
  writeU32(bytes, 12, crc32c(bytes, 0, 12));
  return bytes;
}

/** What can be written: everything but frames of unknown types. */
export type WritableContent = Exclude<FrameContent, { readonly type: 'unknown' }>;

/**
 * A frame's bytes, whole. Copies what the content holds. `ordinal` counts the frames of a file from 0.
 * Undefined when it would exceed MAX_FRAME_PAYLOAD or MAX_CAPTURE_PARTS: such a frame cannot be recorded.
 */
export function encodeFrame(content: WritableContent, time: FrameTime, ordinal: number): Uint8Array | undefined {
  if (
    content.type === 'read' &&
    Math.max(content.parts.length, content.outcome.ok ? content.outcome.parts.length : 0) > MAX_CAPTURE_PARTS
  )
    return undefined;
  const payload = new ByteSink(payloadHint(content));
  putContent(payload, content);
  if (payload.length > MAX_FRAME_PAYLOAD) return undefined;
  const bytes = new Uint8Array(FRAME_OVERHEAD + payload.length);
  bytes[0] = FrameType[content.type];
  writeU32(bytes, 4, payload.length);
  writeU64(bytes, 12, BigInt(Math.max(0, Math.round(time.monotonicUs))));
  writeU64(bytes, 20, time.wallNs);
  writeU32(bytes, 8, ordinal);
  bytes.set(payload.view, FRAME_HEAD_LENGTH);
  writeU32(bytes, bytes.length - 4, crc32c(bytes, 0, bytes.length - 4));
  return bytes;
}

/** Bytes that the frame of a Read of these parts takes at most, where all of it comes as asked. */
export function readFrameLength(parts: readonly CapturePart[]): number {
  return FRAME_OVERHEAD + 9 + parts.reduce((sum, part) => sum + (part.kind === 'ring' ? 13 + part.length : 5 + 88), 0);
}

function payloadHint(content: WritableContent): number {
  if (content.type === 'image') return 12 + content.before.length + content.ring.length + content.after.length;
  return content.type === 'read' && content.outcome.ok ? readFrameLength(content.parts) : 256;
}

function putContent(to: ByteSink, content: WritableContent): void {
  switch (content.type) {
    case 'header':
      for (const text of [content.software, content.transport, content.stream, content.ring])
        to.text(text, MAX_CAPTURE_TEXT);
      to.u64(content.session).u32(content.part);
      return;
    case 'connect':
      to.u8(content.again ? 1 : 0).u8(content.outcome.ok ? 1 : 0);
      if (content.outcome.ok) {
        const { ringBytes, granularity, about } = content.outcome;
        to.u8(ringBytes === undefined ? 0 : 1)
          .u64(BigInt(ringBytes ?? 0))
          .u32(granularity);
        to.u16(Math.min(about.length, MAX_CAPTURE_LINES));
        for (const line of about.slice(0, MAX_CAPTURE_LINES)) to.text(line, MAX_CAPTURE_TEXT);
      } else putTrouble(to, content.outcome);
      return;
    case 'image':
      to.blob(content.before).blob(content.ring).blob(content.after);
      return;
    case 'read':
      to.u32(Math.min(0xffff_ffff, content.tookUs))
        .u16(content.parts.length)
        .u8(content.outcome.ok ? 1 : 0);
      for (const part of content.parts) {
        to.u8(part.kind === 'ring' ? 1 : 0);
        if (part.kind === 'ring') to.u32(part.offset).u32(part.length);
      }
      if (content.outcome.ok) {
        to.u16(content.outcome.parts.length);
        for (const part of content.outcome.parts) to.blob(part);
      } else putTrouble(to, content.outcome);
      return;
    case 'lost':
      return putTrouble(to, content.trouble);
    case 'gap':
      to.u8(gapReasons.indexOf(content.reason)).u32(content.frames).u64(BigInt(content.bytes));
      return;
    case 'end':
      to.u8(endReasons.indexOf(content.reason));
      return;
  }
}

function putTrouble(to: ByteSink, trouble: CaptureTrouble): void {
  to.text(trouble.code, MAX_CAPTURE_TEXT)
    .u8(captureRemedies.indexOf(trouble.remedy))
    .text(trouble.message, MAX_CAPTURE_TEXT);
}

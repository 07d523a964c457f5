import { ByteSource } from './bytes';
import {
  CaptureFacts,
  CapturePart,
  captureRemedies,
  CaptureTrouble,
  endReasons,
  FrameContent,
  FrameType,
  gapReasons,
  MAX_CAPTURE_CONTROL,
  MAX_CAPTURE_LINES,
  MAX_CAPTURE_PARTS,
  MAX_CAPTURE_TEXT,
  MAX_FRAME_PAYLOAD
} from './frames';

/**
 * What a frame's payload says, or undefined where it does not fit together. Bytes behind what is known are passed over.
 */
export function contentOf(type: number, payload: Uint8Array): FrameContent | undefined {
  const from = new ByteSource(payload);
  const content = bodyOf(type, from);
  return from.failed ? undefined : content;
}

function bodyOf(type: number, from: ByteSource): FrameContent | undefined {
  switch (type) {
    case FrameType.header:
      return {
        type: 'header',
        software: textOf(from),
        transport: textOf(from),
        stream: textOf(from),
        ring: textOf(from),
        session: from.u64(),
        part: from.u32()
      };
    case FrameType.connect: {
      const again = from.u8() === 1;
      const outcome = from.u8() === 1 ? factsOf(from) : troubleOf(from);
      return outcome === undefined ? undefined : { type: 'connect', again, outcome };
    }
    case FrameType.image:
      return {
        type: 'image',
        before: from.blob(MAX_CAPTURE_CONTROL),
        ring: from.blob(MAX_FRAME_PAYLOAD),
        after: from.blob(MAX_CAPTURE_CONTROL)
      };
    case FrameType.read:
      return readOf(from);
    case FrameType.lost: {
      const trouble = troubleOf(from);
      return trouble === undefined ? undefined : { type: 'lost', trouble };
    }
    case FrameType.gap: {
      const reason = gapReasons[from.u8()];
      const frames = from.u32();
      const bytes = Number(from.u64());
      return reason === undefined || !Number.isSafeInteger(bytes) ? undefined : { type: 'gap', reason, frames, bytes };
    }
    case FrameType.end: {
      const reason = endReasons[from.u8()];
      return reason === undefined ? undefined : { type: 'end', reason };
    }
    default:
      return { type: 'unknown', number: type };
  }
}

function readOf(from: ByteSource): FrameContent | undefined {
  const tookUs = from.u32();
  const count = from.u16();
  const came = from.u8() === 1;
  // Each part takes a byte at least: no more are made than the payload can hold.
  if (count > MAX_CAPTURE_PARTS || count > from.left) return undefined;
  const parts: CapturePart[] = [];
  for (let i = 0; i < count; i++) {
    const kind = from.u8();
    if (kind > 1) return undefined;
    parts.push(kind === 0 ? { kind: 'control' } : { kind: 'ring', offset: from.u32(), length: from.u32() });
  }
  if (!came) {
    const trouble = troubleOf(from);
    return trouble === undefined ? undefined : { type: 'read', tookUs, parts, outcome: trouble };
  }
  const blobs = from.u16();
  if (blobs > MAX_CAPTURE_PARTS || blobs * 4 > from.left) return undefined;
  const bytes = Array.from({ length: blobs }, () => from.blob(MAX_FRAME_PAYLOAD));
  return { type: 'read', tookUs, parts, outcome: { ok: true, parts: bytes } };
}

function factsOf(from: ByteSource): CaptureFacts | undefined {
  const isKnown = from.u8() === 1;
  const ringBytes = Number(from.u64());
  const granularity = from.u32();
  const lines = from.u16();
  if (lines > MAX_CAPTURE_LINES || !Number.isSafeInteger(ringBytes)) return undefined;
  const about: string[] = [];
  for (let i = 0; i < lines && !from.failed; i++) about.push(textOf(from));
  return { ok: true, ringBytes: isKnown ? ringBytes : undefined, granularity, about };
}

function troubleOf(from: ByteSource): CaptureTrouble | undefined {
  const code = textOf(from);
  const remedy = captureRemedies[from.u8()];
  const message = textOf(from);
  return remedy === undefined ? undefined : { ok: false, code, message, remedy };
}

const textOf = (from: ByteSource): string => from.text(MAX_CAPTURE_TEXT);

/**
 * What a capture file is made of (docs/format.md 20): the reads of a ring as they came, torn copies, errors and lost
 * links included. Append-only and self-checking, so that a file that was cut anywhere is good up to its last whole
 * frame.
 */

/** The first eight bytes of a capture: no text file begins with them, and a transfer as text breaks them. */
export const CAPTURE_MAGIC: readonly number[] = [0x8f, 0x4f, 0x4f, 0x54, 0x43, 0x0d, 0x0a, 0x1a];
/** The version of the format that is written, and the only one that is readable. */
export const CAPTURE_VERSION = 1;
/** Bytes before the first frame: magic, version (u16), 0 (u16), CRC-32C of these twelve. */
export const CAPTURE_PREAMBLE_LENGTH = 16;
/**
 * Bytes of a frame before its payload: type (u8), 0 (u8, u16), payload length, ordinal (u32 each), monotonic time in
 * us, wall time in ns (u64 each).
 */
export const FRAME_HEAD_LENGTH = 28;
/** Bytes of a frame beside its payload: its head, and behind the payload the CRC-32C of both. */
export const FRAME_OVERHEAD = FRAME_HEAD_LENGTH + 4;
/** Longest payload in bytes that is written or believed. */
export const MAX_FRAME_PAYLOAD = 256 * 1024 * 1024;
/** Parts of one recorded Read, at most. */
export const MAX_CAPTURE_PARTS = 4096;
/** Bytes of one text in a capture, at most; a longer one is cut. */
export const MAX_CAPTURE_TEXT = 16_384;
/** Lines that the facts of a connection may have, at most. */
export const MAX_CAPTURE_LINES = 256;
/** Bytes that one look at the control block may have brought, at most. */
export const MAX_CAPTURE_CONTROL = 65_536;

/** Numbers of the frame types in a file. */
export const FrameType = { header: 1, connect: 2, image: 3, read: 4, lost: 5, gap: 6, end: 7 } as const;

/** What a reader may do about an error, in the order of their numbers in a file. */
export const captureRemedies = ['retry', 'smaller', 'reconnect', 'refused'] as const;

/** A failed read, connection or a lost link, as the reader was told it. */
export interface CaptureTrouble {
  readonly ok: false;
  readonly code: string;
  readonly message: string;
  readonly remedy: (typeof captureRemedies)[number];
}

/** A part that was asked for: the control block, or bytes of the ring. */
export type CapturePart =
  { readonly kind: 'control' } | { readonly kind: 'ring'; readonly offset: number; readonly length: number };

/** Facts of a connection that was made. */
export interface CaptureFacts {
  readonly ok: true;
  readonly ringBytes: number | undefined;
  readonly granularity: number;
  readonly about: readonly string[];
}

/** The first frame: where the file comes from. No secrets, no addresses. */
export interface HeaderFrame {
  readonly type: 'header';
  /** Name and version of the software that wrote the file. */
  readonly software: string;
  /** Way to the ring: opcua, modbus, …. */
  readonly transport: string;
  readonly stream: string;
  /** How the ring is called on the controller (node, register); may be empty. */
  readonly ring: string;
  /** Tells recordings apart: wall time of the first file in ns. */
  readonly session: bigint;
  /** Number of the file in its recording, from 0. */
  readonly part: number;
}

/** What connecting came to. */
export interface ConnectFrame {
  readonly type: 'connect';
  /** Written once more at the beginning of a file: the link was there all along. */
  readonly again: boolean;
  readonly outcome: CaptureFacts | CaptureTrouble;
}

/** The whole ring, read part by part, with a look at the control block before and after. What was seen, torn or not. */
export interface ImageFrame {
  readonly type: 'image';
  readonly before: Uint8Array;
  /** Every byte of the ring, by offset. */
  readonly ring: Uint8Array;
  readonly after: Uint8Array;
}

/** One Read of the reader and what came of it. */
export interface ReadFrame {
  readonly type: 'read';
  /** Microseconds from asking to the answer; the frame's time is that of the answer. */
  readonly tookUs: number;
  readonly parts: readonly CapturePart[];
  /** Bytes in the order of the parts; views of the file's bytes. */
  readonly outcome: { readonly ok: true; readonly parts: readonly Uint8Array[] } | CaptureTrouble;
}

/** The link broke while nothing was read. */
export interface LostFrame {
  readonly type: 'lost';
  readonly trouble: CaptureTrouble;
}

/** Why frames are missing, in the order of their numbers in a file: the disk was too slow, or did not take them. */
export const gapReasons = ['slow', 'disk'] as const;

/** Frames that were not written. */
export interface GapFrame {
  readonly type: 'gap';
  readonly reason: (typeof gapReasons)[number];
  readonly frames: number;
  readonly bytes: number;
}

/** Why a file ends, in the order of their numbers in a file: the reader closed it, or the next file goes on. */
export const endReasons = ['closed', 'rotated'] as const;

/** The last frame of a file that was closed in order. */
export interface EndFrame {
  readonly type: 'end';
  readonly reason: (typeof endReasons)[number];
}

/** What a frame says. `unknown` = of a type that this version does not know; it is passed over. */
export type FrameContent =
  | HeaderFrame
  | ConnectFrame
  | ImageFrame
  | ReadFrame
  | LostFrame
  | GapFrame
  | EndFrame
  | { readonly type: 'unknown'; readonly number: number };

/** When a frame happened. */
export interface FrameTime {
  /** Microseconds since the recording began, never backwards. */
  readonly monotonicUs: number;
  /** Nanoseconds since the Unix epoch, as the recording machine's clock had it. */
  readonly wallNs: bigint;
}

/** One frame of a file. */
export interface CaptureFrame extends FrameTime {
  readonly ok: true;
  /** Number of the frame in its file, from 0. */
  readonly ordinal: number;
  readonly content: FrameContent;
}

import { errorText } from '../../base';
import type { OpenotCode } from '../../base/codes';
import { dirname, join } from 'node:path';
import {
  CAPTURE_PREAMBLE_LENGTH,
  encodeCapturePreamble,
  encodeFrame,
  FRAME_OVERHEAD,
  FrameTime,
  GapFrame,
  HeaderFrame,
  WritableContent
} from '../format';
import { CaptureFiles, CaptureHandle } from '../files';
import { seriesOf, seriesPath } from '../names';

/** What a user is told about a recording that does not go on; reading does. */
export interface CaptureTold {
  readonly code: OpenotCode;
  readonly message: string;
}

/** What a sink writes to, and within which limits. */
export interface SinkSettings {
  /** Path of the series without number and extension, or a folder. */
  readonly path: string;
  readonly maxBytes: number;
  readonly maxFiles: number;
  /** Bytes that wait for the disk, at most. */
  readonly maxQueueBytes: number;
  /** Milliseconds before a disk that failed is tried again. */
  readonly retryMs: number;
  readonly header: Omit<HeaderFrame, 'type' | 'session' | 'part'>;
  readonly files: CaptureFiles;
  readonly nowMs: () => number;
  readonly onError: (error: CaptureTold) => void;
}

type Work = { readonly kind: 'open' | 'close' } | { readonly kind: 'frame'; readonly bytes: Uint8Array };

/** Name of a series in a folder that was given without one. */
const FOLDER_BASE = 'ring';
/** Bytes kept free in every file for what must always fit: a gap and the end. */
const RESERVE = 3 * FRAME_OVERHEAD;
/** Frames are handed to the disk together, up to so many bytes. */
const WRITE_BYTES = 256 * 1024;
/** Numbers tried for a new file before that is an error: another recorder may take some. */
const NAME_TRIES = 100;

/**
 * Takes frames and writes them behind the reader's back. Nothing here waits for the disk: what it does not take in time
 * is counted and told in a gap frame. A file ends where it is full, or where a write failed: nothing is appended to a
 * frame that may be half there.
 */
export class CaptureSink {
  /** No more in this life: the settings do not fit. */
  private off = false;
  /** The queue was full; frames are dropped until it is empty. */
  private slow = false;
  /** The disk did not take something; tried again at `retryAtMs`. */
  private failing = false;
  private retryAtMs = 0;
  private open = false;
  private fileBytes = 0;
  private ordinal = 0;
  private part = 0;
  private session = 0n;
  private lost: { reason: GapFrame['reason']; frames: number; bytes: number } | undefined;
  private queue: Work[] = [];
  private queuedBytes = 0;
  private pumping: Promise<void> | undefined;
  private handle: CaptureHandle | undefined;
  /** The file under way, for as long as nothing of use is in it. */
  private emptyPath: string | undefined;

  constructor(private readonly settings: SinkSettings) {}

  /** off: never again; wait: not now; probe: see whether the disk is back (`begin`); ready. */
  get state(): 'off' | 'wait' | 'probe' | 'ready' {
    if (this.off) return 'off';
    if (this.failing) return this.settings.nowMs() >= this.retryAtMs ? 'probe' : 'wait';
    return this.slow ? 'wait' : 'ready';
  }

  /** Frames are missing since the last one written. */
  get hasGap(): boolean {
    return this.lost !== undefined;
  }

  fits(bytes: number): boolean {
    return this.open && this.fileBytes + bytes + RESERVE <= this.settings.maxBytes;
  }

  /** Ends the file under way, and begins the next one with its header. */
  begin(time: FrameTime): void {
    if (this.open) this.put({ type: 'end', reason: 'rotated' }, time);
    if (this.part === 0) this.session = time.wallNs;
    if (this.failing) this.retryAtMs = this.settings.nowMs() + this.settings.retryMs;
    this.open = true;
    this.ordinal = 0;
    this.fileBytes = CAPTURE_PREAMBLE_LENGTH;
    this.work({ kind: 'open' });
    this.put({ type: 'header', ...this.settings.header, session: this.session, part: this.part++ }, time);
  }

  /** Says how many frames are missing here. */
  closeGap(time: FrameTime): void {
    const { lost } = this;
    if (lost === undefined || !this.open) return;
    this.lost = undefined;
    this.put({ type: 'gap', ...lost }, time);
  }

  /** False when the frame was not taken: then it is counted as missing. */
  push(content: WritableContent, time: FrameTime): boolean {
    if (this.off) return false;
    const frame = encodeFrame(content, time, this.ordinal);
    if (frame === undefined) this.lose('disk', 0);
    else if (this.state !== 'ready') this.lose(this.failing ? 'disk' : 'slow', frame.length);
    else if (this.queuedBytes > 0 && this.queuedBytes + frame.length > this.settings.maxQueueBytes) {
      this.slow = true;
      this.lose('slow', frame.length);
      this.report(
        'OPENOT_CAPTURE_SLOW',
        `the capture file is not written as fast as the ring is read: ${this.queuedBytes} bytes wait for the ` +
          `disk, at most ${this.settings.maxQueueBytes} may. Recording pauses until they are written, and marks ` +
          'the gap; reading goes on. Record to a faster disk'
      );
    } else if (!this.fits(frame.length)) this.lose('disk', frame.length);
    else {
      this.enqueue(frame);
      return true;
    }
    return false;
  }

  /** Ends recording for good. */
  stop(code: OpenotCode, message: string): void {
    if (this.off) return;
    this.off = true;
    if (this.open) this.work({ kind: 'close' });
    this.open = false;
    this.report(code, message);
  }

  /** Resolves when all that was taken is written, or was given up. */
  async close(time: FrameTime): Promise<void> {
    if (this.open && !this.failing) {
      this.closeGap(time);
      this.put({ type: 'end', reason: 'closed' }, time);
    }
    this.open = false;
    this.work({ kind: 'close' });
    await this.pumping;
  }

  private put(content: WritableContent, time: FrameTime): void {
    const frame = encodeFrame(content, time, this.ordinal);
    if (frame !== undefined) this.enqueue(frame);
  }

  private enqueue(bytes: Uint8Array): void {
    this.ordinal++;
    this.fileBytes += bytes.length;
    this.queuedBytes += bytes.length;
    this.work({ kind: 'frame', bytes });
  }

  private lose(reason: GapFrame['reason'], bytes: number, frames = 1): void {
    this.lost ??= { reason, frames: 0, bytes: 0 };
    this.lost.frames += frames;
    this.lost.bytes += bytes;
  }

  private report(code: OpenotCode, message: string): void {
    try {
      this.settings.onError({ code, message });
    } catch {
      // Nobody is left to be told.
    }
  }

  private work(work: Work): void {
    this.queue.push(work);
    this.pumping ??= this.pump().finally(() => {
      this.pumping = undefined;
    });
  }

  private async pump(): Promise<void> {
    // A turn later: what is queued in one go is written in one go.
    await Promise.resolve();
    while (this.queue.length > 0) {
      try {
        await this.next();
      } catch (error) {
        await this.failed(error);
      }
    }
    this.slow = false;
  }

  private async next(): Promise<void> {
    const [first] = this.queue;
    if (first.kind !== 'frame') {
      this.queue.shift();
      await this.letGo();
      if (first.kind === 'open') {
        this.handle = await this.create();
        await this.handle.write(encodeCapturePreamble());
      }
      return;
    }
    let count = 0;
    let bytes = 0;
    for (const work of this.queue) {
      if (work.kind !== 'frame' || (count > 0 && bytes + work.bytes.length > WRITE_BYTES)) break;
      count++;
      bytes += work.bytes.length;
    }
    const frames = this.queue.slice(0, count) as Extract<Work, { kind: 'frame' }>[];
    // After a failure nothing is open: what was queued for that file is counted there.
    if (this.handle === undefined) throw new Error('no capture file is open');
    await this.handle.write(count === 1 ? first.bytes : Buffer.concat(frames.map((frame) => frame.bytes)));
    this.queue.splice(0, count);
    this.queuedBytes -= bytes;
    this.failing = false;
    this.emptyPath = undefined;
  }

  /**
   * The file is left as it is, unless nothing is in it: such ones would take the places of good ones. What waited is
   * counted as missing.
   */
  private async failed(error: unknown): Promise<void> {
    const told = this.failing;
    this.failing = true;
    this.open = false;
    this.retryAtMs = this.settings.nowMs() + this.settings.retryMs;
    for (const work of this.queue.splice(0)) if (work.kind === 'frame') this.lose('disk', work.bytes.length);
    this.queuedBytes = 0;
    try {
      await this.letGo();
      if (this.emptyPath !== undefined) await this.settings.files.remove(this.emptyPath);
    } catch {
      // Neither could be done on this disk.
    }
    this.emptyPath = undefined;
    if (told || this.off) return;
    this.report(
      'OPENOT_CAPTURE_DISK',
      `the capture file at ${this.settings.path} could not be written (${errorText(error)}): recording pauses ` +
        `and is tried again every ${Math.round(this.settings.retryMs / 1000)} s, in a new file that marks the gap; ` +
        'reading goes on. Check space and rights there'
    );
  }

  private async letGo(): Promise<void> {
    const { handle } = this;
    this.handle = undefined;
    await handle?.close();
  }

  /** The next file of the series, after the oldest ones were removed. */
  private async create(): Promise<CaptureHandle> {
    const { files, path, maxFiles } = this.settings;
    const isFolder = /[\\/]$/.test(path) || (await files.look(path)).kind === 'folder';
    const base = isFolder ? join(path, FOLDER_BASE) : path;
    const there = seriesOf(base, await files.list(dirname(base)));
    const next = (there.at(-1)?.number ?? 0) + 1;
    for (const old of there.slice(0, Math.max(0, there.length - maxFiles + 1))) await files.remove(old.path);
    for (let number = next; ; number++) {
      try {
        const handle = await files.create(seriesPath(base, number));
        this.emptyPath = seriesPath(base, number);
        return handle;
      } catch (error) {
        const { code, syscall } = error as NodeJS.ErrnoException;
        // A file stands where the folder should be: no other number helps.
        if (code !== 'EEXIST' || syscall === 'mkdir' || number >= next + NAME_TRIES) throw error;
      }
    }
  }
}

import { errorText } from '../../base';
import { systemClock } from '../../base/system';
import { FRAME_OVERHEAD, FrameTime, readFrameLength, WritableContent } from '../format';
import { ReadOutcome, ReadPart, RingFacts, Transport, TransportError } from '../../transport/transport';
import { CaptureClock } from '../clock';
import { CaptureFiles, diskFiles } from '../files';
import { takeImage } from './image';
import { CaptureSink, CaptureTold } from './sink';

/** Limits of a recording where nothing else is said. */
export const DEFAULT_RECORDING = {
  maxBytes: 16 * 1024 * 1024,
  maxFiles: 4,
  maxQueueBytes: 8 * 1024 * 1024,
  retryMs: 30_000,
  closeMs: 2000
} as const;

/** What to record to, and within which limits. */
export interface RecordingSettings {
  /** Where to: a path without extension (`…/line1` gives `…/line1-000001.ootcap` and so on), or a folder. */
  readonly path: string;
  /**
   * Bytes of one file, at most (default 16 MiB, at least 16 KiB). A ring larger than a quarter of it is not recorded.
   */
  readonly maxBytes?: number;
  /** Files kept, the one being written among them (default 4); older ones of the same series are removed. */
  readonly maxFiles?: number;
  /** Once for each trouble of the recording; reading goes on. */
  readonly onError: (error: CaptureTold) => void;
  /** Default: that of this machine. */
  readonly clock?: CaptureClock;
  /** What the header says. */
  readonly about?: {
    readonly software?: string;
    readonly transport?: string;
    readonly stream?: string;
    readonly ring?: string;
  };
  /** Bytes in memory that wait for the disk, at most (default 8 MiB). */
  readonly maxQueueBytes?: number;
  /** Milliseconds before a disk that failed is tried again (default 30 s). */
  readonly retryMs?: number;
  /** Milliseconds that closing waits for the disk, at most (default 2 s). */
  readonly closeMs?: number;
  readonly files?: CaptureFiles;
}

/** A transport that writes down what it reads. */
export interface RecordingTransport extends Transport {
  /**
   * Writes down nothing more: what closing does to a Read under way is no trouble of the ring's. `close` ends the file.
   */
  endRecording(): void;
}

/** Milliseconds before an image that could not be read is tried again. */
const IMAGE_RETRY_MS = 5000;
/**
 * A file holds an image at least so many times over: a file that is full after a few Reads would mean reading images
 * for ever.
 */
const IMAGES_IN_A_FILE = 4;
const LEAST_BYTES = 16_384;

/**
 * A transport that writes down what it reads (docs/format.md 20) and is otherwise the one inside. The disk never delays
 * or
 * fails a Read. Every file begins with the facts of the connection and an image of the whole ring, read through the
 * transport inside: these are the only Reads that are made beside the reader's own.
 *
 * @example
 * ```ts
 * import { recordingTransport } from '@openot/node-red/capture';
 * import { modbus } from '@openot/node-red/transport/modbus';
 *
 * const transport = recordingTransport(modbus({ host: 'plc-7', control: 0, ring: 100 }), {
 *   path: './captures/plc-7',
 *   onError: ({ message }) => console.error(message)
 * });
 * ```
 */
export function recordingTransport(inner: Transport, settings: RecordingSettings): RecordingTransport {
  const recorder = new Recorder(inner, settings);
  const watch = inner.watch?.bind(inner);
  const onLost = inner.onLost?.bind(inner);
  return {
    connect: () => recorder.connect(),
    read: (parts) => recorder.read(parts),
    close: () => recorder.close(),
    endRecording: () => recorder.end(),
    ...(watch === undefined ? {} : { watch }),
    ...(onLost === undefined
      ? {}
      : {
          onLost: (listener) =>
            onLost((error) => {
              recorder.lost(error);
              listener(error);
            })
        })
  };
}

class Recorder {
  private readonly sink: CaptureSink;
  private readonly clock: CaptureClock;
  private readonly maxBytes: number;
  private readonly closeMs: number;
  private readonly beganMs: number;
  private facts: RingFacts | undefined;
  private needsImage = true;
  private imageDueMs = -Infinity;
  private closed = false;

  constructor(
    private readonly inner: Transport,
    settings: RecordingSettings
  ) {
    const { clock = systemClock(), about } = settings;
    this.clock = clock;
    this.beganMs = clock.monotonicMs();
    this.maxBytes = Math.max(LEAST_BYTES, settings.maxBytes ?? DEFAULT_RECORDING.maxBytes);
    this.closeMs = settings.closeMs ?? DEFAULT_RECORDING.closeMs;
    this.sink = new CaptureSink({
      path: settings.path,
      maxBytes: this.maxBytes,
      maxFiles: Math.max(1, settings.maxFiles ?? DEFAULT_RECORDING.maxFiles),
      maxQueueBytes: settings.maxQueueBytes ?? DEFAULT_RECORDING.maxQueueBytes,
      retryMs: settings.retryMs ?? DEFAULT_RECORDING.retryMs,
      header: {
        software: about?.software ?? '',
        transport: about?.transport ?? '',
        stream: about?.stream ?? '',
        ring: about?.ring ?? ''
      },
      files: settings.files ?? diskFiles(),
      nowMs: () => clock.monotonicMs(),
      onError: settings.onError
    });
  }

  async connect(): Promise<RingFacts | TransportError> {
    this.closed = false;
    const outcome = await this.inner.connect();
    if (outcome.ok) this.facts = outcome;
    await this.guarded(async () => {
      this.room(FRAME_OVERHEAD + JSON.stringify(outcome).length * 3, false);
      this.write({ type: 'connect', again: false, outcome });
      if (outcome.ok) await this.image(0);
    });
    return outcome;
  }

  async read(parts: readonly ReadPart[]): Promise<ReadOutcome> {
    await this.guarded(async () => {
      const bytes = readFrameLength(parts);
      this.room(bytes, true);
      await this.image(bytes);
    });
    const askedMs = this.clock.monotonicMs();
    const outcome = await this.inner.read(parts);
    await this.guarded(() =>
      this.write({ type: 'read', tookUs: Math.round((this.clock.monotonicMs() - askedMs) * 1000), parts, outcome })
    );
    return outcome;
  }

  lost(trouble: TransportError): void {
    void this.guarded(() => this.write({ type: 'lost', trouble }));
  }

  end(): void {
    this.closed = true;
  }

  async close(): Promise<void> {
    this.end();
    await this.inner.close();
    const ended = new AbortController();
    await Promise.race([this.sink.close(this.time()), this.clock.sleep(this.closeMs, ended.signal)]);
    ended.abort();
    this.needsImage = true;
  }

  /** Makes sure that there is a file with room for the next frame, where that is possible. */
  private room(bytes: number, isConnected: boolean): void {
    const { sink } = this;
    // Its header shows whether the disk takes anything again; an image for nothing would be a burden on the link.
    if (sink.state === 'probe') sink.begin(this.time());
    if (sink.state !== 'ready') return;
    if (!sink.fits(bytes)) this.begin(isConnected);
    if (!sink.hasGap) return;
    sink.closeGap(this.time());
    this.needsImage = true;
  }

  private begin(isConnected: boolean): void {
    this.sink.begin(this.time());
    this.needsImage = true;
    if (isConnected && this.facts !== undefined) this.write({ type: 'connect', again: true, outcome: this.facts });
  }

  private async image(bytes: number): Promise<void> {
    if (!this.needsImage || this.sink.state !== 'ready' || this.clock.monotonicMs() < this.imageDueMs) return;
    const outcome = await takeImage(this.inner, this.facts, Math.floor(this.maxBytes / IMAGES_IN_A_FILE));
    if (outcome.kind === 'failed') {
      this.imageDueMs = this.clock.monotonicMs() + IMAGE_RETRY_MS;
      return;
    }
    if (outcome.kind === 'tooLarge') {
      this.sink.stop(
        'OPENOT_CAPTURE_TOO_SMALL',
        `a capture file of ${this.maxBytes} bytes is too small for a ring of ${outcome.bytes}: nothing is ` +
          `recorded. Allow ${outcome.bytes * IMAGES_IN_A_FILE} bytes at least`
      );
      return;
    }
    const { ring, before, after } = outcome.frame;
    // The file may have been nearly full before a gap.
    if (!this.sink.fits(bytes + FRAME_OVERHEAD + 12 + ring.length + before.length + after.length)) this.begin(true);
    this.needsImage = !this.write(outcome.frame);
  }

  private write(content: WritableContent): boolean {
    return !this.closed && this.sink.push(content, this.time());
  }

  private time(): FrameTime {
    return { monotonicUs: Math.round((this.clock.monotonicMs() - this.beganMs) * 1000), wallNs: this.clock.nowNs() };
  }

  /** Whatever goes wrong while recording is the recording's trouble, never the reader's. */
  private async guarded(work: () => unknown): Promise<void> {
    if (this.closed) return;
    try {
      await work();
    } catch (error) {
      this.sink.stop(
        'OPENOT_CAPTURE_INTERNAL',
        `recording stopped because of an error inside it (${errorText(error)}); reading goes on. Please report ` +
          'this with the log'
      );
    }
  }
}

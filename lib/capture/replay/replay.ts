import { errorText } from '../../base';
import { isOpenotCode } from '../../base/codes';
import { CaptureFrame, CaptureTrouble, ReadFrame } from '../format';
import { ReadOutcome, ReadPart, RingFacts, Transport, TransportError } from '../../transport/transport';
import { systemClock } from '../../base/system';
import { CaptureClock } from '../clock';
import { CaptureFiles, diskFiles } from '../files';
import { ReplayClock } from './replay-clock';
import { ReplayImage } from './replay-image';
import { CaptureSource } from './source';

/** once: frame after frame as the reader asks; original: each at its recorded time. */
export type CaptureSpeed = 'once' | 'original';

/** What to replay, and how fast. */
export interface CaptureSettings {
  /** A capture file, the path of a series without its number, a folder with one series, or an image of a ring. */
  readonly path: string;
  /** Default `original`. */
  readonly speed?: CaptureSpeed;
  /** Default: that of this machine. */
  readonly clock?: CaptureClock;
  readonly files?: CaptureFiles;
}

/** A transport that replays a capture. */
export interface CaptureTransport extends Transport {
  /**
   * The time of the recording: a reader with this clock tells the recorded receive times and, at speed `once`, does not
   * wait for what was waited for then. With any other clock it waits as the recorded one did.
   */
  readonly clock: CaptureClock;
}

/** Recorded Reads that are looked through for the one that is asked. */
const LOOK_AHEAD = 4;
/**
 * Unasked frames that are taken for bytes the reader wants and the image does not hold yet: so many milliseconds of the
 * recording.
 */
const FETCH_US = 1_000_000;
/** The same asked so often out of the image, with nothing going on, is no progress. */
const MAX_REPEATS = 4;
/** At original speed: a recorded Read is waited for, or answered late, within so many milliseconds. */
const NEAR_MS = 2000;

const hasRing = (parts: readonly ReadPart[]): boolean => parts.some(({ kind }) => kind === 'ring');

/**
 * Replays a capture (docs/format.md 20). Where the reader asks what was asked then, it gets what was got, errors and
 * torn
 * copies included; where it asks something else, it gets it out of the image as it stood then. Behind the last frame
 * the
 * ring stands still, and no further than its bytes are in the capture.
 *
 * @example
 * ```ts
 * import { createCaptureTransport } from '@openot/node-red/capture';
 * import { openReader } from '@openot/node-red/reader';
 *
 * const transport = createCaptureTransport({ path: './captures/plc-7-000001.ootcap', speed: 'once' });
 * for await (const batch of openReader({ transport })) {
 *   console.log(batch.records);
 *   batch.settle();
 * }
 * ```
 */
export function createCaptureTransport(settings: CaptureSettings): CaptureTransport {
  return new Replay({ speed: 'original', clock: systemClock(), ...settings });
}

class Replay implements CaptureTransport {
  private readonly files: CaptureFiles;
  private source: CaptureSource | undefined;
  private image = new ReplayImage();
  private facts: RingFacts | undefined;
  /** Told with the facts and told on: lines are added while it is replayed. */
  private about: string[] = [];
  private finished = false;
  private replayClock: ReplayClock | undefined;
  private listeners = new Set<(error: TransportError) => void>();
  /** Ends every wait under way. */
  private closing = new AbortController();
  private turn: Promise<unknown> = Promise.resolve();
  private awaiting: CaptureFrame | undefined;
  private lastUs = 0;
  /** What was asked last out of the image, how often since, and whether the last window lay behind its head. */
  private lastServed: readonly ReadPart[] | undefined;
  private repeats = 0;
  private wasBehind = true;
  /** The last Read was one that was recorded. */
  private inStep = true;
  /** Milliseconds of the clock minus those of the recording, at original speed. */
  private offsetMs: number | undefined;

  constructor(private readonly settings: CaptureSettings & Required<Pick<CaptureSettings, 'speed' | 'clock'>>) {
    this.files = settings.files ?? diskFiles();
  }

  get clock(): CaptureClock {
    this.replayClock ??= new ReplayClock(this.settings.clock, this.settings.speed === 'once');
    return this.replayClock;
  }

  connect(): Promise<RingFacts | TransportError> {
    return this.working(() => this.connectNow());
  }

  read(parts: readonly ReadPart[]): Promise<ReadOutcome> {
    return this.working(async () => {
      if (this.source === undefined || this.closing.signal.aborted)
        return { ok: false, code: 'OPENOT_CAPTURE_CLOSED', message: 'the capture is not open', remedy: 'reconnect' };
      const outcome = this.settings.speed === 'once' ? await this.once(parts) : await this.original(parts);
      await this.lookOn();
      return outcome;
    });
  }

  onLost(listener: (error: TransportError) => void): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  close(): Promise<void> {
    this.closing.abort();
    return Promise.resolve();
  }

  private async connectNow(): Promise<RingFacts | TransportError> {
    if (this.closing.signal.aborted) this.closing = new AbortController();
    if (this.source === undefined) {
      const source = await CaptureSource.open(this.settings.path, this.files);
      if ('ok' in source) return source;
      this.source = source;
    }
    for (;;) {
      const frame = await this.event();
      // Reads that failed before it was connected again are not asked any more.
      if (frame === undefined || (frame.content.type === 'read' && frame.content.outcome.ok)) break;
      this.offsetMs ??= this.nowMs() - frame.monotonicUs / 1000;
      if (this.settings.speed === 'original') await this.wait(this.dueInMs(frame));
      if (this.closing.signal.aborted)
        return { ok: false, code: 'OPENOT_CAPTURE_CLOSED', message: 'the capture was closed', remedy: 'reconnect' };
      const { content } = frame;
      this.consume(frame);
      if (content.type !== 'connect') continue;
      if (!content.outcome.ok) return asRecorded(content.outcome);
      this.facts = content.outcome;
      break;
    }
    await this.lookOn();
    this.offsetMs ??= this.nowMs() - this.lastUs / 1000;
    const { ringBytes, granularity, about } = this.facts ?? { ringBytes: undefined, granularity: 1, about: [] };
    this.about = [...this.source.about, ...about];
    if (this.finished) this.sayFinished();
    return { ok: true, ringBytes, granularity, about: this.about };
  }

  private async once(parts: readonly ReadPart[]): Promise<ReadOutcome> {
    const firstUs = this.lastUs;
    for (let passed = 0; ; passed++) {
      const frame = await this.event();
      if (frame === undefined) return this.serveLast(parts);
      const { content } = frame;
      if (content.type === 'lost') return this.lostAt(frame, asRecorded(content.trouble), parts);
      if (content.type === 'read') {
        if (passed === 0) {
          const isControlOnly = !hasRing(parts);
          const found = isControlOnly && !this.inStep && this.wasBehind ? -1 : await this.find(parts);
          this.inStep = found >= 0;
          if (this.inStep) return this.answerAt(found);
          if (this.isCatchingUp(parts)) return this.image.serve(parts, true);
        }
        // One step at least, and on until the bytes that are wanted were read.
        if (passed > 0 && (this.image.firstUnknown(parts) === undefined || frame.monotonicUs - firstUs > FETCH_US))
          return this.image.serve(parts, false);
      }
      this.consume(frame);
    }
  }

  /**
   * The reader reads what had been read before the recording began: nothing goes on meanwhile, or a full ring would be
   * overwritten before it is through.
   */
  private isCatchingUp(parts: readonly ReadPart[]): boolean {
    this.repeats = this.lastServed !== undefined && isSame({ parts: this.lastServed }, parts) ? this.repeats + 1 : 0;
    this.lastServed = parts;
    if (hasRing(parts)) this.wasBehind = this.image.isBehind(parts);
    return this.wasBehind && this.repeats < MAX_REPEATS;
  }

  private async original(parts: readonly ReadPart[]): Promise<ReadOutcome> {
    for (;;) {
      const frame = await this.event();
      if (frame === undefined) return this.serveLast(parts);
      const { content } = frame;
      const dueInMs = this.dueInMs(frame);
      const isAsked = content.type === 'read' && Math.abs(dueInMs) <= NEAR_MS && isSame(content, parts);
      if (isAsked) {
        await this.wait(dueInMs);
        return this.answerAt(0);
      }
      if (dueInMs > 0) return this.image.serve(parts, false);
      const found = await this.find(parts);
      if (found > 0 && this.dueInMs((await this.source?.peek(found)) as CaptureFrame) <= 0) return this.answerAt(found);
      if (content.type === 'lost') return this.lostAt(frame, asRecorded(content.trouble), parts);
      this.consume(frame);
    }
  }

  /** The reader asks in the moment in which the link is lost: what it got then, or else that. */
  private async lostAt(frame: CaptureFrame, trouble: TransportError, parts: readonly ReadPart[]): Promise<ReadOutcome> {
    this.report(frame, trouble);
    const next = await this.event();
    return next?.content.type === 'read' && isSame(next.content, parts) ? this.answerAt(0) : trouble;
  }

  /**
   * How many frames on the recorded Read of exactly these parts is: among the next ones, and not behind a lost link.
   */
  private async find(parts: readonly ReadPart[]): Promise<number> {
    for (let ahead = 0, reads = 0; reads < LOOK_AHEAD; ahead++) {
      const frame = await this.source?.peek(ahead);
      if (frame === undefined) return -1;
      const { content } = frame;
      if (content.type === 'lost' || (content.type === 'connect' && !content.again)) return -1;
      if (content.type !== 'read') continue;
      if (isSame(content, parts)) return ahead;
      // A look alone is like every other: only the very next one is meant.
      if (!hasRing(parts)) return -1;
      reads++;
    }
    return -1;
  }

  private async answerAt(ahead: number): Promise<ReadOutcome> {
    for (let i = 0; i < ahead; i++) this.consume((await this.source?.peek()) as CaptureFrame);
    const frame = (await this.source?.peek()) as CaptureFrame;
    this.consume(frame);
    const { outcome } = frame.content as ReadFrame;
    return outcome.ok ? outcome : asRecorded(outcome);
  }

  private serveLast(parts: readonly ReadPart[]): ReadOutcome {
    if (!this.finished) {
      this.finished = true;
      this.sayFinished();
    }
    return this.image.serve(parts, true);
  }

  private sayFinished(): void {
    for (const line of this.source?.about ?? []) if (!this.about.includes(line)) this.about.push(line);
    this.about.push('replay finished: the ring stands as it was last seen');
  }

  /** The next frame that means something to the reader; what only adds to the image is put on it. */
  private async event(): Promise<CaptureFrame | undefined> {
    for (;;) {
      const frame = await this.source?.peek();
      if (frame === undefined) return undefined;
      const { content } = frame;
      if (content.type === 'read' || content.type === 'lost' || (content.type === 'connect' && !content.again))
        return frame;
      if (content.type === 'connect' && content.outcome.ok) this.facts = content.outcome;
      this.image.apply(frame);
      this.source?.shift();
    }
  }

  private consume(frame: CaptureFrame): void {
    this.source?.shift();
    this.image.apply(frame);
    this.lastUs = frame.monotonicUs;
    this.replayClock?.reached(frame.monotonicUs / 1000, frame.wallNs);
  }

  /** After an answer: how far time may go, and a link that is lost while nobody reads. */
  private async lookOn(): Promise<void> {
    const frame = await this.event();
    this.replayClock?.next(frame === undefined ? undefined : frame.monotonicUs / 1000);
    if (frame?.content.type !== 'lost' || this.awaiting === frame) return;
    this.awaiting = frame;
    const inMs = this.settings.speed === 'once' ? (frame.monotonicUs - this.lastUs) / 1000 : this.dueInMs(frame);
    // Listeners are not ours: what they throw must not end the process.
    this.lose(frame, inMs).catch(() => undefined);
  }

  private async lose(frame: CaptureFrame, inMs: number): Promise<void> {
    await this.wait(inMs);
    await this.inTurn(async () => {
      if (this.closing.signal.aborted || (await this.source?.peek()) !== frame || frame.content.type !== 'lost') return;
      this.report(frame, asRecorded(frame.content.trouble));
      await this.lookOn();
    });
  }

  private report(frame: CaptureFrame, trouble: TransportError): void {
    this.consume(frame);
    for (const listener of [...this.listeners]) listener(trouble);
  }

  private dueInMs(frame: CaptureFrame): number {
    return frame.monotonicUs / 1000 + (this.offsetMs ?? 0) - this.nowMs();
  }

  private nowMs(): number {
    return (this.replayClock ?? this.settings.clock).monotonicMs();
  }

  private async wait(ms: number): Promise<void> {
    if (ms > 0) await (this.replayClock ?? this.settings.clock).sleep(ms, this.closing.signal);
  }

  /** One at a time: a link is lost while a Read is asked, and both take the next frame. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = this.turn.then(work);
    this.turn = next.catch(() => undefined);
    return next;
  }

  /** Nothing rejects: what is thrown in here is an answer too. */
  private async working<T>(work: () => Promise<T | TransportError>): Promise<T | TransportError> {
    try {
      return await this.inTurn(() =>
        this.replayClock === undefined || this.settings.speed === 'original' ? work() : this.replayClock.during(work)
      );
    } catch (error) {
      return {
        ok: false,
        code: 'OPENOT_CAPTURE_INTERNAL',
        message:
          `the replay stopped because of an error inside it (${errorText(error)}): please report this with the ` +
          'capture',
        remedy: 'refused'
      };
    }
  }
}

function isSame(frame: Pick<ReadFrame, 'parts'>, parts: readonly ReadPart[]): boolean {
  return (
    frame.parts.length === parts.length &&
    frame.parts.every((part, i) => {
      const asked = parts[i];
      return part.kind === 'control' || asked.kind === 'control'
        ? part.kind === asked.kind
        : part.offset === asked.offset && part.length === asked.length;
    })
  );
}

/** A recorded error as it was; one with a code that only a later version knows keeps it in its message. */
function asRecorded(trouble: CaptureTrouble): TransportError {
  const { code, message } = trouble;
  return isOpenotCode(code)
    ? { ...trouble, code }
    : { ...trouble, code: 'OPENOT_CAPTURE_UNKNOWN_ERROR', message: `${code}: ${message}` };
}

import { errorText } from '../../base';
import type { OpenotCode } from '../../base/codes';
import { basename, dirname } from 'node:path';
import {
  CAPTURE_PREAMBLE_LENGTH,
  CaptureFrame,
  checkCapturePreamble,
  decodeFrame,
  frameLength,
  HeaderFrame
} from '../format';
import { TransportError } from '../../transport/transport';
import { bareImage } from './bare';
import { CaptureFiles } from '../files';
import { CAPTURE_EXTENSION, seriesIn, seriesOf } from '../names';

/** Longest file in bytes that is replayed: it is held in memory. */
export const MAX_CAPTURE_FILE = 512 * 1024 * 1024;

const refused = (code: OpenotCode, message: string): TransportError => ({
  ok: false,
  code,
  message,
  remedy: 'refused'
});

/** The frames of one recording, file after file; one file at a time is in memory. */
export class CaptureSource {
  /** What a person is told: files, frames, where it was cut. */
  readonly about: string[] = [];
  private bytes = new Uint8Array(0);
  private at = 0;
  private ordinal = 0;
  private upcoming: CaptureFrame[] = [];

  private constructor(
    private readonly files: CaptureFiles,
    private readonly paths: string[]
  ) {}

  /**
   * Finds what is at `path` (a file, a series without its number, a folder, a bare image) and checks the first file
   * whole.
   */
  static async open(path: string, files: CaptureFiles): Promise<CaptureSource | TransportError> {
    try {
      const found = await filesAt(path, files);
      if ('ok' in found) return found;
      const source = new CaptureSource(files, found.paths);
      if (found.frame !== undefined) {
        source.upcoming.push(found.frame);
        source.about.push(
          `${basename(path)}: one image of the ring, ` +
            `${found.frame.content.type === 'image' ? found.frame.content.ring.length : 0} bytes`
        );
        return source;
      }
      const problem = await source.nextFile();
      return problem ?? source;
    } catch (error) {
      return refused('OPENOT_CAPTURE_FILE', `the capture at ${path} could not be read (${errorText(error)})`);
    }
  }

  /** The frame that is `ahead` frames further on, or undefined behind the last one. Never rejects. */
  async peek(ahead = 0): Promise<CaptureFrame | undefined> {
    while (this.upcoming.length <= ahead) {
      const frame = this.decode();
      if (frame !== undefined) this.upcoming.push(frame);
      else if (!(await this.hasNextFile())) return undefined;
    }
    return this.upcoming[ahead];
  }

  /** Passes over the next frame. */
  shift(): void {
    this.upcoming.shift();
  }

  private decode(): CaptureFrame | undefined {
    const length = frameLength(this.bytes, this.at, this.at, this.bytes.length - this.at);
    if (typeof length !== 'number') return undefined;
    const frame = decodeFrame(this.bytes.subarray(this.at, this.at + length), this.at, this.ordinal);
    if (!frame.ok) return undefined;
    this.at += length;
    this.ordinal++;
    return frame;
  }

  private async hasNextFile(): Promise<boolean> {
    if (this.paths.length === 0) return false;
    try {
      const problem = await this.nextFile();
      if (problem !== undefined) this.fail(problem.message);
      return problem === undefined;
    } catch (error) {
      this.fail(errorText(error));
      return false;
    }
  }

  private fail(why: string): void {
    this.about.push(`the replay ends here: ${why}`);
    this.paths.length = 0;
  }

  private async nextFile(): Promise<TransportError | undefined> {
    const path = this.paths.shift() as string;
    const bytes = await readBounded(path, this.files);
    if (!(bytes instanceof Uint8Array)) return bytes;
    const begin = checkCapturePreamble(bytes);
    if (!begin.ok) return refused(begin.code, `${path}: ${begin.message}`);
    this.bytes = bytes;
    this.at = CAPTURE_PREAMBLE_LENGTH;
    this.ordinal = 0;
    this.about.push(...this.describe(basename(path)));
    return undefined;
  }

  /** Goes through the file once: what it holds, and where it ends. */
  private describe(name: string): string[] {
    let header: HeaderFrame | undefined;
    let first: CaptureFrame | undefined;
    let last: CaptureFrame | undefined;
    let missing = 0;
    for (let frame = this.decode(); frame !== undefined; frame = this.decode()) {
      if (frame.content.type === 'header') header = frame.content;
      if (frame.content.type === 'gap') missing += frame.content.frames;
      first ??= frame;
      last = frame;
    }
    const seconds = Math.round(((last?.monotonicUs ?? 0) - (first?.monotonicUs ?? 0)) / 1e6);
    const lines = [
      `${name}: ${this.ordinal} frames of ${seconds} s, ` +
        `${[header?.transport, header?.stream, header?.ring, header?.software].filter(Boolean).join(', ')}`
    ];
    if (missing > 0) lines.push(`${name}: ${missing} frames are missing, the disk did not take them`);
    if (this.at < this.bytes.length) {
      const length = frameLength(this.bytes, this.at, this.at, this.bytes.length - this.at);
      const stop =
        typeof length === 'number'
          ? decodeFrame(this.bytes.subarray(this.at, this.at + length), this.at, this.ordinal)
          : length;
      if (!stop.ok) lines.push(`${name}: ${stop.code}: ${stop.message}`);
    } else if (last?.content.type !== 'end')
      lines.push(`${name}: recording was not ended in order; all that is there is good`);
    this.at = CAPTURE_PREAMBLE_LENGTH;
    this.ordinal = 0;
    return lines;
  }
}

async function readBounded(path: string, files: CaptureFiles): Promise<Uint8Array<ArrayBuffer> | TransportError> {
  const { bytes } = await files.look(path);
  if (bytes > MAX_CAPTURE_FILE)
    return refused(
      'OPENOT_CAPTURE_TOO_LARGE',
      `${path} has ${bytes} bytes, a capture of at most ${MAX_CAPTURE_FILE} can be replayed`
    );
  return new Uint8Array(await files.read(path));
}

async function filesAt(
  path: string,
  files: CaptureFiles
): Promise<{ paths: string[]; frame?: CaptureFrame } | TransportError> {
  const { kind } = await files.look(path);
  if (kind === 'file') {
    const bytes = await readBounded(path, files);
    if (!(bytes instanceof Uint8Array)) return bytes;
    const frame = bareImage(bytes);
    return frame === undefined ? { paths: [path] } : { paths: [], frame };
  }
  if (kind === 'folder') {
    const names = await files.list(path);
    const series = seriesIn(path, names);
    const bases = [...new Set(series.map(({ base }) => basename(base)))];
    if (bases.length > 1)
      return refused(
        'OPENOT_CAPTURE_FILE',
        `the folder ${path} holds several recordings (${bases.slice(0, 5).join(', ')}): name one of them`
      );
    if (series.length > 0) return { paths: series.map((file) => file.path) };
    return refused(
      'OPENOT_CAPTURE_FILE',
      `the folder ${path} holds no capture: files *${CAPTURE_EXTENSION} with numbers were expected`
    );
  }
  const series = seriesOf(path, await files.list(dirname(path)));
  if (series.length > 0) return { paths: series.map((file) => file.path) };
  return refused(
    'OPENOT_CAPTURE_FILE',
    `there is no capture at ${path}: a file, the path of a series without its number, or a folder was expected`
  );
}

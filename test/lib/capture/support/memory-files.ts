import { basename, dirname } from 'node:path';
import { CaptureFiles, CaptureHandle } from '../../../../lib/capture';

const coded = (code: string): Error => Object.assign(new Error(`${code}: of the test`), { code });

/** Files that live in memory, with a disk that a test can fill, stop and let go. */
export class MemoryFiles implements CaptureFiles {
  readonly files = new Map<string, Uint8Array>();
  /** Code that writes and creations are refused with. */
  refuses: string | undefined;
  /** Only writes are: an empty file takes no room. */
  onlyWrites = false;
  /** Bytes of a write that is refused which reach the file all the same. */
  partly = 0;
  /** Writes wait for this. */
  held: Promise<void> | undefined;
  opened = 0;
  closed = 0;
  reads: string[] = [];

  get paths(): string[] {
    return [...this.files.keys()].sort();
  }

  bytesOf(path: string): Uint8Array {
    const bytes = this.files.get(path);
    if (bytes === undefined) throw new Error(`no file ${path}, but ${this.paths.join(', ')}`);
    return bytes;
  }

  list(folder: string): Promise<string[]> {
    return Promise.resolve(this.paths.filter((path) => dirname(path) === folder).map((path) => basename(path)));
  }

  look(path: string): ReturnType<CaptureFiles['look']> {
    const bytes = this.files.get(path);
    if (bytes !== undefined) return Promise.resolve({ kind: 'file', bytes: bytes.length });
    return Promise.resolve({ kind: this.paths.some((other) => dirname(other) === path) ? 'folder' : 'none', bytes: 0 });
  }

  read(path: string): Promise<Uint8Array> {
    this.reads.push(path);
    return Promise.resolve(this.bytesOf(path));
  }

  async create(path: string): Promise<CaptureHandle> {
    await this.held;
    if (this.refuses !== undefined && !this.onlyWrites) throw coded(this.refuses);
    if (this.files.has(path)) throw coded('EEXIST');
    this.files.set(path, new Uint8Array(0));
    this.opened++;
    return {
      write: async (bytes) => {
        await this.held;
        const kept = this.refuses === undefined ? bytes : bytes.subarray(0, this.partly);
        this.files.set(path, new Uint8Array(Buffer.concat([this.bytesOf(path), kept])));
        if (this.refuses !== undefined) throw coded(this.refuses);
      },
      close: () => {
        this.closed++;
        return Promise.resolve();
      }
    };
  }

  remove(path: string): Promise<void> {
    this.files.delete(path);
    return Promise.resolve();
  }
}

import type { LogSource } from '../../../lib/archive';
import type { FolderSystem } from '../../../lib/archive/files';
import type { Seeded } from '../seeded';

interface File {
  bytes: Buffer;
  /** What survives a power failure; undefined: nothing of it. */
  durable: Buffer | undefined;
}

/** Something done to the names of a folder that a power failure may undo: the names before it. */
interface Change {
  readonly folder: string;
  readonly before: ReadonlyMap<string, File | undefined>;
}

/** How the next life of a process ends, and what the disk does meanwhile. */
export interface DiskPlan {
  /** The process is killed at this step. */
  readonly diesAfter: number;
  /** With the process the power goes: what was not flushed may be lost, in part or whole. */
  readonly power: boolean;
  /** Some writes fail for want of room. */
  readonly full: boolean;
}

const above = (path: string): string => path.slice(0, path.lastIndexOf('/'));

/** A disk in memory. Writing, flushing, renaming and flushing a folder are steps of their own; each may be the last. */
export class MemoryDisk {
  private files = new Map<string, File>();
  private changes: Change[] = [];
  private steps = 0;
  private left = Infinity;
  private current: DiskPlan = { diesAfter: Infinity, power: false, full: false };
  private die: () => void = () => undefined;
  private life = 0;

  constructor(private readonly random: Seeded) {}

  /** For the life that begins now. */
  plan(plan: DiskPlan): void {
    this.current = plan;
    this.left = plan.diesAfter;
    this.life++;
  }

  /** Resolves when the work is done, or when the process was killed in it. Rejects where the work fails. */
  untilDeath(work: Promise<void>): Promise<void> {
    const death = new Promise<void>((resolve) => (this.die = resolve));
    return Promise.race([work, death]);
  }

  /** After a kill; with the power gone, what was not flushed is there in part. */
  restart(): void {
    if (this.left <= 0 && this.current.power) this.powerCut();
    // The lock of a process that is gone: on a real machine it is known dead.
    for (const path of [...this.files.keys()]) if (/\.lock(\.taking)?$/.test(path)) this.files.delete(path);
    this.life++;
  }

  /** Everything below a folder, to be put back later. */
  copy(root: string): Map<string, Buffer> {
    const below = [...this.files].filter(([path]) => path.startsWith(`${root}/`));
    return new Map(below.map(([path, { bytes }]) => [path, Buffer.from(bytes)]));
  }

  /** An older state of a folder, as a backup puts it there. */
  putBack(root: string, files: ReadonlyMap<string, Buffer>): void {
    for (const path of [...this.files.keys()]) if (path.startsWith(`${root}/`)) this.files.delete(path);
    for (const [path, bytes] of files) this.files.set(path, { bytes: Buffer.from(bytes), durable: bytes });
  }

  source(root: string): LogSource {
    return { read: (path) => Promise.resolve(this.files.get(`${root}/${path}`)?.bytes) };
  }

  /** The disk as one process has it. */
  mount(): FolderSystem {
    const { life } = this;
    const step = <T>(work: () => T, half?: () => void, needsRoom = false): Promise<T> =>
      new Promise<T>((resolve, reject) => {
        setImmediate(() => {
          this.steps++;
          // A process that is gone does nothing, and hears of nothing.
          if (life !== this.life || this.left <= 0) return;
          if (--this.left <= 0) {
            if (this.random.below(2) === 0) half?.();
            return this.die();
          }
          if (needsRoom && this.current.full && this.random.below(4) === 0) {
            half?.();
            return reject(Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' }));
          }
          try {
            resolve(work());
          } catch (thrown) {
            reject(thrown as Error);
          }
        });
      });
    const part = (bytes: Uint8Array): Uint8Array => bytes.subarray(0, this.random.below(bytes.length + 1));
    const write = (path: string, bytes: Uint8Array): Promise<void> =>
      step(
        () => this.fill(path, bytes),
        () => this.fill(path, part(bytes)),
        true
      );
    const sync = (path: string): Promise<void> =>
      step(() => {
        const file = this.files.get(path);
        if (file !== undefined) file.durable = Buffer.from(file.bytes);
      });
    return {
      read: (path) => step(() => this.files.get(path)?.bytes),
      write,
      sync,
      writeFlushed: (path, bytes) => write(path, bytes).then(() => sync(path)),
      create: (path, bytes) =>
        step(() => {
          if (this.files.has(path)) return false;
          this.fill(path, bytes);
          return true;
        }),
      rename: (from, to) => step(() => this.rename(from, to)),
      syncFolder: (folder) =>
        step(() => void (this.changes = this.changes.filter((change) => change.folder !== folder))),
      remove: (path) => step(() => this.put(path, undefined)),
      makeFolder: () => step(() => undefined),
      touch: (path) => Promise.resolve(this.files.has(path)),
      changedMs: () => Promise.resolve(1),
      writeAt: (path, offset, bytes) =>
        step(
          () => this.patch(path, offset, bytes),
          () => this.patch(path, offset, part(bytes)),
          true
        ).then(() => sync(path)),
      truncate: (path, length) => step(() => this.cut(path, length)).then(() => sync(path)),
      list: (folder) => step(() => this.names(folder)),
      removeFolder: (path) => step(() => this.removeBelow(path))
    };
  }

  private names(folder: string): string[] {
    const below = [...this.files.keys()].filter((path) => path.startsWith(`${folder}/`));
    return [...new Set(below.map((path) => path.slice(folder.length + 1).split('/')[0]))];
  }

  private removeBelow(root: string): void {
    for (const path of [...this.files.keys()])
      if (path === root || path.startsWith(`${root}/`)) this.put(path, undefined);
  }

  private rename(from: string, to: string): void {
    const moved = [...this.files].filter(([path]) => path === from || path.startsWith(`${from}/`));
    if (moved.length === 0) throw Object.assign(new Error(`ENOENT: ${from}`), { code: 'ENOENT' });
    const before = new Map<string, File | undefined>();
    for (const [path, file] of moved) {
      const target = to + path.slice(from.length);
      before.set(path, file).set(target, this.files.get(target));
      this.files.set(target, file);
      this.files.delete(path);
    }
    this.changes.push({ folder: above(to), before });
  }

  private put(path: string, file: File | undefined): void {
    this.changes.push({ folder: above(path), before: new Map([[path, this.files.get(path)]]) });
    if (file === undefined) this.files.delete(path);
    else this.files.set(path, file);
  }

  private fill(path: string, bytes: Uint8Array): void {
    const file = this.files.get(path);
    if (file === undefined) this.put(path, { bytes: Buffer.from(bytes), durable: undefined });
    else file.bytes = Buffer.from(bytes);
  }

  private patch(path: string, offset: number, bytes: Uint8Array): void {
    const before = this.files.get(path)?.bytes ?? Buffer.alloc(0);
    const after = Buffer.alloc(Math.max(before.length, offset + bytes.length));
    before.copy(after);
    after.set(bytes, offset);
    this.fill(path, after);
  }

  private cut(path: string, length: number): void {
    const before = this.files.get(path)?.bytes ?? Buffer.alloc(0);
    this.fill(path, before.subarray(0, length));
  }

  /** Of what was not flushed, an unknown part is there: names in their order, pages of bytes in any. */
  private powerCut(): void {
    const kept = this.random.below(this.changes.length + 1);
    for (const { before } of this.changes.splice(kept).reverse())
      for (const [path, file] of before) {
        if (file === undefined) this.files.delete(path);
        else this.files.set(path, file);
      }
    this.changes = [];
    for (const file of this.files.values()) {
      const durable = file.durable ?? Buffer.alloc(0);
      if (!durable.equals(file.bytes)) file.bytes = this.torn(durable, file.bytes);
      file.durable = Buffer.from(file.bytes);
    }
  }

  private torn(durable: Buffer, bytes: Buffer): Buffer {
    const way = this.random.below(4);
    if (way === 0) return Buffer.from(durable);
    if (way === 1) return Buffer.from(bytes.subarray(0, Math.max(durable.length, this.random.below(bytes.length + 1))));
    // Its length was written; of its pages some hold what was before.
    const page = 64 << this.random.below(4);
    const after = Buffer.from(bytes);
    for (let at = 0; at < after.length; at += page)
      if (this.random.below(2) === 0) {
        const end = Math.min(after.length, at + page);
        after.fill(0, at, end);
        if (at < durable.length) durable.copy(after, at, at, Math.min(end, durable.length));
      }
    return after;
  }
}

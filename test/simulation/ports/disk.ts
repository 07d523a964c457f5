import { FileSystem } from '../../../lib/state/files';
import { Chance } from '../chance';
import { Scheduler } from '../scheduler';

interface File {
  /** What a reader of the file sees. */
  bytes: Uint8Array;
  /** What survives a power failure; undefined = nothing was flushed yet. */
  durable: Uint8Array | undefined;
  changedMs: number;
}

/** Something that was done to the folder and may still be undone by a power failure, whole: name and file before it. */
type Change = readonly (readonly [name: string, before: File | undefined])[];

export interface DiskPlan {
  /** Milliseconds that a step takes, at most. */
  readonly stepMs: number;
  /** Chance that a step fails. */
  readonly fails: number;
  /** Chance that a step fails for want of room, for so long. */
  readonly full: number;
  readonly fullMs: number;
}

/**
 * Files of one folder. Writing, flushing, renaming and flushing the folder are apart: a power failure forgets what was
 * not
 * flushed, in part or whole; a process that is killed forgets nothing that was done.
 */
export class Disk {
  /** Steps so far. */
  steps = 0;
  /** The step with this number fails, whatever else: "the store fails at the Nth call". */
  failsAt = Infinity;
  isCalm = false;
  /** Called when the visible bytes of a file were replaced. */
  onRenamed: (to: string, bytes: Uint8Array) => void = () => undefined;
  private files = new Map<string, File>();
  /** Not flushed yet, oldest first. */
  private changes: Change[] = [];
  private fullUntil = -1;

  constructor(
    private readonly plan: DiskPlan,
    private readonly chance: Chance,
    private readonly scheduler: Scheduler,
    private readonly wallMs: () => number
  ) {}

  bytesOf(path: string): Uint8Array | undefined {
    return this.files.get(path)?.bytes;
  }

  /** Puts other bytes there, flushed: a backup that was played back. */
  putBack(path: string, bytes: Uint8Array): void {
    this.files.set(path, { bytes, durable: bytes, changedMs: this.wallMs() });
  }

  /** Power fails: of what was not flushed, an unknown part is there. */
  crash(): void {
    const { chance } = this;
    // The folder: a journal keeps a beginning of what was done.
    const kept = chance.below(this.changes.length + 1);
    for (const [name, before] of this.changes.splice(kept).reverse().flat()) {
      if (before === undefined) this.files.delete(name);
      else this.files.set(name, before);
    }
    this.changes = [];
    for (const file of this.files.values()) {
      if (file.durable === file.bytes) continue;
      const part = chance.below(3);
      if (part === 0) file.bytes = file.durable ?? new Uint8Array(0);
      else if (part === 1) file.bytes = file.bytes.slice(0, chance.below(file.bytes.length + 1));
      else {
        // Its length was written, some of its bytes were not.
        const bytes = file.bytes.slice();
        bytes.fill(0, chance.below(bytes.length + 1));
        file.bytes = bytes;
      }
      file.durable = file.bytes;
    }
  }

  /** The file system as one process has it; `isDead` ends it. */
  mount(isDead: () => boolean): FileSystem {
    const step = <T>(name: string, work: () => T, half?: () => void): Promise<T> =>
      new Promise<T>((resolve, reject) => {
        const number = ++this.steps;
        this.scheduler.after(this.plan.stepMs * this.chance.next(), () => {
          // Killed, or out of room, in the middle of it: a part was done, and nobody has been told.
          if (isDead()) return this.chance.does(0.5) ? half?.() : undefined;
          const failure = this.failure(name, number);
          if (failure !== undefined) {
            if (this.chance.does(0.5)) half?.();
            return reject(failure);
          }
          try {
            resolve(work());
          } catch (error) {
            reject(error instanceof Error ? error : new Error(String(error)));
          }
        });
      });
    return {
      read: (path) => step('read', () => this.files.get(path)?.bytes.slice()),
      write: (path, bytes) =>
        step(
          'write',
          () => this.fill(path, bytes),
          () => this.fill(path, bytes.subarray(0, this.chance.below(bytes.length + 1)))
        ),
      create: (path, bytes) =>
        step('create', () => {
          if (this.files.has(path)) return false;
          this.fill(path, bytes);
          return true;
        }),
      sync: (path) =>
        step('sync', () => {
          const file = this.files.get(path);
          if (file !== undefined) file.durable = file.bytes;
        }),
      rename: (from, to) =>
        step('rename', () => {
          const file = this.files.get(from);
          if (file === undefined) throw Object.assign(new Error(`ENOENT: ${from}`), { code: 'ENOENT' });
          this.put([to, file], [from, undefined]);
          this.onRenamed(to, file.bytes);
        }),
      syncFolder: () =>
        step('syncFolder', () => {
          this.changes = [];
        }),
      remove: (path) => step('remove', () => this.put([path, undefined])),
      makeFolder: () => step('makeFolder', () => undefined),
      touch: (path) =>
        step('touch', () => {
          const file = this.files.get(path);
          if (file !== undefined) file.changedMs = this.wallMs();
          return file !== undefined;
        }),
      changedMs: (path) => step('changedMs', () => this.files.get(path)?.changedMs)
    };
  }

  private fill(path: string, bytes: Uint8Array): void {
    const file = this.files.get(path);
    if (file === undefined)
      return this.put([path, { bytes: bytes.slice(), durable: undefined, changedMs: this.wallMs() }]);
    file.bytes = bytes.slice();
    file.changedMs = this.wallMs();
  }

  private put(...entries: (readonly [name: string, after: File | undefined])[]): void {
    this.changes.push(entries.map(([name]) => [name, this.files.get(name)] as const));
    for (const [name, after] of entries) {
      if (after === undefined) this.files.delete(name);
      else this.files.set(name, after);
    }
  }

  private failure(name: string, number: number): Error | undefined {
    if (number === this.failsAt)
      return Object.assign(new Error(`EIO: step ${number} (${name}) of the simulation`), { code: 'EIO' });
    if (this.isCalm) return undefined;
    const { plan, chance, scheduler } = this;
    if (scheduler.now < this.fullUntil && (name === 'write' || name === 'create'))
      return Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' });
    if (chance.does(plan.full)) this.fullUntil = scheduler.now + plan.fullMs * chance.next();
    return chance.does(plan.fails)
      ? Object.assign(new Error(`EIO: ${name} of the simulation`), { code: 'EIO' })
      : undefined;
  }
}

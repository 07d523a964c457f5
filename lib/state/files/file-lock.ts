import { failure, isCount, isText, optional, shapeOf } from '../../base';
import { LockOutcome } from '../store';
import { FileSystem } from './file-system';

/** Who holds a lock, as far as others can tell. */
export interface LockHolder {
  /** Process id. */
  readonly pid: number;
  /** Name of the machine, or of the container. */
  readonly host: string;
  /** One life of one store. */
  readonly owner: string;
  /** This life of the machine, where it can be known; process ids and times of start mean something only within it. */
  readonly boot?: string;
  /** Where its process id counts: a container has ids of its own. */
  readonly space?: string;
  /** When the process started, in this life of the machine: a process id may be given out again, not with that. */
  readonly started?: string;
}

/** What a lock needs of the machine. */
export interface LockPorts {
  readonly files: FileSystem;
  readonly self: LockHolder;
  /** False only where this process is known to be gone. */
  isAlive(pid: number): boolean;
  /** When that process started, as `LockHolder.started`; undefined, or absent, where that cannot be known. */
  startedOf?(pid: number): string | undefined;
  /** When this life of the machine began, as `wallMs`; absent where that cannot be known. */
  bootedMs?(): number;
  /** Milliseconds since the Unix epoch, to compare with a file's time. */
  wallMs(): number;
  /** Milliseconds that never go back. */
  monotonicMs(): number;
  /** Calls again and again; returns how to end that. Must not keep the process alive. */
  every(ms: number, call: () => void): () => void;
}

/** Holders made by this process: an earlier one of them is a life that ended, or will. */
const here = new Set<string>();

/** How often a holder touches its lock. */
export const TOUCH_MS = 1_000;
/**
 * A holder whose process seems to be gone, and which has not touched its lock for so long, holds it no more. Where it
 * is known to be gone (`LockHolder.boot`), nobody waits.
 */
export const DEAD_MS = 3_000;
/**
 * The same where nobody can tell whether it lives: another machine or container, or a process id that was given out
 * again.
 */
export const SILENT_MS = 15_000;

/**
 * A lock file beside a state file: two readers on one state would each undo what the other saved. It names its holder
 * and is touched every second, so that a lock left behind by a crash is known as such. A holder that lost its lock (it
 * stood still for too long, and another took it) finds out before it saves the next time.
 */
export class FileLock {
  private endTouching: (() => void) | undefined;
  /** Files of others, as last seen: when the time stays the same, nobody touches it. */
  private readonly seen = new Map<string, { readonly changedMs: number; readonly sinceMs: number }>();

  constructor(
    private readonly path: string,
    private readonly ports: LockPorts
  ) {}

  /** Takes the lock, or says who has it; to be tried again. Rejects where the files cannot be used. */
  async acquire(): Promise<LockOutcome> {
    const { files, self } = this.ports;
    if (this.endTouching !== undefined && (await this.isMine())) return { ok: true };
    if (await files.create(this.path, this.image())) return this.taken();
    const holder = holderOf(await files.read(this.path));
    // One that names nobody is just being made, or was cut short by a crash.
    if (!(await (holder === undefined ? this.standsStill(this.path, DEAD_MS) : this.isLeft(holder))))
      return refused(this.path, holder);
    return (await this.takeOver(holder?.owner))
      ? this.taken()
      : refused(this.path, holderOf(await files.read(this.path)) ?? self);
  }

  /** One at a time: of two that find the same lock left behind, the second must not take it from the first. */
  private async takeOver(left: string | undefined): Promise<boolean> {
    const { files } = this.ports;
    const taking = `${this.path}.taking`;
    if (!(await files.create(taking, this.image()))) {
      if (await this.standsStill(taking, DEAD_MS)) await files.remove(taking);
      return false;
    }
    if (holderOf(await files.read(this.path))?.owner !== left) {
      await files.remove(taking);
      return false;
    }
    // Renamed over, never removed first: between the two, a third could make its own.
    await files.rename(taking, this.path);
    return this.isMine();
  }

  /** Whether the lock is still this holder's. */
  private async isMine(): Promise<boolean> {
    return holderOf(await this.ports.files.read(this.path))?.owner === this.ports.self.owner;
  }

  /** The same; a lock file that somebody removed is made again, since nobody else has it. */
  async isKept(): Promise<boolean> {
    const bytes = await this.ports.files.read(this.path);
    if (bytes === undefined) return (await this.ports.files.create(this.path, this.image())) || this.isMine();
    return holderOf(bytes)?.owner === this.ports.self.owner;
  }

  /** Gives the lock back, unless another has it. */
  async release(): Promise<void> {
    const had = this.endTouching !== undefined;
    this.endTouching?.();
    this.endTouching = undefined;
    if (had && (await this.isMine())) await this.ports.files.remove(this.path);
  }

  private taken(): LockOutcome {
    const { every } = this.ports;
    this.seen.clear();
    here.add(this.ports.self.owner);
    this.endTouching ??= every(TOUCH_MS, () => void this.touch());
    return { ok: true };
  }

  /** Of a lock that another has, the loser's touch would say that the winner lives. */
  private async touch(): Promise<void> {
    try {
      if (await this.isKept()) await this.ports.files.touch(this.path);
      else this.endTouching?.();
    } catch {
      // Seen by the others only: the next save looks at the lock itself.
    }
  }

  private async isLeft(holder: LockHolder): Promise<boolean> {
    const { files, self, isAlive, wallMs } = this.ports;
    if (await this.isKnownDead(holder)) return true;
    // Of two in this process the later one counts. A container that was started again has the same number too; so may
    // one beside it that shares the folder.
    if (holder.host === self.host && holder.pid === self.pid)
      return here.has(holder.owner) || this.standsStill(this.path, DEAD_MS);
    const isDead = holder.host === self.host && !isAlive(holder.pid);
    if (isDead && wallMs() - ((await files.changedMs(this.path)) ?? 0) >= DEAD_MS) return true;
    return this.standsStill(this.path, isDead ? DEAD_MS : SILENT_MS);
  }

  /** Where both know in which life of which machine they run, a crash is seen at once. */
  private async isKnownDead({ pid, host, boot, space, started }: LockHolder): Promise<boolean> {
    const { files, self, isAlive, startedOf, bootedMs } = this.ports;
    if (host !== self.host || boot === undefined || self.boot === undefined) return false;
    if (boot !== self.boot) {
      // The machine was started again since, unless another one has the same name: that one touches its lock.
      const changedMs = await files.changedMs(this.path);
      return bootedMs !== undefined && changedMs !== undefined && changedMs < bootedMs();
    }
    if (space === undefined || space !== self.space) return false;
    if (!isAlive(pid)) return true;
    const startedNow = pid === self.pid ? self.started : startedOf?.(pid);
    return started !== undefined && startedNow !== undefined && started !== startedNow;
  }

  /** Clocks of two machines may differ: only whether the time of a file changes tells, over several tries. */
  private async standsStill(path: string, forMs: number): Promise<boolean> {
    const { files, monotonicMs } = this.ports;
    const changedMs = await files.changedMs(path);
    if (changedMs === undefined) return true;
    const seen = this.seen.get(path);
    if (seen?.changedMs !== changedMs) this.seen.set(path, { changedMs, sinceMs: monotonicMs() });
    return seen?.changedMs === changedMs && monotonicMs() - seen.sinceMs >= forMs;
  }

  private image(): Uint8Array {
    return Buffer.from(JSON.stringify(this.ports.self), 'utf8');
  }
}

const isHolder = shapeOf<LockHolder>({
  pid: isCount,
  host: isText,
  owner: isText,
  boot: optional(isText),
  space: optional(isText),
  started: optional(isText)
});

/** Undefined where it names nobody: cut short by a crash, and so nobody's. */
function holderOf(bytes: Uint8Array | undefined): LockHolder | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes ?? []).toString('utf8'));
    return isHolder(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function refused(path: string, holder: LockHolder | undefined): LockOutcome {
  const by = holder === undefined ? 'another process' : `process ${holder.pid} on ${holder.host}`;
  return failure(
    'OPENOT_STATE_LOCKED',
    `this state file is in use by ${by}: expected to be its only user, found the lock ${path}. Two runtimes must ` +
      'not share a user directory; stop one of them. After a crash the lock is taken over by itself within ' +
      `${SILENT_MS / 1000} s`
  );
}

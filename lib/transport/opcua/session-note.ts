import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What a note says. No secret of the session stands in it. */
interface NoteContent {
  /** Milliseconds after which the server ends a session that is silent. */
  readonly timeoutMs: number;
  /** Unix milliseconds when its link was lost; absent while it is used, and after a kill. */
  readonly lostMs?: number;
  /** The process that has, or had, the session: a name that no other one ever has, and its number on its machine. */
  readonly owner: string;
  readonly pid: number;
}

const OWNER = randomUUID();

/**
 * A file that says that a session is open at an endpoint: what is left of it after a kill tells whose session it is
 * that a server holds. Each connection has a file of its own, because several may be open at one endpoint: a test in
 * the editor ends while the reader goes on, and must not take the reader's note with it. Nothing here rejects: without
 * a note less is said, nothing more.
 */
export class SessionNote {
  private readonly folder: string;
  private readonly file: string;

  constructor(pkiFolder: string, endpoint: string) {
    const place = createHash('sha256').update(endpoint).digest('hex').slice(0, 16);
    this.folder = join(pkiFolder, 'sessions', place);
    this.file = join(this.folder, `${randomUUID()}.json`);
  }

  /** Notes a session that is open, or one whose link was lost at `lostMs`. */
  async write(timeoutMs: number, lostMs?: number): Promise<void> {
    const content: NoteContent = {
      timeoutMs,
      owner: OWNER,
      pid: process.pid,
      ...(lostMs === undefined ? {} : { lostMs })
    };
    const write = async (): Promise<void> => {
      await mkdir(this.folder, { recursive: true });
      await writeFile(this.file, JSON.stringify(content) + '\n');
    };
    await write().catch(() => undefined);
    await this.sweep();
  }

  /** The session was closed in order. */
  async remove(): Promise<void> {
    await removed(this.file);
  }

  /** When the server will have ended, at the latest, the sessions of ours that were not closed; none: undefined. */
  async heldUntil(): Promise<Date | undefined> {
    const latestMs = Math.max(0, ...(await this.sweep()));
    return latestMs === 0 ? undefined : new Date(latestMs);
  }

  /** When the sessions end that nobody uses any more, Unix milliseconds. Notes of those that have ended are removed. */
  private async sweep(): Promise<number[]> {
    const ends: number[] = [];
    for (const name of await readdir(this.folder).catch(() => [])) {
      const file = join(this.folder, name);
      const endMs = endOf(await contentOf(file));
      if (endMs === undefined) continue;
      if (endMs > Date.now()) ends.push(endMs);
      else await removed(file);
    }
    return ends;
  }
}

const removed = (file: string): Promise<void> => rm(file, { force: true }).catch(() => undefined);

/** Undefined where it cannot be read: it is just being written, or a kill cut it off. */
async function contentOf(file: string): Promise<NoteContent | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as NoteContent;
  } catch {
    return undefined;
  }
}

/** Unix milliseconds; undefined for a session that is used, or of which nothing is known. */
function endOf(note: NoteContent | undefined): number | undefined {
  if (note === undefined) return undefined;
  if (note.lostMs !== undefined) return note.lostMs + note.timeoutMs;
  if (note.owner === OWNER || isAlive(note.pid)) return undefined;
  // A kill came before this process began.
  return Date.now() - performance.now() + note.timeoutMs;
}

/** Another process of this machine with that number: in a container the one that was killed often had our own. */
function isAlive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

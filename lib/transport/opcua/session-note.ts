import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * A file that says that a session is open at an endpoint: what is left of it after a kill tells whose session it is
 * that a server holds. No secret of the session stands in it.
 */
interface SessionNote {
  /** Milliseconds after which the server ends a session that is silent. */
  readonly timeoutMs: number;
  /** Unix milliseconds when its link was lost; absent while it is used, and after a kill. */
  readonly lostMs?: number;
}

const noteFile = (pkiFolder: string, endpoint: string): string =>
  join(pkiFolder, 'sessions', createHash('sha256').update(endpoint).digest('hex').slice(0, 16) + '.json');

/** Notes an open session, or one whose link was lost. Never rejects: without a note less is said, nothing more. */
export async function noteSession(pkiFolder: string, endpoint: string, note: SessionNote): Promise<void> {
  const file = noteFile(pkiFolder, endpoint);
  const write = async (): Promise<void> => {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, JSON.stringify(note) + '\n');
  };
  await write().catch(() => undefined);
}

/** The session was closed in order. Never rejects. */
export async function forgetSession(pkiFolder: string, endpoint: string): Promise<void> {
  await rm(noteFile(pkiFolder, endpoint), { force: true }).catch(() => undefined);
}

/** When the server will have ended a session of ours that was not closed, at the latest; undefined without one. */
export async function sessionHeldUntil(pkiFolder: string, endpoint: string): Promise<Date | undefined> {
  try {
    const note = JSON.parse(await readFile(noteFile(pkiFolder, endpoint), 'utf8')) as SessionNote;
    // A kill came before this process began.
    const beganMs = Date.now() - performance.now();
    const untilMs = (note.lostMs ?? beganMs) + note.timeoutMs;
    return untilMs > Date.now() ? new Date(untilMs) : undefined;
  } catch {
    return undefined;
  }
}

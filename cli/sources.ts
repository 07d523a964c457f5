import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogSource } from '../lib/archive';
import { UsageError } from './usage';
import { zipSource } from './zip';

/** Milliseconds that one file of a served archive may take. */
const FETCH_MS = 30_000;

/** What stands in the folder of an archive; one that was tampered with may lack some. */
const PARTS = ['checkpoint', 'tile', 'journal'];

/** The files of an archive: a folder, a zip of one, or the address under which it is served. */
export async function openSource(archive: string): Promise<LogSource> {
  if (/^https?:\/\//i.test(archive)) return webSource(archive);
  const found = await stat(archive).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(
      `${archive} cannot be opened (${error.code}): expected the folder of an archive, a zip of it, or its http address`
    );
  });
  if (!found.isDirectory()) return zipSource(archive, await readFile(archive));
  const parts = await Promise.all(PARTS.map((part) => stat(join(archive, part)).catch(() => undefined)));
  if (parts.every((part) => part === undefined))
    throw new UsageError(`${archive} is no archive: expected in it one of ${PARTS.join(', ')}`);
  return folderSource(archive);
}

function folderSource(folder: string): LogSource {
  return {
    read: (path) =>
      readFile(join(folder, ...path.split('/'))).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT' || error.code === 'ENOTDIR' || error.code === 'EISDIR') return undefined;
        throw new UsageError(`${path} of the archive cannot be read: ${error.message}`);
      })
  };
}

function webSource(address: string): LogSource {
  const base = address.endsWith('/') ? address : `${address}/`;
  return {
    read: async (path) => {
      const url = new URL(path, base);
      const answer = await fetch(url, { signal: AbortSignal.timeout(FETCH_MS) }).catch((thrown: unknown) => {
        const cause = (thrown as { cause?: Error }).cause ?? (thrown as Error);
        throw new UsageError(`${url.href} cannot be fetched: ${cause.message}`);
      });
      if (answer.status === 404 || answer.status === 410) return undefined;
      if (!answer.ok) throw new UsageError(`${url.href} cannot be fetched: the server answers ${answer.status}`);
      return new Uint8Array(await answer.arrayBuffer());
    }
  };
}

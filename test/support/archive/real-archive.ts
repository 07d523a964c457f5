import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Archive,
  ArchivePorts,
  HeldDefinition,
  LogSource,
  parseVkey,
  verifyArchive,
  VerifyReport,
  vkeyOf
} from '../../../lib/archive';
import { archiveFiles, keyOf, systemFolders } from '../../../lib/archive/files';
import { systemClock, systemTimers } from '../../../lib/base/system';
import { fileStore } from '../../../lib/state/files';

/** A folder of its own for one test, with the archive in it and the saved state beside it. */
export class ArchiveFolder {
  readonly root = mkdtempSync(join(tmpdir(), 'openot-archive-'));
  readonly folder = join(this.root, 'archive');
  readonly stateFile = join(this.root, 'state', 'archive.state');
  readonly key = keyOf(Buffer.alloc(32, 7));
  readonly checkpoints: string[] = [];
  readonly warnings: string[] = [];
  definitions: ReadonlyMap<string, HeldDefinition> = new Map();
  origin = 'plant.example/line-1';
  /** Milliseconds that entries are kept, and how far the clock of this machine runs ahead. */
  keep = 0;
  laterMs = 0;

  ports(): ArchivePorts {
    const clock = systemClock();
    return {
      files: archiveFiles(this.folder),
      checkpoint: fileStore(join(this.folder, 'checkpoint'), { files: systemFolders }),
      state: fileStore(this.stateFile),
      clock: { ...clock, monotonicMs: () => clock.monotonicMs() + this.laterMs },
      timers: systemTimers(),
      signer: (name) => this.key.signer(name),
      definition: (hash) => this.definitions.get(hash)
    };
  }

  /** An archive that was not opened. */
  archive(): Archive {
    const settings = {
      origin: this.origin,
      defaultOrigin: 'openot/test/1',
      checkpointInterval: 3_600_000,
      flushDelay: 0,
      keep: this.keep,
      software: 'test 1'
    };
    return new Archive(this.ports(), settings, {
      onCheckpoint: (note) => this.checkpoints.push(note),
      onTrouble: () => undefined,
      onWarning: (text) => this.warnings.push(text),
      onLost: () => undefined
    });
  }

  /** An archive that was opened; throws where it could not be. */
  async opened(beginAnew = false): Promise<Archive> {
    const archive = this.archive();
    const outcome = await archive.open(beginAnew);
    if (!outcome.ok) throw new Error(`${outcome.code}: ${outcome.message}`);
    return archive;
  }

  source(folder = this.folder): LogSource {
    return {
      read: (path) => {
        try {
          const at = join(folder, path);
          return Promise.resolve(statSync(at).isFile() ? readFileSync(at) : undefined);
        } catch {
          return Promise.resolve(undefined);
        }
      }
    };
  }

  get vkey(): string {
    return vkeyOf(this.key.signer(this.origin));
  }

  /** The verification with the key of this archive. */
  verify(
    more: { readonly since?: readonly string[]; readonly folder?: string; readonly vkey?: string } = {}
  ): Promise<VerifyReport> {
    const parsed = parseVkey(more.vkey ?? this.vkey);
    if (!parsed.ok) throw new Error(parsed.message);
    return verifyArchive(this.source(more.folder), { keys: [parsed.verifier], since: more.since ?? [] });
  }

  /** All files below the archive's folder, by their names. */
  files(): string[] {
    const walk = (at: string): string[] =>
      readdirSync(join(this.folder, at), { withFileTypes: true }).flatMap((entry) => {
        const name = at === '' ? entry.name : `${at}/${entry.name}`;
        return entry.isDirectory() ? walk(name) : [name];
      });
    return walk('').sort();
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

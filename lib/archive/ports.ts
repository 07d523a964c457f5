/** What an archive is given of the machine, so that a test or a simulator can own it. */
import type { Clock, Timers } from '../base';
import type { Store } from '../state';
import type { NoteSigner } from './note';

/** A file that is made or replaced. */
export interface NewFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * The files of one archive, by their names below its folder, parts separated by `/`. Everything that is written is
 * flushed when the promise resolves. Rejects where the disk does not do what it should.
 */
export interface ArchiveFiles {
  /** The whole file; undefined when it is not there. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** Makes or replaces files, each atomically, in no order, and the folders above them. */
  write(files: readonly NewFile[]): Promise<void>;
  /** Writes into a file at this offset, which is its length or below; makes it where it is missing. */
  writeAt(path: string, offset: number, bytes: Uint8Array): Promise<void>;
  /** Cuts a file to this length; makes it where it is missing. */
  cut(path: string, length: number): Promise<void>;
  /** The names in a folder; none where it is missing. */
  list(folder: string): Promise<readonly string[]>;
  /** Gives a file or a folder another name, with the folders above it. */
  move(from: string, to: string): Promise<void>;
  /** Removes a file, or a folder with all in it; no error where it is missing. */
  remove(path: string): Promise<void>;
}

/** A definition file that is loaded somewhere in this process. */
export interface HeldDefinition {
  readonly semanticVersion: string;
  /** The file, exactly as it was loaded. */
  readonly bytes: Uint8Array;
}

/** What an archive is made of. */
export interface ArchivePorts {
  readonly files: ArchiveFiles;
  /** The file `checkpoint`, replaced atomically; its lock is that of the folder. */
  readonly checkpoint: Store;
  /** What was signed last, kept apart from the folder. */
  readonly state: Store;
  readonly clock: Clock;
  readonly timers: Timers;
  /** Who signs for the log of this name. */
  signer(origin: string): NoteSigner;
  /** A definition by its carriage hash. */
  definition(hash: string): HeldDefinition | undefined;
}

/** What a verification says. */
import type { BeginCause } from '../log/entry';
import { Grouping } from './grouping';

/** What can be wrong with an archive. */
export type FindingKind =
  // Files and hashes.
  | 'checkpoint' // its form, or its signature
  | 'since' // an older checkpoint is no prefix
  | 'missing' // a file is not there
  | 'entry-changed' // an entry does not hash to the tree
  | 'tile-changed' // a tile does not belong to the tree
  | 'root' // the entries do not hash to the root of the checkpoint
  | 'bundle' // the lengths of a bundle do not come out even
  | 'journal' // a broken frame
  | 'content' // a file of definitions/ or records/ is not what its name says
  // Entries.
  | 'entry' // it is none
  | 'begin' // entry 0, or counting without a begin
  | 'record' // its bytes are no whole record
  | 'position' // positions or incarnations do not rise
  | 'repeat' // a seq that was stored before
  | 'gap-without-notice' // seqs are missing, and nothing says so
  | 'loss-not-borne-out' // a loss that the records do not bear out
  | 'definition'; // the definition of an epoch is not there

/** One thing that is wrong, as exactly as it can be named. */
export interface Finding {
  readonly kind: FindingKind;
  /** Expected, found. */
  readonly message: string;
  /** Index of the entry. */
  readonly index?: number;
  readonly path?: string;
  readonly stream?: string;
  readonly runId?: string;
  readonly sourceId?: number;
  readonly seq?: number;
}

/** Findings of one kind and stream that stand near to each other: most often of one deed. */
export interface FindingGroup {
  readonly kind: FindingKind;
  readonly stream?: string;
  readonly count: number;
  /** The first and the last entry of them; absent where they name none. */
  readonly first?: number;
  readonly last?: number;
  /** The first three. */
  readonly examples: readonly Finding[];
}

/** Counting went on elsewhere, and the archive says why. */
export interface Jump {
  readonly index: number;
  readonly stream: string;
  readonly cause: BeginCause;
  readonly runId: string;
  readonly sourceId: number;
  /** The seq that would have come next, and the one that came. */
  readonly expected: number;
  readonly next: number;
}

/** A ring that began anew, as the entry at `index` says. */
export interface Restart {
  readonly index: number;
  readonly from: number;
  readonly to: number;
}

/** One source of one run of one incarnation of a stream. */
export interface SourceTotals {
  readonly incarnation: number;
  readonly runId: string;
  readonly sourceId: number;
  /** As the archived definition names it that the stream's last record binds to. */
  readonly name?: string;
  /** First seq that counts, and the one expected next. */
  readonly base: number;
  readonly next: number;
  readonly records: number;
  readonly lost: number;
}

/** The times of one record, decimal text in nanoseconds since the Unix epoch. */
export interface RecordTimes {
  /** By the clock of the controller. */
  readonly sourceTimeNs: string;
  /** The controller says that its clock was not set. */
  readonly isUnsynced: boolean;
  /** By the clock of the machine that read it. */
  readonly receivedNs: string;
}

/** One stream of an archive. */
export interface StreamTotals {
  readonly stream: string;
  readonly incarnation: number;
  readonly records: number;
  /** Of the first and the last record; absent where there is none. */
  readonly times?: { readonly first: RecordTimes; readonly last: RecordTimes };
  readonly lost: number;
  readonly indeterminate: number;
  /** Overwritten before the first record ever read of their source, as declared: not in `lost`. */
  readonly beforeContact: number;
  readonly laps: number;
  readonly skipped: number;
  /** Where the ring began anew: what was in it and was not read before is in no archive. */
  readonly restarts: readonly Restart[];
  /** Of the last runs of each incarnation; the first thousand. */
  readonly sources: readonly SourceTotals[];
}

/** What a verification found. */
export interface VerifyReport {
  /** Nothing is wrong or missing that the archive does not declare. */
  readonly ok: boolean;
  readonly origin: string;
  readonly size: number;
  /** Hex. */
  readonly root: string;
  /** `key`: the checkpoint was signed by a key that was given. `folder`: nobody said whose key it must be. */
  readonly trust: 'key' | 'folder';
  /** Names of signatures that could not be checked: unknown keys, or of a kind that is not checked here. */
  readonly unchecked: readonly string[];
  /** The first entry that is still there. */
  readonly minimum: number;
  /** Entries behind the checkpoint, which nobody signed yet. */
  readonly unsigned: number;
  /** Sizes of older checkpoints that are a prefix. */
  readonly since: readonly number[];
  /** The first thousand, unless all were asked for. */
  readonly findings: readonly Finding[];
  readonly findingCount: number;
  /** All of them, by what they have in common. */
  readonly groups: readonly FindingGroup[];
  readonly entries: Readonly<Record<string, number>>;
  readonly streams: readonly StreamTotals[];
  readonly jumps: readonly Jump[];
  /** Notes of the archive about itself. */
  readonly notes: readonly { readonly index: number; readonly code: string; readonly text: string }[];
  /** Carriage hashes of definitions that are there, and those that the archive says are not. */
  readonly definitions: readonly string[];
  readonly missingDefinitions: readonly string[];
  /** The log that this one continues. */
  readonly previous: { readonly origin: string; readonly size: number; readonly root: string } | null;
}

/** Findings, jumps and notes that are kept; all are counted. */
export const MAX_KEPT = 1000;

/** Findings as they come. */
export class Findings {
  readonly kept: Finding[] = [];
  readonly grouping = new Grouping();
  count = 0;

  constructor(private readonly most = MAX_KEPT) {}

  add(finding: Finding): void {
    this.count++;
    this.grouping.add(finding);
    if (this.kept.length < this.most) this.kept.push(finding);
  }
}

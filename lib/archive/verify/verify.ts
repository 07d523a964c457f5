import { JOURNAL, MINIMUM } from '../log/log-files';
import { nodeHashes } from '../log/recover';
import { Checkpoint, NoteVerifier, openCheckpoint, readCheckpoint } from '../note';
import { equal, foldRight, subtreesOf } from '../tree/merkle';
import { TILE_WIDTH } from '../tree/tiles';
import { EntryCheck } from './entry-check';
import { Findings, VerifyReport } from './findings';
import { LogSource, TreeCheck } from './tree-check';
import { unsignedEntries } from './unsigned';

/** What a verification is told. */
export interface VerifyOptions {
  /** Who must have signed the checkpoint; none: the folder is trusted, and the report says so. */
  readonly keys?: readonly NoteVerifier[];
  /** Older checkpoints (notes), which must be prefixes. */
  readonly since?: readonly string[];
  /** Keep every finding, not the first thousand. */
  readonly keepsAll?: boolean;
  /** Called now and then with how many entries were read. */
  readonly onProgress?: (done: number, size: number) => void;
}

/** What an archive comes to, with everything that is wrong with it. `ok: false` where it has no checkpoint at all. */
export async function verifyArchive(source: LogSource, options: VerifyOptions = {}): Promise<VerifyReport> {
  return new Verification(source, options).run();
}

class Verification {
  private readonly findings: Findings;
  private readonly check: EntryCheck;
  private unchecked: string[] = [];
  private minimum = 0;
  private readonly hasKeys: boolean;

  constructor(
    private readonly source: LogSource,
    private readonly options: VerifyOptions
  ) {
    this.findings = new Findings(options.keepsAll === true ? Infinity : undefined);
    this.hasKeys = (options.keys ?? []).length > 0;
    this.check = new EntryCheck(source, this.findings);
  }

  async run(): Promise<VerifyReport> {
    const head = await this.head();
    if (head === undefined) return this.report({ origin: '', size: 0, root: new Uint8Array(0) }, 0, []);
    await this.readMinimum(head);
    const tree = new TreeCheck(this.source, head.size, this.findings);
    if (!(await tree.beginAt(this.minimum))) {
      this.findings.add({
        kind: 'missing',
        message: `the tiles above do not have the hashes of what was pruned below ${this.minimum}`
      });
      this.minimum = 0;
    }
    this.check.begin(head.origin, this.minimum);
    for (let index = this.minimum / TILE_WIDTH; index * TILE_WIDTH < head.size; index++) {
      const entries = await tree.bundle(index);
      await this.entries(entries ?? [], index * TILE_WIDTH);
      this.options.onProgress?.(Math.min((index + 1) * TILE_WIDTH, head.size), head.size);
    }
    await tree.end(head.root);
    const unsigned = await this.journal(head);
    const since = await this.since(head);
    this.check.needs();
    return this.report(head, unsigned, since);
  }

  private async entries(entries: readonly Buffer[], first: number): Promise<void> {
    for (let i = 0; i < entries.length; i++) {
      const reading = this.check.entry(entries[i], first + i);
      if (reading !== undefined) await reading;
    }
  }

  /** The checkpoint, signed by a key that was given. */
  private async head(): Promise<Checkpoint | undefined> {
    const note = await this.source.read('checkpoint');
    if (note === undefined) {
      this.findings.add({
        kind: 'missing',
        message: 'there is no checkpoint: this is no archive, or it was never signed',
        path: 'checkpoint'
      });
      return undefined;
    }
    const read = readCheckpoint(note);
    const opened = this.hasKeys ? openCheckpoint(note, this.options.keys ?? []) : undefined;
    if (opened?.ok === true) this.unchecked = opened.note.unchecked.map(({ name }) => name);
    const failed = opened?.ok === false ? opened : read.ok ? undefined : read;
    if (failed !== undefined) this.findings.add({ kind: 'checkpoint', message: failed.message, path: 'checkpoint' });
    return read.ok ? read.checkpoint : undefined;
  }

  private async readMinimum({ size }: Checkpoint): Promise<void> {
    const bytes = await this.source.read(MINIMUM);
    if (bytes === undefined) return;
    const text = Buffer.from(bytes).toString('utf8').trim();
    const minimum = Number(text);
    if (/^[0-9]+$/.test(text) && minimum % TILE_WIDTH === 0 && minimum <= size) this.minimum = minimum;
    else
      this.findings.add({
        kind: 'content',
        message: `it should hold a multiple of ${TILE_WIDTH} up to ${size}, found ${JSON.stringify(text.slice(0, 40))}`,
        path: MINIMUM
      });
  }

  /** Entries behind the checkpoint: nobody signed them yet; how many. */
  private async journal({ size }: Checkpoint): Promise<number> {
    const { entries, length, end } = await unsignedEntries(this.source, size);
    await this.entries(entries, size);
    if (end !== 'whole') {
      const why =
        end === 'damaged'
          ? 'flushed entries stand behind it: it was changed'
          : 'nothing that was flushed before stands behind it: a power failure can do that, and so can a change; ' +
            'the archive is written to at this moment, or was not closed in order';
      this.findings.add({
        kind: 'journal',
        message: `a broken frame at byte ${length}: ${why}`,
        path: JOURNAL,
        index: size + entries.length
      });
    }
    return entries.length;
  }

  private async since(head: Checkpoint): Promise<number[]> {
    const sizes: number[] = [];
    for (const note of this.options.since ?? []) {
      const opened = this.hasKeys ? openCheckpoint(note, this.options.keys ?? []) : readCheckpoint(note);
      if (!opened.ok)
        this.findings.add({ kind: 'since', message: `the older checkpoint cannot be used: ${opened.message}` });
      else if (await this.isPrefix(opened.checkpoint, head)) sizes.push(opened.checkpoint.size);
    }
    return sizes;
  }

  private async isPrefix({ origin, size, root }: Checkpoint, head: Checkpoint): Promise<boolean> {
    const found = (message: string): false => (this.findings.add({ kind: 'since', message }), false);
    if (origin !== head.origin) return found(`the older checkpoint is of the log ${origin}, this is ${head.origin}`);
    if (size > head.size)
      return found(`a checkpoint of ${size} entries was signed, the archive has ${head.size}: it went back`);
    const hashes = await nodeHashes(this.source, subtreesOf(0, size), head.size);
    if (hashes === undefined) return found(`the tiles to compare the checkpoint of ${size} entries with are not there`);
    return (
      equal(foldRight(hashes), root) || found(`the first ${size} entries are others than those that were signed then`)
    );
  }

  private report({ origin, size, root }: Checkpoint, unsigned: number, since: readonly number[]): VerifyReport {
    const { findings } = this;
    return {
      ok: findings.count === 0,
      origin,
      size,
      root: Buffer.from(root).toString('hex'),
      trust: this.hasKeys ? 'key' : 'folder',
      unchecked: this.unchecked,
      minimum: this.minimum,
      unsigned,
      since,
      findings: findings.kept,
      findingCount: findings.count,
      groups: findings.grouping.groups(),
      ...this.check.facts()
    };
  }
}

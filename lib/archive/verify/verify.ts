import { compileDefinition } from '../../definition';
import type { RecordView } from '../../wire';
import { decodeRecord } from '../../wire';
import { Entry, definitionPath, LogHead, recordPath } from '../log/entry';
import { overlapOf, readJournal } from '../log/journal';
import { JOURNAL, lastLeaves, MINIMUM } from '../log/log-files';
import { readEntry } from '../log/read-entry';
import { nodeHashes } from '../log/recover';
import { NoteVerifier, openCheckpoint, readCheckpoint, Checkpoint } from '../note';
import { leafHash, sha256Hex } from '../tree/digest';
import { equal, foldRight, subtreesOf } from '../tree/merkle';
import { TILE_WIDTH } from '../tree/tiles';
import { Findings, Jump, MAX_KEPT, VerifyReport } from './findings';
import { StreamCheck } from './stream-check';
import { LogSource, TreeCheck } from './tree-check';

/** What a verification is told. */
export interface VerifyOptions {
  /** Who must have signed the checkpoint; none: the folder is trusted, and the report says so. */
  readonly keys?: readonly NoteVerifier[];
  /** Older checkpoints (notes), which must be prefixes. */
  readonly since?: readonly string[];
  /** Called now and then with how many entries were read. */
  readonly onProgress?: (done: number, size: number) => void;
}

/** What an archive comes to, with everything that is wrong with it. `ok: false` where it has no checkpoint at all. */
export async function verifyArchive(source: LogSource, options: VerifyOptions = {}): Promise<VerifyReport> {
  return new Verification(source, options).run();
}

class Verification {
  private readonly findings = new Findings();
  private readonly streams = new Map<string, StreamCheck>();
  private readonly jumps: Jump[] = [];
  private readonly notes: { index: number; code: string; text: string }[] = [];
  private readonly entries: Record<string, number> = {};
  private readonly definitions = new Set<string>();
  private readonly missingDefinitions = new Set<string>();
  /** By carriage hash, the first entry that needs it. */
  private readonly needed = new Map<string, { index: number; stream: string }>();
  private previous: LogHead | null = null;
  private unchecked: string[] = [];
  private minimum = 0;
  private origin = '';
  private readonly hasKeys: boolean;

  constructor(
    private readonly source: LogSource,
    private readonly options: VerifyOptions
  ) {
    this.hasKeys = (options.keys ?? []).length > 0;
  }

  async run(): Promise<VerifyReport> {
    const head = await this.head();
    if (head === undefined) return this.report({ origin: '', size: 0, root: new Uint8Array(0) }, 0, []);
    this.origin = head.origin;
    await this.readMinimum(head);
    const tree = new TreeCheck(this.source, head.size, this.findings);
    if (!(await tree.beginAt(this.minimum))) {
      this.findings.add({
        kind: 'missing',
        message: `the tiles above do not have the hashes of what was pruned below ${this.minimum}`
      });
      this.minimum = 0;
    }
    for (let index = this.minimum / TILE_WIDTH; index * TILE_WIDTH < head.size; index++) {
      const entries = await tree.bundle(index);
      for (let i = 0; i < (entries?.length ?? 0); i++) await this.entry(entries![i], index * TILE_WIDTH + i);
      this.options.onProgress?.(Math.min((index + 1) * TILE_WIDTH, head.size), head.size);
    }
    await tree.end(head.root);
    const unsigned = await this.journal(head);
    const since = await this.since(head);
    this.needs();
    return this.report(head, unsigned, since);
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

  private async entry(bytes: Buffer, index: number): Promise<void> {
    const read = readEntry(bytes);
    if (!read.ok) return this.findings.add({ kind: 'entry', message: read.message, index });
    const { entry } = read;
    this.entries[entry.kind] = (this.entries[entry.kind] ?? 0) + 1;
    if ((index === 0) !== (entry.kind === 'begin'))
      this.findings.add({
        kind: 'begin',
        message:
          index === 0
            ? `entry 0 must be the begin of the log, found ${entry.kind}`
            : 'a begin of the log stands in its middle',
        index
      });
    await this.judge(entry, index);
  }

  private async judge(entry: Entry, index: number): Promise<void> {
    switch (entry.kind) {
      case 'begin':
        this.previous = entry.previous;
        if (entry.origin !== this.origin)
          this.findings.add({
            kind: 'begin',
            message: `the log says that it is ${entry.origin}, its checkpoint that of ${this.origin}`,
            index
          });
        return;
      case 'begin-stream':
        return this.streamOf(entry.stream).begin(entry, index);
      case 'definition':
        return this.definition(entry, index);
      case 'record':
        return this.record(entry, index);
      case 'document':
        if (entry.sha256 !== undefined) await this.content(entry.sha256, entry.length, index);
        return;
      case 'note':
        if (this.notes.length < MAX_KEPT) this.notes.push({ index, code: entry.code, text: entry.text });
        if (entry.code === 'position-reused' && entry.stream !== null) this.streamOf(entry.stream).reused();
        if (entry.code === 'definition-missing')
          this.missingDefinitions.add(/[0-9a-f]{16}/.exec(entry.text)?.[0] ?? '');
        return;
      default:
        return this.streamOf(entry.stream).notice(entry);
    }
  }

  private async record(entry: Extract<Entry, { kind: 'record' }>, index: number): Promise<void> {
    const { stream, incarnation, abs, epoch } = entry;
    if (epoch.definition !== null && !this.needed.has(epoch.definition))
      this.needed.set(epoch.definition, { index, stream });
    const bytes =
      entry.bytes === undefined
        ? await this.content(entry.sha256, entry.length, index)
        : Buffer.from(entry.bytes, 'base64');
    if (bytes === undefined) return;
    const record = decodeRecord(bytes);
    if (record.ok && record.length === bytes.length && record.hasCrc && record.safeSeq >= 0)
      return this.streamOf(stream).record(record, incarnation, abs, index);
    const why = record.ok ? whyNot(record, bytes.length) : record.kind;
    this.findings.add({ kind: 'record', message: `its bytes are no whole record with a CRC: ${why}`, index, stream });
  }

  private async definition(entry: Extract<Entry, { kind: 'definition' }>, index: number): Promise<void> {
    const { hash, sha256, bytes: length } = entry;
    const path = definitionPath(sha256);
    const bytes = await this.source.read(path);
    if (bytes === undefined)
      return this.findings.add({ kind: 'missing', message: `the definition ${hash} is not there`, path, index });
    if (bytes.length !== length || sha256Hex(bytes) !== sha256)
      return this.findings.add({
        kind: 'content',
        message: `the definition ${hash} was changed: it does not hash to its name`,
        path,
        index
      });
    const compiled = compileDefinition(bytes);
    if (!compiled.ok)
      return this.findings.add({
        kind: 'definition',
        message: `the file is no definition: ${compiled.message}`,
        path,
        index
      });
    if (compiled.compiled.carriageHash !== hash)
      return this.findings.add({
        kind: 'definition',
        message: `the file is the definition ${compiled.compiled.carriageHash}, the entry says ${hash}`,
        path,
        index
      });
    this.definitions.add(hash);
  }

  /** A content beside the log. */
  private async content(sha256: string, length: number, index: number): Promise<Buffer | undefined> {
    const path = recordPath(sha256);
    const bytes = await this.source.read(path);
    if (bytes === undefined)
      this.findings.add({ kind: 'missing', message: 'the content of an entry is not there', path, index });
    else if (bytes.length !== length || sha256Hex(bytes) !== sha256)
      this.findings.add({
        kind: 'content',
        message: 'the content of an entry was changed: it does not hash to its name',
        path,
        index
      });
    else return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    return undefined;
  }

  /** Entries behind the checkpoint: nobody signed them yet; how many. */
  private async journal({ size }: Checkpoint): Promise<number> {
    const bytes = await this.source.read(JOURNAL);
    if (bytes === undefined || bytes.length === 0) return 0;
    const journal = readJournal(bytes);
    const leaves = journal.entries.map(leafHash);
    const overlap = overlapOf(leaves, await lastLeaves(this.source, size, leaves.length));
    const entries = journal.entries.slice(overlap);
    for (let i = 0; i < entries.length; i++) await this.entry(entries[i], size + i);
    if (journal.end !== 'whole') {
      const why =
        journal.end === 'damaged'
          ? 'flushed entries stand behind it: it was changed'
          : 'nothing that was flushed before stands behind it: a power failure can do that, and so can a ' +
            'change; the archive is written to at this moment, or was not closed in order';
      this.findings.add({
        kind: 'journal',
        message: `a broken frame at byte ${journal.length}: ${why}`,
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

  /** Every epoch's definition must be there, or be said not to be. */
  private needs(): void {
    for (const [hash, { index, stream }] of this.needed)
      if (!this.definitions.has(hash) && !this.missingDefinitions.has(hash))
        this.findings.add({
          kind: 'definition',
          message: `the definition ${hash}, which the records from here on need, is not in the archive`,
          index,
          stream
        });
  }

  private streamOf(stream: string): StreamCheck {
    let check = this.streams.get(stream);
    if (check === undefined)
      this.streams.set(stream, (check = new StreamCheck(stream, this.findings, this.jumps, this.minimum > 0)));
    return check;
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
      entries: this.entries,
      streams: [...this.streams.values()].map((stream) => stream.totals()),
      jumps: this.jumps,
      notes: this.notes,
      definitions: [...this.definitions],
      missingDefinitions: [...this.missingDefinitions].filter((hash) => !this.definitions.has(hash)),
      previous: this.previous
    };
  }
}

const whyNot = (record: RecordView, length: number): string =>
  record.length !== length
    ? `${length - record.length} bytes stand behind it`
    : record.hasCrc
      ? 'its seq is too large'
      : 'it has no CRC';

import { compileDefinition } from '../../definition';
import { decodeRecord, RecordView } from '../../wire';
import { definitionPath, Entry, LogHead, RecordEntry, recordPath } from '../log/entry';
import { MINIMUM } from '../log/log-files';
import { readEntry } from '../log/read-entry';
import { prunedBelow } from '../log/retention';
import { sha256Hex } from '../tree/digest';
import { recordNames } from './entry-names';
import { Findings, Jump, MAX_KEPT, VerifyReport } from './findings';
import { StreamCheck } from './stream-check';
import { LogSource } from './tree-check';

/** What the entries of a log come to. */
type EntryFacts = Pick<
  VerifyReport,
  'entries' | 'streams' | 'jumps' | 'notes' | 'definitions' | 'missingDefinitions' | 'previous'
>;

/** Looks at each entry of a log, in order: its form, its record, its definition, and the account of its stream. */
export class EntryCheck {
  private readonly streams = new Map<string, StreamCheck>();
  private readonly jumps: Jump[] = [];
  private readonly notes: { index: number; code: string; text: string }[] = [];
  private readonly entries: Record<string, number> = {};
  /** Names of sources, by the carriage hash of a definition that is there. */
  private readonly definitions = new Map<string, ReadonlyMap<number, string>>();
  private readonly missingDefinitions = new Set<string>();
  /** By carriage hash, the first entry that needs it. */
  private readonly needed = new Map<string, { index: number; stream: string }>();
  private previous: LogHead | null = null;
  private origin = '';
  /** The first entry that is still there, and the index below which entries say that others were pruned. */
  private minimum = 0;
  private pruned = 0;

  constructor(
    private readonly source: LogSource,
    private readonly findings: Findings
  ) {}

  /** The entries of the log of this name follow, from entry 0 on or from where it was pruned. */
  begin(origin: string, minimum: number): void {
    this.origin = origin;
    this.minimum = minimum;
  }

  /** The next entry. Most need nothing but their own bytes: only where a file is read there is a promise. */
  entry(bytes: Buffer, index: number): Promise<void> | void {
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
    return this.judge(entry, index);
  }

  /** Every epoch's definition must be there, or be said not to be; what was pruned must be said in the log itself. */
  needs(): void {
    if (this.minimum > this.pruned)
      this.findings.add({
        kind: 'missing',
        message:
          `entries below ${this.minimum} are not there, and no note of the log says that they were pruned: ` +
          (this.pruned > 0 ? `it says so of those below ${this.pruned}` : 'the file says so alone'),
        path: MINIMUM
      });
    for (const [hash, { index, stream }] of this.needed)
      if (!this.definitions.has(hash) && !this.missingDefinitions.has(hash))
        this.findings.add({
          kind: 'definition',
          message: `the definition ${hash}, which the records from here on need, is not in the archive`,
          index,
          stream
        });
  }

  /** What all of them come to. */
  facts(): EntryFacts {
    return {
      entries: this.entries,
      streams: [...this.streams.values()].map((stream) => stream.totals(this.definitions)),
      jumps: this.jumps,
      notes: this.notes,
      definitions: [...this.definitions.keys()],
      missingDefinitions: [...this.missingDefinitions].filter((hash) => !this.definitions.has(hash)),
      previous: this.previous
    };
  }

  private judge(entry: Entry, index: number): Promise<void> | void {
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
        if (entry.sha256 !== undefined) return this.content(entry, index).then(() => undefined);
        return;
      case 'note':
        if (this.notes.length < MAX_KEPT) this.notes.push({ index, code: entry.code, text: entry.text });
        if (entry.code === 'pruned') this.pruned = Math.max(this.pruned, prunedBelow(entry.text));
        if (entry.code === 'position-reused' && entry.stream !== null) this.streamOf(entry.stream).reused();
        if (entry.code === 'forget' && entry.stream !== null) this.streamOf(entry.stream).isForgotten = true;
        if (entry.code === 'definition-missing')
          this.missingDefinitions.add(/[0-9a-f]{16}/.exec(entry.text)?.[0] ?? '');
        return;
      default:
        return this.streamOf(entry.stream).notice(entry);
    }
  }

  private record(entry: RecordEntry, index: number): Promise<void> | void {
    const { stream, epoch } = entry;
    if (epoch.definition !== null && !this.needed.has(epoch.definition))
      this.needed.set(epoch.definition, { index, stream });
    if (entry.bytes !== undefined) return this.bytes(entry, Buffer.from(entry.bytes, 'base64'), index);
    return this.content(entry, index).then((bytes) => {
      if (bytes !== undefined) this.bytes(entry, bytes, index);
    });
  }

  private bytes(entry: RecordEntry, bytes: Buffer, index: number): void {
    const { stream } = entry;
    const record = decodeRecord(bytes);
    if (record.ok && record.length === bytes.length && record.hasCrc && record.safeSeq >= 0)
      return this.streamOf(stream).record(record, entry, index);
    const why = record.ok ? whyNot(record, bytes.length) : record.kind;
    const message = `its bytes are no whole record with a CRC: ${why}`;
    this.findings.add({ kind: 'record', message, index, stream, ...recordNames(bytes) });
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
    this.definitions.set(hash, new Map([...compiled.compiled.sources].map(([id, { name }]) => [id, name])));
  }

  /** A content beside the log. */
  private async content({ stream, sha256, length }: Beside, index: number): Promise<Buffer | undefined> {
    const path = recordPath(sha256);
    const bytes = await this.source.read(path);
    if (bytes === undefined)
      this.findings.add({ kind: 'missing', message: 'the content of an entry is not there', path, index, stream });
    else if (bytes.length !== length || sha256Hex(bytes) !== sha256)
      this.findings.add({
        kind: 'content',
        message: 'the content of an entry was changed: it does not hash to its name',
        path,
        index,
        stream
      });
    else return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    return undefined;
  }

  private streamOf(stream: string): StreamCheck {
    let check = this.streams.get(stream);
    if (check === undefined)
      this.streams.set(stream, (check = new StreamCheck(stream, this.findings, this.jumps, this.minimum > 0)));
    return check;
  }
}

/** An entry whose content stands beside the log. */
interface Beside {
  readonly stream: string;
  readonly sha256: string;
  readonly length: number;
}

const whyNot = (record: RecordView, length: number): string =>
  record.length !== length
    ? `${length - record.length} bytes stand behind it`
    : record.hasCrc
      ? 'its seq is too large'
      : 'it has no CRC';

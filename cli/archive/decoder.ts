/** The entries of an archive as documents again, with the definitions that stand in it. */
import { definitionPath, Entry, LogSource, recordPath } from '../../lib/archive';
import { bind, compileDefinition, CompiledDefinition, DefinitionStore } from '../../lib/definition';
import { createFormatter } from '../../lib/document';
import { Item, itemsOfConcatenation, LooseFacts, NoticeItem, RecordItem } from '../../lib/stream';
import { decodeRecord } from '../../lib/wire';
import { snapshotOf } from './epoch';
import type { Selection } from './selection';

type RecordEntry = Extract<Entry, { kind: 'record' }>;
type DocumentEntry = Extract<Entry, { kind: 'document' }>;

/** One line that an entry comes to. */
export interface Decoded {
  readonly index: number;
  /** Which record, as `openot prove --record` takes it; absent where it is none. */
  readonly name?: string;
  /** A document as JSON text. Absent where the entry gives none: laps, restarts and ranges passed over. */
  readonly json?: string;
  readonly notice?: NoticeItem;
}

/** What a decoder is told. */
export interface DecoderOptions {
  readonly source: LogSource;
  readonly selection: Selection;
  readonly profile: 'strict' | 'enriched';
  /** Definitions beside those of the archive. Records whose definition nobody named take the only one there is. */
  readonly definitions: ReadonlyMap<string, CompiledDefinition>;
  /** What cannot be decoded. */
  readonly onError: (text: string) => void;
}

/** Takes the entries of an archive in order. */
export class ArchiveDecoder {
  private readonly store = new DefinitionStore();
  private readonly formatter;
  private readonly bufferIds = new Map<string, number>();
  /** Notices since the last record of their stream: they are told before the next one that is asked for. */
  private readonly waiting = new Map<string, { index: number; notice: NoticeItem }[]>();

  constructor(private readonly options: DecoderOptions) {
    this.formatter = createFormatter({ profile: options.profile });
    for (const [hash, compiled] of options.definitions) this.store.add(compiled, hash);
  }

  /** What the next entry comes to. */
  async entry(entry: Entry, index: number): Promise<Decoded[]> {
    switch (entry.kind) {
      case 'definition':
        await this.define(entry);
        return [];
      case 'begin-stream':
        this.bufferIds.set(entry.stream, entry.bufferId);
        return [];
      case 'record':
        return this.record(entry, index);
      case 'document':
        return this.document(entry, index);
      case 'loss':
      case 'lap':
      case 'incarnation':
      case 'skipped': {
        const { stream, ...notice } = entry;
        this.waiting.set(stream, [...(this.waiting.get(stream) ?? []), { index, notice: notice as NoticeItem }]);
        return [];
      }
      default:
        return [];
    }
  }

  private async record(entry: RecordEntry, index: number): Promise<Decoded[]> {
    const { stream, incarnation, received, epoch } = entry;
    const notices = this.waiting.get(stream) ?? [];
    this.waiting.delete(stream);
    const { selection } = this.options;
    if (!selection.hasStream(stream)) return [];
    const bytes = await this.content(entry.bytes, 'base64', entry.sha256, index);
    const record = decodeRecord(bytes ?? new Uint8Array(0));
    if (bytes === undefined || !record.ok || record.safeSeq < 0) {
      if (bytes !== undefined) this.options.onError(`entry ${index}: its bytes are no whole record`);
      return [];
    }
    const definition = epoch.definition === null ? undefined : this.store.get(epoch.definition);
    if (!selection.hasTime(record, received)) return [];
    const facts: LooseFacts = {
      stream,
      incarnation,
      bufferId: this.bufferIds.get(stream) ?? 0,
      receiveTimeNs: received,
      snapshot: snapshotOf(epoch)
    };
    const [item] = itemsOfConcatenation(bytes).items as RecordItem[];
    const told = notices
      .filter(({ notice }) => notice.kind !== 'loss' || selection.hasSource(notice.runId, notice.sourceId, definition))
      .map((one) => ({ ...one, ...this.texts([one.notice, item], facts, 1) }));
    if (!selection.hasSource(item.runId, item.sourceId, definition)) return told;
    const name = `${stream}/${incarnation}/${item.runId}/${item.sourceId}/${item.seq}`;
    return [...told, { index, name, ...this.texts([item], facts, 0) }];
  }

  /** The document of the first of these items; the one behind it tells the epoch of a loss. */
  private texts(items: readonly Item[], facts: LooseFacts, others: number): { json?: string } {
    const binding = bind(this.store, {
      stream: facts.stream ?? '',
      snapshot: facts.snapshot,
      whenUnadvertised: this.options.definitions.size > 0 ? 'assume' : 'placeholder'
    });
    const texts = this.formatter.texts(items, facts, binding);
    return texts.length > others ? { json: texts[0] } : {};
  }

  private async document(entry: DocumentEntry, index: number): Promise<Decoded[]> {
    const { selection } = this.options;
    if (!selection.hasStream(entry.stream) || !selection.hasNs(BigInt(entry.received))) return [];
    const bytes = await this.content(entry.json, 'utf8', entry.sha256, index);
    return bytes === undefined ? [] : [{ index, json: bytes.toString('utf8') }];
  }

  private async content(
    text: string | undefined,
    encoding: 'base64' | 'utf8',
    sha256 = '',
    index: number
  ): Promise<Buffer | undefined> {
    if (text !== undefined) return Buffer.from(text, encoding);
    const path = recordPath(sha256);
    const bytes = await this.options.source.read(path);
    if (bytes === undefined) this.options.onError(`entry ${index}: ${path} is not there`);
    return bytes === undefined ? undefined : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  private async define({ hash, sha256 }: Extract<Entry, { kind: 'definition' }>): Promise<void> {
    const path = definitionPath(sha256);
    const bytes = await this.options.source.read(path);
    const compiled = bytes === undefined ? undefined : compileDefinition(bytes);
    if (compiled?.ok === true && compiled.compiled.carriageHash === hash) this.store.add(compiled.compiled, hash);
    else
      this.options.onError(
        `${path} ${bytes === undefined ? 'is not there' : 'is not what its name says'}: the records of the ` +
          `definition ${hash} stay placeholders`
      );
  }
}

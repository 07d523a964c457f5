import { BatchFacts, BytesError, walkBatch } from '../../stream';
import type { HeldDefinition } from '../ports';
import { sha256Hex } from '../tree/digest';
import { standingEntries } from './begin-stream';
import { BatchComposer, Step } from './compose-batch';
import {
  DefinitionEntry,
  definitionPath,
  documentEntry,
  entryBytes,
  NoteCode,
  RECORDS,
  SideFile,
  WrittenEntry
} from './entry';
import { ringOf } from './ring-seen';
import { StreamTracker } from './stream-tracker';

/** A LogObject document on its way into the archive. */
export interface GivenDocument {
  readonly stream: string;
  readonly received: string;
  readonly uid: string;
  readonly json: string;
}

/** What the composer needs of the log. */
export interface ComposerPorts {
  definition(hash: string): HeldDefinition | undefined;
  /** The entry of this index, which the log or what waits for it holds; undefined where it was pruned. */
  entryAt(index: number): Promise<Uint8Array | undefined>;
  nowNs(): bigint;
  readonly software: string;
}

/** What entries a message becomes, and what is remembered for that. What was stored before is not stored again. */
export class Composer {
  readonly streams = new Map<string, StreamTracker>();
  /** Carriage hashes whose file stands in the archive, and those of which it was said that it does not. */
  readonly entered = new Map<string, DefinitionEntry>();
  readonly missing = new Set<string>();
  /** Contents beside the log by their SHA-256, with the index of the last entry that names each. */
  readonly contents = new Map<string, number>();
  private out: WrittenEntry[] = [];

  constructor(
    private readonly ports: ComposerPorts,
    /** Index of the next entry. */
    private nextIndex: () => number
  ) {}

  /** A note about the archive, or about one stream. */
  note(code: NoteCode, text: string, stream: string | null = null): WrittenEntry {
    const { software: by } = this.ports;
    return {
      bytes: entryBytes({ kind: 'note', stream, code, text, by, time: this.ports.nowNs().toString() })
    };
  }

  /** The entries of a batch; nothing is remembered of one whose bytes are not in order. */
  async batch(
    payload: Buffer,
    facts: BatchFacts
  ): Promise<{ readonly ok: true; readonly entries: WrittenEntry[] } | BytesError> {
    const steps: Step[] = [];
    const error = walkBatch(payload, facts, {
      record: (record, abs) => void steps.push({ record, abs }),
      notice: (notice) => void steps.push({ notice })
    });
    if (error !== undefined) return error;
    this.out = [];
    const tracker = this.trackerOf(facts.stream);
    tracker.ring = ringOf(facts);
    if (tracker.capacity !== facts.snapshot.bufferBytes) tracker.capacity = facts.snapshot.bufferBytes;
    await new BatchComposer(this, tracker, payload, facts, steps).run();
    return { ok: true, entries: this.out };
  }

  /** The entry of a document; none where it was stored before. */
  document(given: GivenDocument): WrittenEntry[] {
    return this.trackerOf(given.stream).isKnownDocument(given.uid) ? [] : [documentEntry(given)];
  }

  /** The tracker of a stream, made where it is the first time. */
  trackerOf(stream: string): StreamTracker {
    let tracker = this.streams.get(stream);
    if (tracker === undefined) this.streams.set(stream, (tracker = new StreamTracker(stream)));
    return tracker;
  }

  /** Puts an entry behind those of this message; its index. */
  put(entry: WrittenEntry): number {
    return this.nextIndex() + this.out.push(entry) - 1;
  }

  /** The entry of this index, those of this message too. */
  async entryAt(index: number): Promise<Uint8Array | undefined> {
    const own = index - this.nextIndex();
    return own >= 0 ? this.out[own]?.bytes : this.ports.entryAt(index);
  }

  /** Enters the definition of a record that comes next, or says that it is not held. */
  define(hash: string): void {
    if (this.entered.has(hash)) return;
    const held = this.ports.definition(hash);
    if (held === undefined) {
      if (this.missing.has(hash)) return;
      this.missing.add(hash);
      this.put(this.missingNote(hash));
      return;
    }
    const sha256 = sha256Hex(held.bytes);
    const { semanticVersion, bytes } = held;
    const entry = { kind: 'definition', hash, semanticVersion, sha256, bytes: bytes.length } as const;
    this.entered.set(hash, entry);
    this.put({ bytes: entryBytes(entry), file: { path: definitionPath(sha256), bytes } });
  }

  /** All that must not stand before them alone where the entries before them are pruned. */
  mark(): WrittenEntry[] {
    const missing = [...this.missing].filter((hash) => !this.entered.has(hash));
    const begins = [...this.streams.values()].flatMap(standingEntries);
    return [
      ...[...this.entered.values()].map((entry) => ({ bytes: entryBytes(entry) })),
      ...missing.map((hash) => this.missingNote(hash)),
      ...begins.map((entry) => ({ bytes: entryBytes(entry) }))
    ];
  }

  /** An entry of this index needs this file. */
  holds({ path }: SideFile, index: number): void {
    if (path.startsWith(RECORDS)) this.contents.set(path.slice(RECORDS.length), index);
  }

  private missingNote(hash: string): WrittenEntry {
    const text =
      `the definition ${hash} is loaded in no openot-definition node here: the records that need it follow ` +
      'without it';
    return this.note('definition-missing', text);
  }
}

/** The entries of an archive: one JSON text each, and how they are written (docs/format.md 26). */
import type { Began, LooseFacts, NoticeItem } from '../../stream';
import { sha256Hex } from '../tree/digest';

/** Bytes of one entry, at most: the length in a bundle has 16 bits. */
export const MAX_ENTRY_BYTES = 65_535;

/** Where counting begins for one source: the seq expected next. */
export interface Expected {
  readonly runId: string;
  readonly sourceId: number;
  readonly next: number;
}

/** Why counting begins at this place. */
export const BEGIN_CAUSES = ['first-contact', 'newest', 'seek', 'resumed', 'archive-added', 'pruned'] as const;
/** One of `BEGIN_CAUSES`. */
export type BeginCause = (typeof BEGIN_CAUSES)[number];

/** A log, as another one names it that continues it. */
export interface LogHead {
  readonly origin: string;
  readonly size: number;
  /** Base64. */
  readonly root: string;
}

/** Entry 0. */
export interface BeginEntry {
  readonly kind: 'begin';
  readonly format: 1;
  readonly origin: string;
  readonly previous: LogHead | null;
  readonly software: string;
  readonly time: string;
}

/** Counting begins here: of the sources that it names, and of all others from 0 where the incarnation is a new one. */
export interface BeginStreamEntry {
  readonly kind: 'begin-stream';
  readonly stream: string;
  readonly incarnation: number;
  /** How often counting began in this incarnation, this time included; entries of one beginning have the same. */
  readonly number: number;
  readonly cause: BeginCause;
  /** The run in force: sources of later runs count from 0. */
  readonly runId: string;
  readonly abs: number;
  readonly oldestAbs: number;
  readonly headAbs: number;
  readonly lostCount: number;
  readonly bufferId: number;
  /** Where and why the reader says that its counting began; null where it says nothing of this incarnation. */
  readonly told: Omit<Began, 'incarnation'> | null;
  readonly expected: readonly Expected[];
}

/** A definition file, which stands beside the log. */
export interface DefinitionEntry {
  readonly kind: 'definition';
  readonly hash: string;
  readonly semanticVersion: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** The epoch of a record: null where it is not known. */
export interface EntryEpoch {
  readonly id: number | null;
  readonly definition: string | null;
}

/** One record, whole. `bytes` in base64, or `sha256` and `length` of what stands in `records/`. */
export type RecordEntry = {
  readonly kind: 'record';
  readonly stream: string;
  readonly incarnation: number;
  readonly abs: number;
  readonly epoch: EntryEpoch;
  readonly received: string;
} & Content<'bytes'>;

/** A LogObject document. */
export type DocumentEntry = {
  readonly kind: 'document';
  readonly stream: string;
  readonly received: string;
  readonly uid: string;
} & Content<'json'>;

/** A content in the entry itself, or beside the log by its SHA-256. */
export type Content<Key extends string> =
  | ({ readonly [K in Key]: string } & { readonly sha256?: undefined })
  | ({ readonly [K in Key]?: undefined } & { readonly sha256: string; readonly length: number });

/** A loss, lap, incarnation or skipped notice, as it travelled. */
export type NoticeEntry = NoticeItem & { readonly stream: string };

/** What a note can be about. */
export const NOTE_CODES = [
  'after-crash',
  'torn-end',
  'disk-full',
  'definition-missing',
  'forget',
  'key-changed',
  'position-reused',
  'pruned',
  'state-older',
  'went-back'
] as const;
/** One of `NOTE_CODES`. */
export type NoteCode = (typeof NOTE_CODES)[number];

/** What happened to the archive itself. */
export interface NoteEntry {
  readonly kind: 'note';
  readonly stream: string | null;
  readonly code: NoteCode;
  readonly text: string;
  readonly by: string;
  readonly time: string;
}

/** One entry of the log. */
export type Entry =
  BeginEntry | BeginStreamEntry | DefinitionEntry | RecordEntry | NoticeEntry | DocumentEntry | NoteEntry;

/** A file beside the log that must be there before an entry speaks of it. */
export interface SideFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** An entry as bytes, with the file that it needs. */
export interface WrittenEntry {
  readonly bytes: Buffer;
  readonly file?: SideFile;
}

/** The name of the file that holds a definition, or a content that is too long for an entry. */
export const definitionPath = (sha256: string): string => `definitions/${sha256}.json`;
/** The folder of contents that are too long for an entry. */
export const RECORDS = 'records/';
/** As `definitionPath`, of a content that is too long for an entry. */
export const recordPath = (sha256: string): string => `${RECORDS}${sha256}`;

/** An entry as bytes. Keys stand in the order in which the object has them. */
export const entryBytes = (entry: Entry): Buffer => Buffer.from(JSON.stringify(entry), 'utf8');

/** A notice as an entry: `kind`, then the stream, then the rest as it travelled. */
export function noticeEntry(stream: string, { kind, ...rest }: NoticeItem): NoticeEntry {
  return { kind, stream, ...rest } as NoticeEntry;
}

/** Bytes that are allocated for the entries of a batch at a time, at most: little at a time costs more than writing. */
const ROOM = 65_536;

/** The record entries of one batch: what they have in common is written once. */
export class RecordWriter {
  private readonly head: string;
  private readonly received: string;
  private readonly epochs = new Map<string, string>();
  private room = Buffer.alloc(0);
  private used = 0;

  constructor(
    { stream, incarnation, receiveTimeNs }: Required<Pick<LooseFacts, 'stream' | 'incarnation' | 'receiveTimeNs'>>,
    private readonly batchBytes: number
  ) {
    this.head = `{"kind":"record","stream":${JSON.stringify(stream)},"incarnation":${incarnation},"abs":`;
    this.received = `,"received":${JSON.stringify(receiveTimeNs)},`;
  }

  /** The entry of the record `payload[start, end)` at this position. */
  entry(abs: number, epoch: EntryEpoch, payload: Buffer, start: number, end: number): WrittenEntry {
    const front = `${this.head}${abs},"epoch":${this.epochText(epoch)}${this.received}`;
    const inline = this.written(`${front}"bytes":"${payload.toString('base64', start, end)}"}`);
    if (inline.length <= MAX_ENTRY_BYTES) return { bytes: inline };
    const bytes = Buffer.from(payload.subarray(start, end));
    const sha256 = sha256Hex(bytes);
    return {
      bytes: Buffer.from(`${front}"sha256":"${sha256}","length":${bytes.length}}`, 'utf8'),
      file: { path: recordPath(sha256), bytes }
    };
  }

  /** The text as UTF-8, in room that entries share. */
  private written(text: string): Buffer {
    const most = 3 * text.length;
    if (this.room.length - this.used < most) {
      this.room = Buffer.allocUnsafeSlow(Math.max(most, Math.min(ROOM, 4 * this.batchBytes)));
      this.used = 0;
    }
    const begin = this.used;
    this.used += this.room.write(text, begin);
    return this.room.subarray(begin, this.used);
  }

  private epochText({ id, definition }: EntryEpoch): string {
    const key = `${id}/${definition}`;
    let text = this.epochs.get(key);
    if (text === undefined) this.epochs.set(key, (text = JSON.stringify({ id, definition })));
    return text;
  }
}

/** The entry of a document; `json` is its text. */
export function documentEntry(document: {
  readonly stream: string;
  readonly received: string;
  readonly uid: string;
  readonly json: string;
}): WrittenEntry {
  const { stream, received, uid, json } = document;
  const front = { kind: 'document', stream, received, uid } as const;
  const inline = entryBytes({ ...front, json });
  if (inline.length <= MAX_ENTRY_BYTES) return { bytes: inline };
  const bytes = Buffer.from(json, 'utf8');
  const sha256 = sha256Hex(bytes);
  return {
    bytes: entryBytes({ ...front, sha256, length: bytes.length }),
    file: { path: recordPath(sha256), bytes }
  };
}

import { decodeState, Lease, SavedState, StateFile } from '../../lib/reader/progress/saved-state';
import { Batch } from '../../lib/reader/batch';
import { Notice } from '../../lib/stream';
import { readU16, readU32 } from '../../lib/wire';
import { Alarm } from './violation';
import { SERIAL_FROM_END } from './world/plc';
import { Life, Truth, TruthRecord } from './world/truth';

/** What became of a record, as bits. */
export const Fate = { processed: 1, lost: 2, indeterminate: 4, lapped: 8, skipped: 16, passedBySeek: 32 } as const;

/** One element of a batch, in order. */
export type Entry =
  { readonly kind: 'record'; readonly record: TruthRecord } | { readonly kind: 'notice'; readonly notice: Notice };

/** A batch as a downstream would see it, held against the truth. */
export interface SeenBatch {
  readonly batch: Batch;
  readonly incarnation: number;
  readonly entries: readonly Entry[];
  /** The life that its records are of; undefined where it has none. */
  readonly life: Life | undefined;
  readonly records: number;
}

/** One life of a reader, from the load of its state on. */
export interface Session {
  /** Counts from 1. */
  readonly number: number;
  /** What it goes on from; undefined at first contact. */
  readonly checkpoint: SavedState | undefined;
  /** How far the readers before it may have come. */
  readonly lease: Lease | undefined;
  /** Greatest number of batches in flight, and of records in one. */
  readonly limits: { readonly maxInFlight: number; readonly maxRecords: number };
}

/**
 * What all checkers look things up in: which record is which, what became of it, and which life of the ring an
 * incarnation
 * of the reader's counting is.
 */
export class Books {
  /** `Fate` bits by serial. */
  fates = new Uint8Array(1024);
  /** The session that handed the record on last, by serial. */
  handedBy = new Uint16Array(1024);
  sessions = 0;
  /** First contact was made with the first record retained then, or `newest`. */
  readonly lifeOf = new Map<number, Life>();
  /** What the server showed when an incarnation was spoken of and none of its records had come. */
  private readonly hints = new Map<number, Life>();
  private readonly waiting: { readonly incarnation: number; readonly work: (life: Life) => void }[] = [];

  constructor(
    readonly truth: Truth,
    readonly alarm: Alarm,
    /** Position of the oldest retained record of a life, now or at its end. */
    readonly oldestOf: (life: Life) => number
  ) {}

  /** Marks what became of a record. */
  mark(serial: number, fate: number): void {
    while (serial >= this.fates.length) this.grow();
    this.fates[serial] |= fate;
  }

  fateOf(serial: number): number {
    return serial < this.fates.length ? this.fates[serial] : 0;
  }

  handedOn(serial: number, session: number): void {
    while (serial >= this.handedBy.length) this.grow();
    this.handedBy[serial] = session;
  }

  handedOnBy(serial: number): number {
    return serial < this.handedBy.length ? this.handedBy[serial] : 0;
  }

  /** Reads a batch as its receiver would, record by record from the bytes. */
  see(batch: Batch): SeenBatch {
    const { payload, facts } = batch;
    const entries: Entry[] = [];
    const { notices, segments } = facts;
    let noticed = 0;
    let life: Life | undefined;
    let records = 0;
    for (let s = 0; s < segments.length; s++) {
      const end = s + 1 < segments.length ? segments[s + 1].offset : payload.length;
      let abs = segments[s].abs;
      for (let at = segments[s].offset; at < end;) {
        const length = readU16(payload, at + 4);
        const record = this.recordAt(payload, at, length, abs);
        if (record === undefined) return { batch, incarnation: facts.incarnation, entries, life, records };
        while (noticed < notices.length && notices[noticed].beforeAbs <= abs)
          entries.push({ kind: 'notice', notice: notices[noticed++] });
        entries.push({ kind: 'record', record });
        if (life !== undefined && life !== record.life)
          this.alarm.raise(
            'ids',
            `one batch of incarnation ${facts.incarnation} holds records of lives ${life.index} and ` +
              `${record.life.index}`
          );
        life = record.life;
        records++;
        at += length;
        abs += length;
      }
    }
    while (noticed < notices.length) entries.push({ kind: 'notice', notice: notices[noticed++] });
    return { batch, incarnation: facts.incarnation, entries, life, records };
  }

  /** The record that these bytes are, every one of them; anything else was invented. */
  private recordAt(payload: Buffer, at: number, length: number, abs: number): TruthRecord | undefined {
    const serial = length >= 52 && at + length <= payload.length ? readU32(payload, at + length - SERIAL_FROM_END) : -1;
    const record = this.truth.records[serial];
    if (
      record === undefined ||
      record.bytes.length !== length ||
      payload.compare(record.bytes, 0, length, at, at + length) !== 0
    ) {
      this.alarm.raise(
        'invented',
        `the ${length} bytes at position ${abs} are no record that was produced (serial ${serial})`
      );
      return undefined;
    }
    if (record.isSpoiled)
      this.alarm.raise('invented', `the record at position ${abs} was written with a fault and was handed on`);
    if (record.abs !== abs)
      this.alarm.raise(
        'invented',
        `the record ${nameOf(record)} stands at position ${record.abs}, it was handed on as if at ${abs}`
      );
    return record;
  }

  /** Calls `work` with the life that this incarnation is, as soon as that is known. */
  whenLifeIs(incarnation: number, work: (life: Life) => void): void {
    const life = this.lifeOf.get(incarnation);
    if (life === undefined) this.waiting.push({ incarnation, work });
    else work(life);
  }

  /** Learnt from a record. */
  lifeIs(incarnation: number, life: Life): void {
    this.lifeOf.set(incarnation, life);
    for (let i = 0; i < this.waiting.length; i++) {
      if (this.waiting[i].incarnation !== incarnation) continue;
      const [{ work }] = this.waiting.splice(i--, 1);
      work(life);
    }
  }

  /** Of an incarnation that no record has shown yet. */
  hint(incarnation: number, life: Life): void {
    if (!this.lifeOf.has(incarnation)) this.hints.set(incarnation, life);
  }

  /** Nothing more will come: what was hinted at is meant. */
  guessLives(): void {
    for (const { incarnation } of [...this.waiting])
      if (!this.lifeOf.has(incarnation)) this.lifeIs(incarnation, this.hints.get(incarnation) ?? this.truth.life);
  }

  private grow(): void {
    const fates = new Uint8Array(this.fates.length * 2);
    fates.set(this.fates);
    this.fates = fates;
    const handedBy = new Uint16Array(this.handedBy.length * 2);
    handedBy.set(this.handedBy);
    this.handedBy = handedBy;
  }
}

/** A record, for people. */
export const nameOf = (record: TruthRecord): string => `${record.chain.toString()} seq ${record.seq}`;

/** The records of a chain that a loss names; undefined where one of them was never produced. */
export function recordsNamed(
  life: Life,
  loss: { runId: string; sourceId: number; firstSeq: number; lastSeq: number }
): TruthRecord[] | undefined {
  const chain = life.chains.get(`${loss.runId}/${loss.sourceId}`);
  return chain === undefined || loss.lastSeq >= chain.records.length || loss.firstSeq > loss.lastSeq
    ? undefined
    : chain.records.slice(loss.firstSeq, loss.lastSeq + 1);
}

/** What a state file says; undefined where it is none. */
export function stateOf(bytes: Uint8Array | undefined): StateFile | undefined {
  const result = bytes === undefined ? undefined : decodeState(bytes);
  return result?.ok === true ? result.state : undefined;
}

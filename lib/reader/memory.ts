import { LossAccounting } from '../loss';
import { EpochTracker } from '../ring';
import { Offset, readU32, readU64, RecordView } from '../wire';
import { PlausibleLook, isPlausible, takeLook } from './look';
import { SavedState, StateResult, unreadable } from './state-image';

/** Where the last record handed on stood, and its CRC: by these a ring is known again after a restart. */
export interface Fingerprint {
  readonly abs: number;
  /** Length of the record in bytes; its CRC stands in the last four. */
  readonly length: number;
  readonly crc: number;
}

/** What the reader knows of its ring: everything that decides what is handed on next. */
export class Memory {
  incarnation = 0;
  /** Next position to be handed on. */
  cursor = 0;
  accounting = new LossAccounting();
  epochs = new EpochTracker();
  fingerprint: Fingerprint | undefined;
  /** Run of the last record handed on; runs only rise. */
  lastRunId: bigint | undefined;

  constructor(
    readonly stream: string,
    /** The ring's identity and the last accepted image. */
    public image: PlausibleLook
  ) {}

  get bufferId(): number {
    return this.image.bufferId;
  }
  get capacity(): number {
    return this.image.snapshot.bufferBytes;
  }

  /** The record was handed on. */
  passed(abs: number, record: RecordView): void {
    this.cursor = abs + record.length;
    this.fingerprint = { abs, length: record.length, crc: readU32(record.bytes, record.start + record.length - 4) };
    if (this.lastRunId === undefined || readU32(record.bytes, record.start + Offset.runId) !== Number(this.lastRunId & 0xffff_ffffn)) this.lastRunId = record.runId;
    else if (readU32(record.bytes, record.start + Offset.runId + 4) !== Number(this.lastRunId >> 32n)) this.lastRunId = record.runId;
  }

  /** The ring began anew at `cursor`: nothing that was known of seqs, runs and epochs holds. */
  beginAnew(image: PlausibleLook, cursor: number): void {
    this.incarnation++;
    this.image = image;
    this.cursor = cursor;
    this.accounting = new LossAccounting();
    this.epochs = new EpochTracker();
    this.fingerprint = undefined;
    this.lastRunId = undefined;
  }

  /** Plain and complete: what a checkpoint is made of. */
  toSaved(): SavedState {
    return {
      stream: this.stream,
      bufferId: this.bufferId,
      capacity: this.capacity,
      incarnation: this.incarnation,
      cursor: this.cursor,
      ...(this.fingerprint === undefined ? {} : { fingerprint: this.fingerprint }),
      ...(this.lastRunId === undefined ? {} : { lastRunId: this.lastRunId.toString() }),
      image: Buffer.from(this.image.bytes).toString('hex'),
      accounting: this.accounting.toJSON(),
      epochs: this.epochs.toJSON()
    };
  }
}

/** True when the record's run is one that ended before the last record handed on. */
export function isOldRun(record: RecordView, lastRunId: bigint | undefined): boolean {
  if (lastRunId === undefined) return false;
  const { bytes, start } = record;
  const low = readU32(bytes, start + Offset.runId);
  const high = readU32(bytes, start + Offset.runId + 4);
  if (high === Number(lastRunId >> 32n) && low === Number(lastRunId & 0xffff_ffffn)) return false;
  return readU64(bytes, start + Offset.runId) < lastRunId;
}

/** The memory that a saved state describes, whole, or why it cannot be used. */
export function memoryOf(saved: SavedState): { readonly ok: true; readonly memory: Memory } | Exclude<StateResult, { ok: true }> {
  const look = takeLook(Buffer.from(saved.image, 'hex'));
  if (!isPlausible(look)) return unreadable('the control block in it is not one');
  const accounting = LossAccounting.fromJSON(saved.accounting);
  if (!accounting.ok) return unreadable(accounting.message);
  const epochs = EpochTracker.fromJSON(saved.epochs);
  if (!epochs.ok) return unreadable(epochs.message);
  const memory = new Memory(saved.stream, look);
  memory.incarnation = saved.incarnation;
  memory.cursor = saved.cursor;
  memory.accounting = accounting.accounting;
  memory.epochs = epochs.tracker;
  memory.fingerprint = saved.fingerprint;
  memory.lastRunId = saved.lastRunId === undefined ? undefined : BigInt(saved.lastRunId);
  return { ok: true, memory };
}

import {
  gapDocument,
  LogDocument,
  logDocument,
  LogGap,
  LogGapDocument,
  LogPosition,
  LogProvenance,
  Polled,
  ticksOfUnixNs
} from '../../lib/logobject';

/** A document of a log. */
export type Entry = LogDocument | LogGapDocument;

/** A batch that was handed on. */
interface Chunk {
  readonly serial: number;
  readonly log: string;
  readonly documents: readonly Entry[];
  /** Where the log was read to once this batch is through, in the last one of a poll's part. */
  readonly position?: LogPosition;
}

/** How far each log was read, and how far what was read has arrived. Logs by ApplicationUri and NodeId. */
export class LogProgress {
  /** Saved once what they stand for was settled. */
  private committed = new Map<string, LogPosition>();
  /** Where reading goes on. */
  private reading = new Map<string, LogPosition>();
  /** Handed on and not settled, by rising serials. */
  private chunks: Chunk[] = [];
  /** Of records behind what was committed, those that need not be handed on again, by uid. */
  private done = new Map<string, Set<string>>();
  /** Spans that were skipped, until their gap has arrived. */
  private skipped = new Map<string, LogGap>();
  /** Logs whose skipped span was handed on in this session. */
  private told = new Set<string>();
  private isDirty = false;

  begin(positions: ReadonlyMap<string, LogPosition>): void {
    this.committed = new Map(positions);
    this.reading = new Map(positions);
  }

  /** Where this log is read from. */
  from(log: string): LogPosition | undefined {
    return this.reading.get(log);
  }

  /** The documents of a part of a poll that have not arrived and were not skipped. */
  documentsOf(log: string, { records, gaps }: Pick<Polled, 'records' | 'gaps'>, provenance: LogProvenance): Entry[] {
    const done = this.done.get(log);
    return [
      ...[...this.takeSkipped(log), ...gaps].map((gap) => gapDocument(gap, provenance)),
      ...records.map((record) => logDocument(record, provenance))
    ].filter(({ uid }) => done?.has(uid) !== true);
  }

  /** The span of this log that was skipped, once in a session. */
  private takeSkipped(log: string): LogGap[] {
    const gap = this.skipped.get(log);
    if (gap === undefined || this.told.has(log)) return [];
    this.told.add(log);
    return [gap];
  }

  handedOn(chunk: Chunk): void {
    this.chunks.push(chunk);
  }

  /** A part of a poll is handed on as a whole; `isEmpty`: nothing of it was to be. */
  readTo(log: string, position: LogPosition, isEmpty: boolean): void {
    this.reading.set(log, position);
    if (!isEmpty) return;
    const last = this.chunks.at(-1);
    // Nothing new: it counts when what was read before it does.
    if (last === undefined) this.commit(log, position);
    else this.chunks.push({ serial: last.serial, log, documents: [], position });
  }

  /** This batch and all before it have arrived: returns their keys. */
  settled(serial: number): string[] {
    const arrived = this.chunks.filter((chunk) => chunk.serial <= serial);
    for (const { log, documents, position } of arrived)
      if (position !== undefined) this.commit(log, position);
      else this.passOver(log, documents);
    this.chunks = this.chunks.filter((chunk) => chunk.serial > serial);
    return arrived.map(keyOf);
  }

  /** Something was handed on and has not arrived. */
  get isOpen(): boolean {
    return this.chunks.length > 0;
  }

  /** Everything behind what was settled is read again. */
  again(): void {
    this.chunks = [];
    this.told.clear();
    this.reading = new Map(this.committed);
  }

  /** Tells a batch from others when its records are read again. */
  keyOf(serial: number): string | undefined {
    const chunk = this.chunkOf(serial);
    return chunk === undefined ? undefined : keyOf(chunk);
  }

  /** A batch by its log and the times of its records, in words. */
  whereOf(serial: number): string {
    const [first, last] = [this.chunkOf(serial)?.documents[0], this.chunkOf(serial)?.documents.at(-1)];
    if (first === undefined || last === undefined) return '';
    const timeOf = (each: Entry): string => (each.kind === 'log' ? each.text.split(' ')[0] : each.text);
    return ` (${first.provenance.stream}, ${timeOf(first)} to ${timeOf(last)})`;
  }

  /** Passes over a batch when it is read again: a gap is told instead. False where earlier ones are not settled. */
  skip(serial: number): boolean {
    const [chunk] = this.chunks;
    if (chunk?.serial !== serial) return false;
    const times = chunk.documents.flatMap((each) =>
      each.kind === 'log' ? [BigInt(each.ticks)] : [BigInt(each.after), BigInt(each.before)].map(ticksOfUnixNs)
    );
    const earlier = this.skipped.get(chunk.log);
    if (earlier !== undefined) times.push(earlier.after + 1n, earlier.before);
    const before = times.reduce((most, each) => (each > most ? each : most));
    const after = times.reduce((least, each) => (each < least ? each : least));
    // A gap begins behind its first time.
    this.skipped.set(chunk.log, { after: after - 1n, before, verdict: 'skipped' });
    this.passOver(chunk.log, chunk.documents);
    return true;
  }

  /** What is to be saved, where anything is. */
  takeDirty(): Map<string, LogPosition> | undefined {
    if (!this.isDirty) return undefined;
    this.isDirty = false;
    return new Map(this.committed);
  }

  private chunkOf(serial: number): Chunk | undefined {
    return this.chunks.find((chunk) => chunk.serial === serial);
  }

  private passOver(log: string, documents: readonly Entry[]): void {
    const done = this.done.get(log) ?? new Set();
    for (const { uid } of documents) done.add(uid);
    this.done.set(log, done);
  }

  private commit(log: string, position: LogPosition): void {
    this.committed.set(log, position);
    this.done.delete(log);
    if (this.told.has(log)) this.skipped.delete(log);
    this.isDirty = true;
  }
}

/** Of the same records in another session the same. */
const keyOf = ({ log, documents }: Chunk): string => `${log} ${documents[0]?.uid}`;

import { LossAccounting } from '../../../lib/loss';
import type { BatchFacts, Began, Notice, NoticeItem, Segment } from '../../../lib/stream';
import { decodeRecord, Key } from '../../../lib/wire';
import { encoded, messageSlots, TestRecord, ulintSlot } from '../records';

/** What a reader would hand on of a ring that a test writes record by record: its bytes, and msg.openot. */
export class StreamMaker {
  incarnation = 0;
  head = 0;
  runId = 1;
  epochId = 1;
  epochFirstAbs = 0;
  definitionHash = '0000000000000000';
  /** The lowest source of `records`. */
  firstSource = 1;
  began: Began | undefined = { cause: 'first-contact', incarnation: 0, abs: 0, runId: '1' };
  accounting = new LossAccounting();
  private readonly seqs = new Map<string, number>();
  private parts: { readonly abs: number; readonly bytes: Uint8Array }[] = [];
  private notices: Notice[] = [];

  constructor(
    readonly stream = 'plc',
    readonly capacity = 65_536
  ) {}

  /** Writes a record of this source; its seq is the next one, unless told. */
  record(sourceId = 1, more: TestRecord = {}): this {
    const key = `${this.runId}/${sourceId}`;
    const seq = Number(more.seq ?? this.seqs.get(key) ?? 0);
    this.seqs.set(key, seq + 1);
    const bytes = encoded({
      sourceId,
      runId: this.runId,
      slots: messageSlots(seq),
      timeNs: BigInt(seq) * 1000n,
      ...more,
      seq
    });
    const room = this.capacity - (this.head % this.capacity);
    const abs = bytes.length > room ? this.head + room : this.head;
    const view = decodeRecord(bytes);
    if (!view.ok) throw new Error(view.kind);
    const result = this.accounting.account(view);
    if (result.ok) for (const loss of result.losses) this.notices.push({ ...loss, beforeAbs: abs });
    this.parts.push({ abs, bytes });
    this.head = abs + bytes.length;
    return this;
  }

  /** So many records, of three sources in turn. */
  records(count: number): this {
    for (let i = 0; i < count; i++) this.record(this.firstSource + (i % 3));
    return this;
  }

  /** Seqs of this source that nobody will see. */
  lose(count: number, sourceId = 1): this {
    const key = `${this.runId}/${sourceId}`;
    this.seqs.set(key, (this.seqs.get(key) ?? 0) + count);
    return this;
  }

  /** Bytes of the ring that nobody will see. */
  skip(bytes: number, notice?: (fromAbs: number, toAbs: number) => NoticeItem): this {
    const from = this.head;
    this.head += bytes;
    if (notice !== undefined) this.notice(notice(from, this.head));
    return this;
  }

  notice(notice: NoticeItem): this {
    this.notices.push({ ...notice, beforeAbs: this.head });
    return this;
  }

  /** The ring begins anew, read as a whole. */
  restart(): this {
    const from = this.incarnation++;
    this.head = 0;
    this.accounting = new LossAccounting();
    this.seqs.clear();
    this.began = { cause: 'first-contact', incarnation: this.incarnation, abs: 0, runId: String(this.runId) };
    return this.notice({ kind: 'incarnation', from, to: this.incarnation, reason: 'fingerprint' });
  }

  /** The batch of what was written since the last one; it stays as it is, to be given again. */
  batch(): { payload: Buffer; facts: BatchFacts } {
    const segments: Segment[] = [];
    let [offset, next] = [0, -1];
    for (const { abs, bytes } of this.parts) {
      if (abs !== next) segments.push({ offset, abs });
      offset += bytes.length;
      next = abs + bytes.length;
    }
    const payload = Buffer.concat(this.parts.map(({ bytes }) => bytes));
    const facts: BatchFacts = {
      stream: this.stream,
      incarnation: this.incarnation,
      bufferId: 9,
      snapshot: {
        version: 2,
        caps: 0,
        bufferBytes: this.capacity,
        headAbs: this.head,
        oldestAbs: Math.max(0, this.head - this.capacity),
        lostCount: 0,
        runId: String(this.runId),
        epochId: this.epochId,
        epochFirstAbs: this.epochFirstAbs,
        definitionHash: this.definitionHash,
        prevDefinitionHash: '0000000000000000'
      },
      epochs: [],
      receiveTimeNs: '1780000000000000000',
      segments,
      notices: this.notices,
      ...(this.began === undefined ? {} : { began: this.began })
    };
    this.parts = [];
    this.notices = [];
    return { payload, facts };
  }
}

/** A SourceHighWater's slot, for records that close a gap by the producer's word. */
export const highWater = (count: number): TestRecord['slots'] => [ulintSlot(Key.producedCount, count)];

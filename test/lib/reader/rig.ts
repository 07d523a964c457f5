import { createReader, Reader, ReaderError, ReaderSettings, ReaderStatus } from '../../../lib/reader';
import { Batch } from '../../../lib/reader/batch';
import { Item, itemsOfBatch, NoticeItem, RecordItem } from '../../../lib/stream';
import { FakePlc } from './fake-plc';
import { FakeTransport, half, ManualClock, MemoryStore } from './fake-ports';

/** A reader with everything it needs, on a controller of the test's own. */
export class Rig {
  readonly batches: Batch[] = [];
  readonly items: Item[] = [];
  readonly errors: ReaderError[] = [];
  readonly statuses: ReaderStatus[] = [];
  readonly reader: Reader;
  readonly transport: FakeTransport;
  /** Settle every batch as it comes. */
  settles = true;
  sink: (batch: Batch) => void | Promise<void> = () => undefined;

  constructor(
    readonly plc: FakePlc,
    settings: Partial<ReaderSettings> = {},
    readonly store = new MemoryStore(),
    readonly clock = new ManualClock(),
    transport = new FakeTransport(plc)
  ) {
    this.transport = transport;
    this.reader = createReader({
      transport,
      store,
      clock,
      random: half,
      settings: { host: 'plc', ...settings },
      sink: async (batch) => {
        await this.sink(batch);
        this.batches.push(batch);
        const { items, error } = itemsOfBatch(batch.payload, batch.facts);
        if (error !== undefined) throw new Error(`the batch does not decode: ${JSON.stringify(error)}`);
        this.items.push(...items);
        if (this.settles) this.reader.settle(batch.serial);
      },
      onStatus: (status) => this.statuses.push(status),
      onError: (error) => this.errors.push(error)
    });
  }

  /** Starts and lets the first contact pass. */
  async started(ms = 1): Promise<this> {
    this.reader.start();
    await this.clock.pass(ms);
    return this;
  }

  /** Another reader on the same controller, with the same store: the one after a restart. */
  again(settings: Partial<ReaderSettings> = {}): Rig {
    return new Rig(this.plc, settings, this.store, this.clock);
  }

  get records(): RecordItem[] {
    return this.items.filter((item): item is RecordItem => item.kind === 'record');
  }

  get notices(): NoticeItem[] {
    return this.items.filter((item): item is NoticeItem => item.kind !== 'record');
  }

  /** `run/source/seq` of every record handed on. */
  get ids(): string[] {
    return this.records.map((record) => `${record.runId}/${record.sourceId}/${record.seq}`);
  }

  /** What the transport was asked since the last call. */
  reads(): string[] {
    return this.transport.log.splice(0);
  }
}

export const seqs = (from: number, to: number, source = 1, run = 1): string[] =>
  Array.from({ length: to - from + 1 }, (_, i) => `${run}/${source}/${from + i}`);

/** Notices without the source times around a loss: what is missing, for tests of nothing but that. */
export const untimed = (notices: readonly NoticeItem[]): NoticeItem[] =>
  notices.map((notice) => {
    if (notice.kind !== 'loss') return notice;
    // eslint-disable-next-line @typescript-eslint/no-unused-vars
    const { afterTimeNs, beforeTimeNs, ...loss } = notice;
    return loss;
  });

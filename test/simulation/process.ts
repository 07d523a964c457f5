import { fileStore, LockHolder } from '../../lib/state/files';
import { createReader, Reader, ReaderError, ReaderSettings, ReaderStatus, StatusFacts } from '../../lib/reader';
import { Clock } from '../../lib/reader/ports';
import { Batch } from '../../lib/reader/batch';
import { Chance } from './chance';
import { Disk } from './ports/disk';
import { Gate } from './ports/gate';
import { Link, Server } from './ports/link';
import { Sink, SinkPlan } from './ports/sink';
import { Scheduler } from './scheduler';
import { Alarm } from './violation';

/** Where the state file lies on the simulated disk. */
export const STATE = '/user/openot/reader.state';

export interface ProcessParts {
  readonly scheduler: Scheduler;
  readonly server: Server;
  readonly disk: Disk;
  readonly alarm: Alarm;
  readonly chance: Chance;
  readonly sink: SinkPlan;
  readonly settings: Partial<ReaderSettings>;
  readonly self: LockHolder;
  readonly isAlive: (pid: number) => boolean;
  readonly wallNs: () => bigint;
  readonly isCalm: () => boolean;
  /** The state was loaded: its bytes, undefined where there is none. */
  readonly onLoaded: (process: Process, bytes: Uint8Array | undefined) => void;
  /** The reader learns that these bytes are saved. */
  readonly onSaved: (bytes: Uint8Array) => void;
  readonly onBatch: (process: Process, batch: Batch) => void;
  readonly onProcessed: (process: Process, batch: Batch) => void;
  /** The reader is told that a batch is safe. */
  readonly onSettled: (process: Process, serial: number) => void;
  readonly onError: (error: ReaderError) => void;
  /** Where somebody looks at it. */
  readonly onStatus?: (status: ReaderStatus, facts: StatusFacts) => void;
}

/** One life of one reader: everything that dies together. */
export class Process {
  readonly gate = new Gate(() => this.die());
  readonly reader: Reader;
  readonly link: Link;
  readonly sink: Sink;
  /** What the reader was given: not its own memory. */
  readonly ports = new Set<unknown>();
  isStopping = false;
  private readonly timers = new Set<() => void>();

  constructor(private readonly parts: ProcessParts) {
    const { scheduler, server, disk, alarm, chance, sink, settings, self, isAlive, wallNs, isCalm } = parts;
    const { gate } = this;
    this.link = new Link(server, gate, alarm);
    this.sink = new Sink(sink, chance.fork(), scheduler, {
      isDead: () => gate.isDead,
      isCalm,
      settle: (serial) => {
        if (gate.isDead) return;
        parts.onSettled(this, serial);
        this.reader.settle(serial);
      },
      books: { processed: (batch) => parts.onProcessed(this, batch) }
    });
    const every = (ms: number, call: () => void): (() => void) => this.every(ms, call);
    const store = fileStore(STATE, {
      files: disk.mount(() => gate.isDead),
      self,
      isAlive,
      wallMs: () => Number(wallNs() / 1_000_000n),
      monotonicMs: () => scheduler.now,
      every
    });
    const random = chance.fork();
    const clock = this.clock();
    this.reader = createReader({
      transport: this.link,
      store: {
        lock: () => gate.call(() => store.lock()),
        load: () =>
          gate.call(async () => {
            const bytes = await store.load();
            if (!gate.isDead) parts.onLoaded(this, bytes);
            return bytes;
          }),
        save: (bytes) =>
          gate.call(async () => {
            await store.save(bytes);
            if (!gate.isDead) parts.onSaved(bytes);
          }),
        remove: () => gate.call(() => store.remove()),
        isMine: () => gate.call(() => store.isMine?.() ?? Promise.resolve(true)),
        unlock: () => gate.call(() => store.unlock())
      },
      clock,
      random,
      settings,
      sink: (batch) =>
        gate.call(async () => {
          parts.onBatch(this, batch);
          await this.sink.take(batch);
        }),
      onError: (error) => void (!gate.isDead && parts.onError(error)),
      ...(parts.onStatus === undefined
        ? {}
        : {
            onStatus: (status: ReaderStatus, facts: StatusFacts) =>
              void (!gate.isDead && parts.onStatus?.(status, facts))
          })
    });
    for (const port of [parts, scheduler, server, disk, alarm, chance, this.link, this.sink, gate, clock, random, this])
      this.ports.add(port);
  }

  get isDead(): boolean {
    return this.gate.isDead;
  }

  private clock(): Clock {
    const { scheduler, wallNs } = this.parts;
    const { gate } = this;
    return {
      nowNs: wallNs,
      monotonicMs: () => scheduler.now,
      sleep: (ms, signal) =>
        new Promise((resolve) => {
          if (gate.isDead) return;
          const done = (): void => {
            scheduler.cancel(task);
            signal?.removeEventListener('abort', done);
            if (gate.passes()) resolve();
          };
          if (signal?.aborted === true) return resolve();
          const task = scheduler.after(ms, done);
          signal?.addEventListener('abort', done);
        })
    };
  }

  private every(ms: number, call: () => void): () => void {
    const { scheduler } = this.parts;
    let isOver = false;
    const next = (): void => {
      if (isOver) return;
      call();
      scheduler.after(ms, next);
    };
    scheduler.after(ms, next);
    const end = (): void => {
      isOver = true;
      this.timers.delete(end);
    };
    this.timers.add(end);
    return end;
  }

  private die(): void {
    for (const end of [...this.timers]) end();
  }
}

import type { NodeMessage } from 'node-red';
import { type CollectSettings, gapDocument, logDocument, runPoll } from '../../lib/logobject';
import type { LogFacts, LogPosition, LogProvenance, Polled } from '../../lib/logobject';
import type { Keeper } from '../../lib/state';
import { CodedError, codedErrorOf } from '../runtime/coded-error';
import type { ReaderSession } from '../delivery';
import { LogStates } from './log-states';
import type { LogServer } from './server';
import type { LogSettings } from './settings';

/** What a collector is made of. */
export interface CollectorPorts {
  readonly settings: LogSettings;
  readonly servers: readonly LogServer[];
  readonly keeper: Keeper<ReadonlyMap<string, LogPosition>>;
  openSession(settled: (serial: number) => void, onLost: () => void): ReaderSession;
  sendBatch(message: NodeMessage): void;
  sendStatus(message: NodeMessage): void;
  deliveriesDone(): Promise<void>;
  onError(error: Error): void;
  onShow(): void;
  nowNs(): bigint;
}

/** Documents in a message, and batches under way, at most. */
const BATCH = 500;
const MAX_IN_FLIGHT = 16;
/** Records after which what is there is handed on although the log has more. */
const TAKE_AFTER = 5_000;

interface Pending {
  readonly serial: number;
  readonly log: string;
  readonly position: LogPosition;
}

/** Polls every log of every server, one after the other, and hands on what is new, with commit tokens. */
export class LogCollector {
  readonly states: LogStates;
  /** Saved once what they stand for was settled. */
  private committed = new Map<string, LogPosition>();
  /** Where reading goes on. */
  private reading = new Map<string, LogPosition>();
  private pending: Pending[] = [];
  private session: ReaderSession | undefined;
  private serial = 0;
  private settledSerial = 0;
  private room: (() => void) | undefined;
  private stop = new AbortController();
  private wake: (() => void) | undefined;
  private loop: Promise<void> = Promise.resolve();
  private saving: Promise<void> = Promise.resolve();
  private isDirty = false;
  private isWanted = false;

  constructor(private readonly ports: CollectorPorts) {
    const { settings, sendStatus, onError, onShow } = ports;
    this.states = new LogStates(settings, {
      sendStatus,
      onShow,
      onError: (error) => (this.isStopped ? undefined : onError(error))
    });
  }

  start(after: Promise<void>): void {
    this.loop = after.then(() => this.run()).catch((thrown: unknown) => this.ports.onError(codedErrorOf(thrown)));
  }

  /** Polls at once. */
  read(): void {
    this.isWanted = true;
    this.wake?.();
  }

  async close(): Promise<void> {
    this.stop.abort();
    this.session?.shut();
    this.wake?.();
    this.room?.();
    await this.ports.deliveriesDone();
    this.session?.close();
    await this.loop;
    await this.save();
    await Promise.all(this.ports.servers.map((server) => server.close()));
    await this.ports.keeper.unlock();
  }

  private get isStopped(): boolean {
    return this.stop.signal.aborted;
  }

  private async run(): Promise<void> {
    if (!(await this.begin())) return;
    while (!this.isStopped) {
      this.session ??= this.newSession();
      this.isWanted = false;
      await Promise.all(this.ports.servers.map((server) => this.pollServer(server)));
      await this.save();
      this.ports.onShow();
      if (!this.isStopped && !this.isWanted) await this.sleep(this.ports.settings.intervalMs);
    }
  }

  private async begin(): Promise<boolean> {
    const { keeper, onError } = this.ports;
    for (;;) {
      const locked = await keeper.lock();
      if (locked.ok) break;
      onError(new CodedError(locked.code, locked.message));
      if (!this.isStopped) await this.sleep(3_000);
      if (this.isStopped) return false;
    }
    const loaded = await keeper.load();
    if (!loaded.ok) {
      onError(new CodedError(loaded.code, loaded.message));
      return false;
    }
    this.committed = new Map(loaded.state ?? []);
    this.reading = new Map(this.committed);
    return true;
  }

  private newSession(): ReaderSession {
    this.serial = 0;
    this.settledSerial = 0;
    return this.ports.openSession(
      (serial) => this.settled(serial),
      () => this.lost()
    );
  }

  private settled(serial: number): void {
    this.settledSerial = serial;
    for (const { log, position } of this.pending.filter((one) => one.serial <= serial)) this.commit(log, position);
    this.pending = this.pending.filter((one) => one.serial > serial);
    // What a kill finds unsaved comes twice.
    void this.save();
    this.room?.();
  }

  private commit(log: string, position: LogPosition): void {
    this.committed.set(log, position);
    this.isDirty = true;
  }

  /** A batch will never arrive: everything behind what was settled is read again. */
  private lost(): void {
    this.session?.close();
    this.session = undefined;
    this.pending = [];
    this.reading = new Map(this.committed);
    this.room?.();
    this.wake?.();
  }

  /** Saves what is not saved yet: of several calls at a time the first does for all. Never rejects. */
  private save(): Promise<void> {
    this.saving = this.saving.then(async () => {
      if (!this.isDirty) return;
      this.isDirty = false;
      await this.ports.keeper.save(new Map(this.committed));
    });
    return this.saving;
  }

  private sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private async pollServer(server: LogServer): Promise<void> {
    const opened = await server.open();
    if (!opened.ok) return this.states.failed(server, server.ports.host, undefined, opened);
    for (const { port, logObject, name } of opened.logs) {
      if (this.isStopped) return;
      const stream = `${server.ports.host}/${name === '' ? logObject : name}`;
      const { applicationUri } = opened;
      const log = JSON.stringify([applicationUri, logObject]);
      const provenance = (facts: LogFacts): LogProvenance => ({
        stream,
        server: { applicationUri, endpoint: server.ports.endpoint },
        logObject,
        receiveTimeNs: this.ports.nowNs().toString(),
        clock: facts.clock
      });
      const { session } = this;
      const run = await runPoll(
        port,
        this.reading.get(log),
        this.collectSettings(),
        async (part, facts) => this.hand(log, part, provenance(facts), session),
        this.stop.signal
      );
      if (!run.ok) {
        this.states.failed(server, stream, logObject, run);
        continue;
      }
      await this.hand(log, run.outcome, provenance(run.facts), session);
      this.states.polled(server, stream, logObject, run.facts, run.outcome);
      for (const notice of run.poll.notices) this.states.note(stream, notice);
    }
  }

  private collectSettings(): CollectSettings {
    const { overlapMs, startFrom, minimumSeverity, pageSize } = this.ports.settings;
    return { overlapMs, startFrom, minimumSeverity, pageSize, user: '', takeAfter: TAKE_AFTER };
  }

  private async hand(
    log: string,
    { records, gaps, position }: Polled,
    provenance: LogProvenance,
    session: ReaderSession | undefined
  ): Promise<void> {
    const documents = [
      ...gaps.map((gap) => gapDocument(gap, provenance)),
      ...records.map((record) => logDocument(record, provenance))
    ];
    for (let at = 0; at < documents.length; at += BATCH) {
      await this.roomFor();
      if (session === undefined || this.session !== session || this.isStopped || !(await session.gate())) return;
      const serial = ++this.serial;
      if (at + BATCH >= documents.length) this.pending.push({ serial, log, position });
      const { stream } = provenance;
      const commit = [session.begin(serial)];
      this.ports.sendBatch({ topic: stream, payload: documents.slice(at, at + BATCH), openot: { stream, commit } });
    }
    if (this.session !== session || this.isStopped) return;
    this.reading.set(log, position);
    if (documents.length > 0) return;
    // Nothing new: it counts when what was read before it does.
    const last = this.pending.at(-1);
    if (last === undefined) this.commit(log, position);
    else this.pending.push({ serial: last.serial, log, position });
  }

  private async roomFor(): Promise<void> {
    while (!this.isStopped && this.session !== undefined && this.serial - this.settledSerial >= MAX_IN_FLIGHT)
      await new Promise<void>((resolve) => {
        this.room = resolve;
      });
  }
}

import { LogFacts, LogProvenance, Polled, runPoll } from '../../lib/logobject';
import { CodedError, codedErrorOf } from '../runtime/coded-error';
import type { ReaderSession, Refusal } from '../delivery';
import { nothingToSkip, type Waiting } from '../runtime/held-back';
import { LogHold } from './hold';
import { LogProgress } from './log-progress';
import { LogStates } from './log-states';
import type { LogServer } from './server';
import type { CollectorPorts } from './ports';
import { collectSettings } from './settings';
import { Slots } from './slots';

/** Documents in a message, at most. */
const BATCH = 500;

/** Polls every log of every server, one after the other, and hands on what is new, with commit tokens. */
export class LogCollector {
  readonly states: LogStates;
  private readonly hold: LogHold;
  private readonly progress = new LogProgress();
  private session: ReaderSession | undefined;
  private readonly slots = new Slots();
  /** The first batch of this session that a node refused. */
  private refusedSerial = 0;
  private stop = new AbortController();
  private wake: (() => void) | undefined;
  private loop: Promise<void> = Promise.resolve();
  private saving: Promise<void> = Promise.resolve();
  private isWanted = false;

  constructor(private readonly ports: CollectorPorts) {
    const { settings, sendStatus, onError, onShow } = ports;
    this.hold = new LogHold(ports);
    this.states = new LogStates(settings, {
      ...{ sendStatus, onShow, nowNs: ports.nowNs },
      onError: (error) => (this.isStopped ? undefined : onError(error))
    });
  }

  start(after: Promise<void>): void {
    this.loop = after.then(() => this.run()).catch((thrown: unknown) => this.ports.onError(codedErrorOf(thrown)));
  }

  /** Polls at once; what was refused is read again. */
  read(): void {
    if (this.hold.isRefused) this.again();
    else this.poll();
  }

  /** Polls at once. */
  poll(): void {
    this.isWanted = true;
    this.wake?.();
  }

  /** Passes over the batch that was refused again. Throws where there is none, or earlier ones are not settled. */
  skip(): void {
    if (!this.hold.isRefusedAgain || !this.progress.skip(this.refusedSerial)) throw nothingToSkip();
    this.again();
  }

  /** Why records do not get on, or come twice. */
  waiting(): Waiting | undefined {
    return this.hold.waiting(this.session?.waitsFor(), this.slots.isFull);
  }

  /** Nothing is handed on, whatever the servers say. */
  get isHeld(): boolean {
    return this.hold.isHeld;
  }

  async close(): Promise<void> {
    this.stop.abort();
    this.hold.close();
    this.session?.shut();
    this.wake?.();
    this.slots.wake();
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
      if (!this.hold.isHeld) await Promise.all(this.ports.servers.map((server) => this.pollServer(server)));
      await this.save();
      this.ports.onShow();
      // Without a session it is read again at once.
      const isIdle = this.session !== undefined && !this.isWanted;
      if (!this.isStopped && isIdle) await this.sleep(this.ports.settings.intervalMs);
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
    this.progress.begin(loaded.state ?? new Map());
    return true;
  }

  private newSession(): ReaderSession {
    this.slots.begin();
    this.refusedSerial = 0;
    this.hold.judgeWiring();
    return this.ports.openSession({
      settled: (serial) => this.settled(serial),
      onLost: () => this.again(),
      onRefused: (refusal, serial) => this.refused(refusal, serial),
      onRetry: () => (this.hold.isRefused ? this.again() : undefined),
      onStarted: () => this.judgeWiring(),
      rejectPauseMs: () => this.hold.pauseMs()
    });
  }

  /** A deploy is through: wires change without a node being restarted. */
  private judgeWiring(): void {
    const wasHeld = this.hold.isHeld;
    const isHeld = this.hold.judgeWiring();
    if (wasHeld && !isHeld) this.again();
    this.slots.wake();
    this.ports.onShow();
  }

  private refused(refusal: Refusal, serial: number): void {
    if (this.refusedSerial > 0) return;
    this.refusedSerial = serial;
    const { progress } = this;
    this.hold.refused(refusal, progress.keyOf(serial) ?? '', progress.whereOf(serial), () => this.read());
    this.slots.wake();
    this.ports.onShow();
  }

  private settled(serial: number): void {
    this.hold.settled(this.progress.settled(serial));
    this.slots.settled(serial);
    // What a kill finds unsaved comes twice.
    void this.save();
  }

  /** A batch was refused or will never arrive: everything behind what was settled is read again. */
  private again(): void {
    if (this.isStopped) return;
    this.hold.again(this.progress.isOpen);
    this.session?.close();
    this.session = undefined;
    this.progress.again();
    this.slots.wake();
    this.wake?.();
  }

  /** Saves what is not saved yet: of several calls at a time the first does for all. Never rejects. */
  private save(): Promise<void> {
    this.saving = this.saving.then(async () => {
      const positions = this.progress.takeDirty();
      if (positions !== undefined) await this.ports.keeper.save(positions);
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
        this.progress.from(log),
        collectSettings(this.ports.settings),
        async (part, facts) => this.hand(log, part, provenance(facts), session),
        this.stop.signal
      );
      if (!run.ok) {
        this.states.failed(server, stream, logObject, run);
        continue;
      }
      await this.hand(log, run.outcome, provenance(run.facts), session);
      if (!this.goesOn(session)) return;
      this.states.polled(server, stream, logObject, run.facts, run.outcome);
      for (const notice of run.poll.notices) this.states.note(stream, notice);
    }
  }

  private async hand(
    log: string,
    { records, gaps, position }: Polled,
    provenance: LogProvenance,
    session: ReaderSession | undefined
  ): Promise<void> {
    const documents = this.progress.documentsOf(log, { records, gaps }, provenance);
    const { stream } = provenance;
    for (let at = 0; at < documents.length; at += BATCH) {
      await this.slots.room(() => this.goesOn(session));
      if (session === undefined || !this.goesOn(session) || !(await session.gate()) || !this.goesOn(session)) return;
      const serial = this.slots.next();
      const batch = documents.slice(at, at + BATCH);
      this.progress.handedOn({ serial, log, documents: batch, ...(at + BATCH < documents.length ? {} : { position }) });
      const commit = [session.begin(serial)];
      this.ports.sendBatch({ topic: stream, payload: batch, openot: { stream, commit } });
      this.states.handed(stream, batch);
    }
    if (this.goesOn(session)) this.progress.readTo(log, position, documents.length === 0);
  }

  /** What was read for this session may be handed on. */
  private goesOn(session: ReaderSession | undefined): boolean {
    return session !== undefined && this.session === session && !this.isStopped && !this.hold.isHeld;
  }
}

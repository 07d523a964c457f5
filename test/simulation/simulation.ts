import { DefinitionStore } from '../../lib/definition';
import { ReaderError, ReaderStatus, StatusFacts } from '../../lib/reader';
import { Batch } from '../../lib/reader/batch';
import { decodeControlBlock } from '../../lib/ring';
import { ReadOutcome, ReadPart } from '../../lib/transport/transport';
import { SavedState, StateFile } from '../../lib/reader/progress/saved-state';
import { Books, SeenBatch, Session, stateOf } from './books';
import { Chance } from './chance';
import { bindingChecker, definitionOf } from './checkers/binding';
import { Checker } from './checkers/checker';
import { checkpointChecker } from './checkers/checkpoint';
import { DurableChecker } from './checkers/durable';
import { duplicatesChecker } from './checkers/duplicates';
import { idsChecker } from './checkers/ids';
import { inventedChecker } from './checkers/invented';
import { livesApartChecker } from './checkers/lives-apart';
import { lossClassChecker } from './checkers/loss-class';
import { checkMemory } from './checkers/memory';
import { orderChecker } from './checkers/order';
import { reportsChecker } from './checkers/reports';
import { restartsToldChecker } from './checkers/restarts-told';
import { silentLossChecker } from './checkers/silent-loss';
import { totalsChecker } from './checkers/totals';
import { Operator } from './operator';
import { Plan, planOf } from './plan';
import { Disk } from './ports/disk';
import { Server } from './ports/link';
import { Process, STATE } from './process';
import { Scheduler } from './scheduler';
import { Alarm, Violation } from './violation';
import { Plc } from './world/plc';
import { Program } from './world/program';
import { Life, Truth } from './world/truth';

export interface SimulationOptions {
  readonly seed: number;
  readonly records: number;
  /** Changes the drawn plan: for regression tests, and for one fault alone. */
  readonly change?: (plan: Plan) => Plan;
  /** Last changes to a simulation that is ready to run. */
  readonly prepare?: (simulation: Simulation) => void;
  /** Called with a line for everything that happens. */
  readonly trace?: (line: string) => void;
}

export interface SimulationResult {
  readonly seed: number;
  readonly violation: Violation | undefined;
  readonly faults: readonly string[];
  /** Produced, delivered at least once, reported lost, reported indeterminate. */
  readonly produced: number;
  readonly delivered: number;
  readonly lost: number;
  readonly indeterminate: number;
  readonly sessions: number;
  readonly polls: number;
  readonly virtualMs: number;
  readonly steps: number;
  /** Error codes that the readers reported, with how often. */
  readonly errors: Readonly<Record<string, number>>;
}

/** Milliseconds after the last fault within which everything must have been read and processed. */
const DRAIN_MS = 240_000;
/** Polls within which that must happen. */
const DRAIN_POLLS = 3_000;

/** One run: the world, the reader between its faulty ports, and the checkers around it. */
export class Simulation {
  readonly scheduler = new Scheduler();
  readonly alarm = new Alarm(() => this.scheduler.now);
  readonly truth = new Truth();
  readonly books: Books;
  readonly plan: Plan;
  readonly program: Program;
  readonly server: Server;
  readonly disk: Disk;
  readonly operator: Operator;
  isCalm = false;
  /** A reader was ended with something open. */
  wasUnclean = false;
  /** A state of some time ago was put back: of what was delivered since, nothing is known. */
  isOldState = false;
  /** Of all readers. */
  polls = 0;
  /** States that were saved, now and then one of them. */
  private readonly backups: Uint8Array[] = [];
  /**
   * The power was cut while nobody read, and the ring overtook the old place: it need not wait until that is noticed.
   */
  private overtaking = false;
  /** A reader was started since then. */
  private isBack = false;
  /** Since when a reader that was away then has looked at the ring. */
  private seenSinceMs: number | undefined;
  private readonly checkers: Checker[];
  private readonly sessions = new Map<Process, Session>();
  private readonly seen = new Map<Process, Map<number, SeenBatch>>();
  private readonly definitions = new DefinitionStore();
  private readonly errors: Record<string, number> = {};
  private readonly chance: Chance;
  private wallShiftMs = 0;
  /** Where first contact was made; nothing was handed on before a state that says so was saved. */
  private firstAbs = Infinity;
  private firstLife = 0;
  /** Run that was joined in the middle. */
  private joined: bigint | undefined;
  private isBegun = false;
  /** What a next reader would go on from. */
  private state: StateFile | undefined;
  private readonly durable = new DurableChecker(this.alarm);
  private known = 0;

  constructor(private readonly options: SimulationOptions) {
    const chance = (this.chance = new Chance(options.seed));
    const drawn = planOf(chance.fork(), options.records);
    this.plan = options.change?.(drawn) ?? drawn;
    const { plan, truth, scheduler } = this;
    const plc = new Plc(truth, chance.fork(), {
      capacity: plan.capacity,
      startAbs: plan.startAbs,
      runId: plan.runId,
      definitionHash: 'd0d0d0d0d0d0d0d1'
    });
    this.books = new Books(truth, this.alarm, (life) => life.endedAtOldest ?? plc.oldestAbs);
    this.program = new Program(plc, plan.program, chance.fork());
    this.program.mustWait = () => this.mustWait();
    this.program.mayRestart = () => this.hasAnchor;
    this.server = new Server(this.program, plan.link, chance.fork(), scheduler);
    this.server.onRead = (parts, outcome) => {
      if (this.isBack && outcome.ok) this.seenSinceMs ??= scheduler.now;
      if (this.overtaking && this.isNoticed) this.overtaking = false;
      if (options.trace !== undefined) this.traceRead(parts, outcome);
    };
    this.disk = new Disk(plan.disk, chance.fork(), scheduler, () => Number(this.wallNs() / 1_000_000n));
    this.disk.onRenamed = (to, bytes) => this.saved(to, bytes);
    this.operator = new Operator(this, chance.fork());
    this.checkers = this.makeCheckers();
    options.prepare?.(this);
  }

  private makeCheckers(): Checker[] {
    const { books, plan, program } = this;
    const startsOldest = plan.settings.startFrom !== 'newest';
    return [
      idsChecker(books),
      inventedChecker(books),
      orderChecker(books, () => startsOldest),
      lossClassChecker(
        books,
        () => this.wasUnclean,
        () => this.isOldState
      ),
      duplicatesChecker(books),
      silentLossChecker(books, {
        isFirstContactOldest: () => startsOldest,
        first: () => ({ abs: this.firstAbs, life: this.firstLife }),
        begins: (life, abs) => this.begins(life, abs)
      }),
      checkpointChecker(
        books,
        (abs: number, life: Life) =>
          life.index < this.firstLife || (life.index === this.firstLife && abs < this.firstAbs)
      ),
      reportsChecker(books, {
        isJoined: (runId) => this.joined !== undefined && BigInt(runId) <= this.joined,
        runId: () => program.plc.runId.toString(),
        isOldState: () => this.isOldState
      }),
      restartsToldChecker(books),
      bindingChecker(books, this.definitions),
      // A batch that was refused is never processed, and nobody waits for it.
      ...(plan.sink.rejects > 0
        ? []
        : [
            livesApartChecker(books, {
              nowMs: () => this.scheduler.now,
              ackTimeoutMs: plan.settings.ackTimeoutMs ?? Infinity
            })
          ]),
      totalsChecker(books, () => ({
        reader: this.operator.process.reader,
        session: this.sessions.get(this.operator.process) as Session
      }))
    ];
  }

  wallNs(): bigint {
    return 1_750_000_000_000_000_000n + BigInt(Math.floor((this.scheduler.now + this.wallShiftMs) * 1_000)) * 1_000n;
  }

  get isTraced(): boolean {
    return this.options.trace !== undefined;
  }

  trace(line: string): void {
    this.options.trace?.(`${this.scheduler.now.toFixed(1).padStart(10)} ${line}`);
  }

  private traceRead(parts: readonly ReadPart[], outcome: ReadOutcome): void {
    const words = parts.map((part, i) => {
      if (!outcome.ok) return part.kind === 'control' ? 'control' : `${part.length} bytes at ${part.offset}`;
      const bytes = outcome.parts[i];
      if (part.kind === 'ring') return `${bytes.length} of ${part.length} bytes at ${part.offset}`;
      const block = decodeControlBlock(bytes);
      return block.ok
        ? `control ${block.seqlock}: ${block.oldestAbs} to ${block.headAbs}, lost ${block.lostCount}, run ` +
            `${block.runId}, epoch ${block.epochId} from ${block.epochFirstAbs}`
        : `control ${block.kind}`;
    });
    this.trace(`  read ${outcome.ok ? '' : `${outcome.code} `}${words.join('; ')}`);
  }

  async run(): Promise<SimulationResult> {
    const { scheduler, program, operator } = this;
    operator.begin();
    this.tick();
    const isBroken = (): boolean => this.alarm.violation !== undefined;
    // Where hardly anything gets through, the run is cut short rather than the checks.
    const most = 20_000 + 2 * this.options.records;
    await scheduler.run(() => isBroken() || program.isOver || scheduler.steps > most);
    if (!isBroken()) await this.drain(isBroken);
    return this.result();
  }

  /** Faults end; everything that was produced has to come out, or to be named, in bounded time. */
  private async drain(isBroken: () => boolean): Promise<void> {
    const { scheduler, program, server, disk, operator } = this;
    this.trace('all faults end');
    this.isCalm = server.isCalm = disk.isCalm = true;
    program.release();
    server.calm();
    operator.calm();
    const calmMs = scheduler.now;
    await scheduler.run(() => isBroken() || this.isNoticed || scheduler.now - calmMs > DRAIN_MS / 2);
    program.close();
    this.learnDefinitions(1);
    const sinceMs = scheduler.now;
    const sincePolls = this.pollsNow();
    const isOver = (): boolean =>
      isBroken() || this.isAtRest() || scheduler.now - sinceMs > DRAIN_MS || this.pollsNow() - sincePolls > DRAIN_POLLS;
    await scheduler.run(isOver);
    if (isBroken()) return;
    if (!this.isAtRest()) {
      const { status } = operator;
      this.alarm.raise(
        'drained',
        `${Math.round(scheduler.now - sinceMs)} ms and ${this.pollsNow() - sincePolls} polls after the last ` +
          `fault the reader is not at rest: head ${program.plc.headAbs}, ` +
          `${JSON.stringify({ ...status, totals: undefined })}`
      );
      return;
    }
    for (const checker of this.checkers) checker.atRest?.();
    const sources = this.plan.program.sources + 1;
    const { reader, ports } = operator.process;
    checkMemory(this.alarm, reader, ports, { entries: 4_000 + 8 * sources * 200, bytes: 1_000_000 });
  }

  private isAtRest(): boolean {
    const { process, status } = this.operator;
    return (
      !process.isDead &&
      status.state === 'idle' &&
      status.cursorAbs === this.program.plc.headAbs &&
      status.inFlight === 0 &&
      process.sink.held === 0 &&
      !this.program.isBlank
    );
  }

  /** Now and then: clocks, definitions, memory. */
  private tick(): void {
    this.scheduler.after(1_000, () => {
      this.program.advance(this.scheduler.now);
      this.learnDefinitions(this.plan.definitionReady);
      if (this.plan.wallJumps && this.chance.does(0.02)) this.wallShiftMs += (this.chance.next() - 0.5) * 7_200_000;
      if (!this.isCalm) this.tick();
    });
  }

  private learnDefinitions(probability: number): void {
    const { truth } = this;
    let hash = '';
    for (; this.known < truth.records.length; this.known++) {
      const record = truth.records[this.known];
      if (record.hash === hash) continue;
      hash = record.hash;
      if (this.definitions.get(hash) !== undefined) continue;
      if (!this.chance.does(probability)) return;
      this.definitions.add(definitionOf(hash), hash);
    }
  }

  /**
   * A life that began anew must stay noticeable until it was noticed for good (docs/format.md 10: signs need time to be
   * seen). And where bytes may be old, the ring must not lap the reader: which lap they are of could not be told then.
   */
  private mustWait(): boolean {
    const { truth, program, plan, checkpoint } = this;
    if (this.isCalm) return false;
    const isSeen = this.overtaking && this.seenSinceMs !== undefined && this.scheduler.now - this.seenSinceMs > 1_000;
    const isFull = program.plc.headAbs + 600 > program.plc.capacity + (this.overtaking ? (this.anchorAbs ?? 0) : 0);
    if (truth.lives.length > 1 && !this.isNoticed && isFull && !isSeen) return true;
    // Of the first life nothing need have been handed on: reading may begin at its newest record.
    const isKnown = checkpoint !== undefined && (this.isNoticed || truth.lives.length === 1);
    const readUntil = isKnown ? checkpoint.cursor : truth.life.startAbs;
    return plan.isOld && program.plc.headAbs - readUntil > program.plc.capacity / 2;
  }

  /**
   * Somebody would notice that the ring began anew: by a record that stands there no more, or by a lost count that
   * fell.
   */
  private get hasAnchor(): boolean {
    const { state, program } = this;
    if (state === undefined) return false;
    const fingerprint = state.lease.fingerprint ?? state.checkpoint.fingerprint;
    const image = decodeControlBlock(Buffer.from(state.checkpoint.image, 'hex'));
    return (
      (fingerprint !== undefined && fingerprint.abs >= program.plc.oldestAbs) || (image.ok && image.lostCount > 0n)
    );
  }

  private get checkpoint(): SavedState | undefined {
    return this.state?.checkpoint;
  }

  /** From now on the ring need not wait for its restart to be noticed, once somebody has looked at it for a second. */
  overtakes(): void {
    this.overtaking = true;
    this.isBack = false;
    this.seenSinceMs = undefined;
  }

  /** Where the last record stands by which a next reader would know the ring. */
  get anchorAbs(): number | undefined {
    return (this.state?.lease.fingerprint ?? this.checkpoint?.fingerprint)?.abs;
  }

  /** A next reader would know the ring as it is now. */
  get isNoticed(): boolean {
    const { checkpoint, truth } = this;
    return checkpoint !== undefined && this.books.lifeOf.get(checkpoint.incarnation) === truth.life;
  }

  /** Records of a life were handed on, and the saved state still waits for batches of the life before. */
  get isUnsettled(): boolean {
    const { state } = this;
    return state !== undefined && state.lease.incarnation > state.checkpoint.incarnation;
  }

  // What the processes tell.

  loaded(process: Process, bytes: Uint8Array | undefined): void {
    const { plan, books } = this;
    const state = stateOf(bytes);
    const checkpoint = state?.checkpoint;
    this.durable.loaded(state);
    this.isBack = this.overtaking;
    this.state = state;
    // What was never handed on was never begun.
    if (checkpoint === undefined && !this.isBegun) this.firstAbs = Infinity;
    this.trace(
      `reader ${books.sessions + 1} loaded ` +
        `${checkpoint === undefined ? 'nothing' : `checkpoint ${checkpoint.incarnation}/${checkpoint.cursor}`}`
    );
    const session: Session = {
      number: ++books.sessions,
      checkpoint,
      lease: state?.lease,
      limits: { maxInFlight: plan.settings.maxInFlight ?? 16, maxRecords: plan.settings.maxRecords ?? 1_000 }
    };
    this.sessions.set(process, session);
    for (const checker of this.checkers) checker.started?.(session);
  }

  batch(process: Process, batch: Batch): void {
    const session = this.sessions.get(process) as Session;
    const seen = this.books.see(batch);
    this.isBegun = true;
    if (seen.life === undefined) this.books.hint(seen.incarnation, this.truth.lives[this.server.lifeSeen]);
    this.trace(
      `batch ${batch.serial} of incarnation ${seen.incarnation}: ${batch.records} records ` +
        `${batch.facts.segments.map(({ abs }) => `@${abs}`).join(' ')}` +
        `${batch.facts.notices.map((notice) => ` ${JSON.stringify(notice)}`).join('')}`
    );
    this.trace(`  facts ${JSON.stringify(batch.facts)}`);
    const kept = this.seen.get(process) ?? new Map<number, SeenBatch>();
    this.seen.set(process, kept);
    kept.set(batch.serial, seen);
    for (const checker of this.checkers) checker.handedOn?.(session, seen);
    const { status } = this.operator;
    if (status.inFlight > session.limits.maxInFlight + 1)
      this.alarm.raise(
        'memory',
        `${status.inFlight} batches are in flight, expected at most ${session.limits.maxInFlight}`
      );
  }

  processed(process: Process, batch: Batch): void {
    const session = this.sessions.get(process) as Session;
    const kept = this.seen.get(process);
    const seen = kept?.get(batch.serial);
    // Handed on before everything was forgotten.
    if (kept === undefined || seen === undefined) return;
    this.trace(`processed ${batch.serial}`);
    kept.delete(batch.serial);
    for (const checker of this.checkers) checker.processed?.(session, seen);
  }

  settled(process: Process, serial: number): void {
    const session = this.sessions.get(process);
    if (session !== undefined) for (const checker of this.checkers) checker.settled?.(session, serial);
  }

  /** What the reader says of itself. */
  status(status: ReaderStatus, facts: StatusFacts): void {
    this.trace(`status ${JSON.stringify(status)} ${JSON.stringify(facts)}`);
  }

  error(error: ReaderError): void {
    this.errors[error.code] = (this.errors[error.code] ?? 0) + 1;
    this.trace(`${error.code} ${error.message}`);
    if (error.code === 'OPENOT_INTERNAL') this.alarm.raise('internal', error.message);
  }

  private saved(to: string, bytes: Uint8Array): void {
    if (to !== STATE) return;
    this.state = stateOf(bytes);
    const { checkpoint } = this;
    if (this.chance.does(0.1)) this.backups.push(bytes);
    if (this.backups.length > 8) this.backups.shift();
    if (checkpoint === undefined) return this.alarm.raise('checkpoint', 'what was saved cannot be read back');
    if (this.firstAbs === Infinity) this.firstContact(checkpoint);
    this.trace(`saved ${checkpoint.incarnation}/${checkpoint.cursor}`);
    for (const checker of this.checkers) checker.saved?.(checkpoint);
    this.operator.saved(checkpoint);
  }

  /** The first record of all: only what was overwritten may have been passed over since first contact. */
  private begins(life: Life, abs: number): void {
    const { program, truth, firstAbs } = this;
    const left = life.placed.find((record) => record.abs >= firstAbs && record.abs < abs);
    if (life === truth.life && left !== undefined && left.abs >= program.plc.oldestAbs)
      this.alarm.raise('silent-loss', `reading begins at ${abs}, and the record at ${left.abs} is still there`);
    this.firstAbs = abs;
  }

  private firstContact({ cursor, incarnation, accounting }: SavedState): void {
    const { plan, program, truth, server } = this;
    if (incarnation > 0) return;
    this.firstAbs = cursor;
    this.firstLife = server.lifeSeen;
    const { joined } = accounting as { joined?: string };
    this.joined = joined === undefined ? undefined : BigInt(joined);
    const { life } = truth;
    if (
      plan.settings.startFrom !== 'newest' &&
      life.index === this.firstLife &&
      life.placed.some(({ abs }) => abs < cursor && abs >= program.plc.oldestAbs)
    )
      this.alarm.raise(
        'silent-loss',
        `reading begins at ${cursor}, the oldest retained record stands at ${program.plc.oldestAbs}`
      );
  }

  /** While no reader runs: the state of some time ago is put back, of the same life of the ring. */
  rollBack(): void {
    const { state, books, truth } = this;
    const old = this.backups.find((bytes) => {
      const { lease, checkpoint } = stateOf(bytes) ?? {};
      const incarnation = state?.checkpoint.incarnation;
      // Of the moment before the first record of a life: it holds nothing by which that life could be known again.
      const isBlank = lease?.fingerprint === undefined && checkpoint?.fingerprint === undefined;
      return !isBlank && lease?.incarnation === incarnation && checkpoint?.incarnation === incarnation;
    });
    if (
      old === undefined ||
      state === undefined ||
      books.lifeOf.get(state.checkpoint.incarnation) !== truth.life ||
      state.lease.incarnation !== state.checkpoint.incarnation
    )
      return;
    this.trace('an old state is put back');
    this.disk.putBack(STATE, old);
    this.state = stateOf(old);
    this.durable.replaced();
    this.isOldState = this.wasUnclean = true;
  }

  /** The reader was told that its state is saved. */
  confirmed(bytes: Uint8Array): void {
    const state = stateOf(bytes);
    if (state !== undefined) this.durable.saved(state);
  }

  pollsNow(): number {
    return this.polls + (this.operator.process.isDead ? 0 : this.operator.status.looks.polls);
  }

  private result(): SimulationResult {
    const { books, truth, alarm, options, plan, scheduler } = this;
    const fates = books.fates.subarray(0, truth.records.length);
    const count = (bit: number): number => fates.reduce((sum, fate) => sum + ((fate & bit) === 0 ? 0 : 1), 0);
    return {
      seed: options.seed,
      violation: alarm.violation,
      faults: plan.faults,
      produced: truth.records.length,
      delivered: count(1),
      lost: count(2),
      indeterminate: count(4),
      sessions: books.sessions,
      polls: this.pollsNow(),
      virtualMs: Math.round(scheduler.now),
      steps: scheduler.steps,
      errors: this.errors
    };
  }
}

/** Runs one seed. */
export const simulate = (options: SimulationOptions): Promise<SimulationResult> => new Simulation(options).run();

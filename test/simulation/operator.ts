import { ReaderStatus } from '../../lib/reader';
import { SavedState } from '../../lib/reader/progress/saved-state';
import { Chance } from './chance';
import { Deed } from './plan';
import { Process } from './process';
import type { Simulation } from './simulation';

/** Milliseconds that a runtime waits for its nodes to close before it goes on without them. */
const CLOSE_MS = 15_000;

/** Whoever starts, stops, kills and redeploys the reader. */
export class Operator {
  process!: Process;
  private pids = 1_000;
  private owners = 0;
  private readonly alive = new Set<number>();
  private isBusy = false;
  private pid = 0;
  private killsAtNotice = false;

  constructor(
    private readonly simulation: Simulation,
    private readonly chance: Chance
  ) {}

  get status(): ReaderStatus {
    return this.process.reader.status();
  }

  begin(): void {
    this.start(true);
    this.next();
    this.watch();
  }

  /** No further deeds; a reader that is paused, or waits for what was lost, goes on. */
  calm(): void {
    this.process.reader.resume();
    this.prod();
  }

  private prod(): void {
    const { scheduler } = this.simulation;
    scheduler.after(1_000, () => {
      const { process } = this;
      if (!process.isDead && !process.isStopping) {
        process.reader.read();
        // Acknowledgements that were lost never come back: only a restart helps, as the help says.
        const { inFlight } = this.status;
        if (inFlight > 0 && process.sink.held === 0 && this.stuck(inFlight)) void this.redeploy();
      }
      this.prod();
    });
  }

  private stuckSince = -1;
  private stuck(inFlight: number): boolean {
    const { now } = this.simulation.scheduler;
    if (inFlight === 0) this.stuckSince = -1;
    else if (this.stuckSince < 0) this.stuckSince = now;
    if (now - this.stuckSince < 5_000) return false;
    this.stuckSince = -1;
    return true;
  }

  private start(isNewProcess: boolean): void {
    const { simulation } = this;
    const { scheduler, server, disk, alarm, plan } = simulation;
    if (isNewProcess) this.pid = plan.operator.samePid ? 1 : ++this.pids;
    this.alive.add(this.pid);
    this.process = new Process({
      scheduler,
      server,
      disk,
      alarm,
      chance: this.chance.fork(),
      sink: plan.sink,
      settings: plan.settings,
      self: { pid: this.pid, host: 'sim', owner: `owner-${++this.owners}` },
      isAlive: (pid) => this.alive.has(pid),
      wallNs: () => simulation.wallNs(),
      isCalm: () => simulation.isCalm,
      onLoaded: (process, bytes) => simulation.loaded(process, bytes),
      onSaved: (bytes) => simulation.confirmed(bytes),
      onBatch: (process, batch) => simulation.batch(process, batch),
      onProcessed: (process, batch) => simulation.processed(process, batch),
      onSettled: (process, serial) => simulation.settled(process, serial),
      onError: (error) => simulation.error(error),
      ...(simulation.isTraced ? { onStatus: (status, facts) => simulation.status(status, facts) } : {})
    });
    simulation.trace(`start of process ${this.pid}`);
    this.process.reader.start();
  }

  private next(): void {
    const { scheduler, plan } = this.simulation;
    if (plan.operator.does.length === 0) return;
    scheduler.after(plan.operator.everyMs * (0.2 + 1.6 * this.chance.next()), () => {
      if (this.simulation.isCalm) return;
      if (!this.isBusy) this.act(this.chance.pick(plan.operator.does));
      this.next();
    });
  }

  /** A reader that stopped for good is started again, as somebody would. */
  private watch(): void {
    const { scheduler } = this.simulation;
    scheduler.after(2_000, () => {
      if (!this.isBusy && !this.process.isDead && this.status.state === 'failed') void this.redeploy();
      else if (!this.isBusy && this.process.isDead) this.restartLater(0);
      if (!this.isBusy && this.simulation.plan.settings.mode === 'trigger' && !this.process.isDead)
        this.process.reader.read();
      this.watch();
    });
  }

  private act(deed: Deed): void {
    const { simulation, chance, process } = this;
    simulation.trace(deed);
    switch (deed) {
      case 'kill':
        return process.gate.killWithin(400, chance);
      case 'crash':
        return this.crash();
      case 'redeploy':
        return void this.redeploy();
      case 'double':
        return this.double();
      case 'pause':
        process.reader.pause();
        simulation.scheduler.after(chance.magnitude(10, 20_000), () => this.process.reader.resume());
        return;
      case 'read':
        return process.reader.read();
      case 'breakLink':
        return process.link.breakOff();
      case 'rollback':
        process.gate.kill();
        this.ended();
        simulation.rollBack();
        return this.restartLater(simulation.plan.operator.downMs);
      case 'overtake':
        return this.overtake();
      case 'cutTwice':
        return this.cutTwice();
    }
  }

  /** The second cut comes as soon as the restart has its number and the saved state still tells of the life before. */
  private cutTwice(): void {
    const { simulation, process } = this;
    if (!simulation.isNoticed || process.isDead || process.isStopping || !simulation.program.cutPower()) return;
    this.killsAtNotice = this.chance.does(0.5);
    const untilMs = simulation.scheduler.now + 20_000;
    const look = (): void => {
      if (process.isDead || process.isStopping || simulation.isCalm || simulation.scheduler.now > untilMs) return;
      if (!simulation.isUnsettled) return void simulation.scheduler.after(50, look);
      process.gate.kill();
      this.ended();
      simulation.program.cutPower();
      this.restartLater(200);
    };
    look();
  }

  /**
   * While nobody reads, the power is cut, and the ring runs on beyond the old place. The place of the last record is
   * still there when it is seen again, with another record in it, but not for long.
   */
  private overtake(): void {
    const { simulation, chance, process } = this;
    const { program, plan } = simulation;
    if (!simulation.isNoticed || process.isDead || process.isStopping) return;
    process.gate.kill();
    this.ended();
    const anchorAbs = simulation.anchorAbs;
    if (anchorAbs !== undefined && program.cutPower()) {
      const { capacity } = program.plc;
      const ahead = anchorAbs + 400 + chance.next() * capacity * 0.4;
      program.runOn(Math.min(ahead, anchorAbs + capacity - 1_000));
      simulation.overtakes();
    }
    this.restartLater(Math.min(plan.operator.downMs, 200));
  }

  /** A reader that has saved how a life begins and has told nobody is killed there: the next one owes the notice. */
  saved(checkpoint: SavedState): void {
    if (!this.killsAtNotice || checkpoint.pending === undefined || this.isBusy) return;
    this.killsAtNotice = false;
    this.process.gate.kill();
    this.ended();
    this.restartLater(200);
  }

  private crash(): void {
    this.process.gate.kill();
    this.simulation.disk.crash();
    this.ended();
    this.restartLater(this.simulation.plan.operator.downMs);
  }

  /** Counts what the reader that ended did, and lets it go. */
  private ended(): void {
    const { simulation, process } = this;
    simulation.wasUnclean = true;
    simulation.polls += process.reader.status().looks.polls;
    this.alive.delete(this.pid);
  }

  private restartLater(ms: number): void {
    const { scheduler } = this.simulation;
    if (this.process.isDead && this.alive.has(this.pid)) this.ended();
    this.isBusy = true;
    scheduler.after(ms * this.chance.next(), () => {
      this.isBusy = false;
      this.start(true);
    });
  }

  /** Node-RED closes a node, waits for it, but not for ever, and starts the new one. */
  private async redeploy(): Promise<void> {
    const { simulation, process } = this;
    const { scheduler } = simulation;
    if (this.isBusy || process.isStopping) return;
    this.isBusy = process.isStopping = true;
    let isOver = false;
    const over = (): void => {
      if (isOver) return;
      isOver = true;
      simulation.polls += process.reader.status().looks.polls;
      // What was on its way between nodes is dropped with them.
      process.gate.kill();
      simulation.wasUnclean = true;
      this.isBusy = false;
      simulation.trace('stopped');
      this.start(false);
    };
    scheduler.after(CLOSE_MS, over);
    await process.reader.stop();
    over();
  }

  /** Another runtime with the same user directory: the one that came second must not read. */
  private double(): void {
    const first = this.process;
    const { scheduler } = this.simulation;
    if (first.isDead || first.isStopping) return;
    this.simulation.wasUnclean = true;
    const pid = this.pid;
    this.start(true);
    const second = this.process;
    this.process = first;
    const secondPid = this.pid;
    this.pid = pid;
    scheduler.after(this.chance.magnitude(10, 30_000), () => {
      second.gate.kill();
      if (secondPid !== pid) this.alive.delete(secondPid);
    });
  }
}

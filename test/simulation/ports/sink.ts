import { Batch } from '../../../lib/reader/batch';
import { Chance } from '../chance';
import { Scheduler } from '../scheduler';

export interface SinkPlan {
  /**
   * direct: done when it is handed on. slow: the reader waits for it. queue: done later, and acknowledged after that.
   */
  readonly kind: 'direct' | 'slow' | 'queue';
  /** Milliseconds that one batch takes, at most. */
  readonly workMs: number;
  /** Milliseconds that an acknowledgement takes, at most. */
  readonly ackMs: number;
  /** Chance that a batch is refused, and nothing of it taken. */
  readonly rejects: number;
  /** Chance that an acknowledgement never comes back. */
  readonly losesAcks: number;
}

/** What a sink tells, for those who keep the books. */
export interface SinkBooks {
  /** The batch is safe now, whatever happens to the reader. */
  processed(batch: Batch): void;
}

/**
 * The nodes behind one reader's life: they take batches, keep them and acknowledge them. What they hold dies with the
 * process.
 */
export class Sink {
  private readonly waiting: Batch[] = [];
  private isWorking = false;

  constructor(
    private readonly plan: SinkPlan,
    private readonly chance: Chance,
    private readonly scheduler: Scheduler,
    private readonly parts: { isDead(): boolean; isCalm(): boolean; settle(serial: number): void; books: SinkBooks }
  ) {}

  /** Batches taken and not kept yet. */
  get held(): number {
    return this.waiting.length;
  }

  async take(batch: Batch): Promise<void> {
    const { plan, chance, parts } = this;
    if (!parts.isCalm() && chance.does(plan.rejects)) throw new Error('the sink of the simulation refuses');
    if (plan.kind === 'queue') {
      this.waiting.push(batch);
      if (!this.isWorking) this.work();
      return;
    }
    if (plan.kind === 'slow') await this.pass(plan.workMs);
    if (parts.isDead()) return;
    parts.books.processed(batch);
    this.acknowledge(batch.serial);
  }

  private work(): void {
    this.isWorking = true;
    const { plan, parts } = this;
    this.scheduler.after(this.timeOf(plan.workMs), () => {
      if (parts.isDead()) return;
      const batch = this.waiting.shift() as Batch;
      parts.books.processed(batch);
      this.acknowledge(batch.serial);
      this.isWorking = this.waiting.length > 0;
      if (this.isWorking) this.work();
    });
  }

  private acknowledge(serial: number): void {
    const { plan, parts, chance } = this;
    if (!parts.isCalm() && chance.does(plan.losesAcks)) return;
    if (plan.ackMs === 0) return parts.settle(serial);
    this.scheduler.after(this.timeOf(plan.ackMs), () => parts.settle(serial));
  }

  private pass(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.scheduler.after(this.timeOf(ms), resolve);
    });
  }

  private timeOf(ms: number): number {
    return this.parts.isCalm() ? Math.min(1, ms) : ms * this.chance.next();
  }
}

import type { Timers } from '../../lib/base';
import type { MappedItems } from '../../lib/telemetry';
import { codedErrorOf } from '../runtime/coded-error';
import { Batch, Batcher, Entry } from './batcher';
import type { MapperState } from './mapper-state';
import { outgoing } from './outgoing';
import type { BatchLimits, EnvelopeSettings } from './settings';

/** What departures need of the others. */
export interface DeparturePorts extends Pick<Timers, 'after'> {
  readonly state: Pick<MapperState, 'isBeingSaved' | 'mustSave' | 'mustRest' | 'save' | 'network'>;
  newId(): string;
  /** Has the message of this entry no token, and one is still to come? */
  awaitsToken(entry: Entry): boolean;
  /** Everything of it has left. */
  onSent(batch: Batch): void;
  /** It could not be put together, or sent: an error of its messages. */
  onLost(batch: Batch): void;
  onChange(): void;
}

/** When what was mapped leaves: in batches, never before what must be saved is saved. */
export class Departures {
  private readonly batcher = new Batcher();
  /** Taken, and not sent: its state is being saved. */
  private leaving: Batch | undefined;
  private isDue = false;
  /** Timers of what waits for others, each shorter than the one before it. */
  private ages: Array<() => void> = [];
  private ageMs = Infinity;
  private closed = false;

  constructor(private readonly ports: DeparturePorts) {}

  /** Items that wait, and their bytes, estimated. */
  get waiting(): { readonly items: number; readonly bytes: number } {
    return this.batcher;
  }

  /** Mapped, and not sent. */
  get unsent(): readonly Entry[] {
    return [...(this.leaving?.entries ?? []), ...this.batcher.waiting];
  }

  add(entry: Entry, items: MappedItems, envelope: EnvelopeSettings, limits: BatchLimits): void {
    this.batcher.add(entry, items, envelope, limits);
    this.pump();
  }

  /** Sends what is full or old enough, unless a save is under way: then its end does. */
  pump(): void {
    const { state } = this.ports;
    if (this.closed || state.isBeingSaved || this.batcher.isEmpty) return;
    if (!this.isDue && !this.batcher.isFull) return this.wait();
    const mustSave = this.batcher.hasTokens && state.mustSave;
    if (mustSave && state.mustRest) return;
    this.cancelAges();
    this.isDue = false;
    const batch = this.batcher.take()!;
    if (!mustSave) return this.send(batch);
    this.leaving = batch;
    void state.save().then((isSaved) => {
      if (!isSaved || this.closed) return;
      this.leaving = undefined;
      this.send(batch);
      this.pump();
    });
  }

  /** What waits is dropped. */
  close(): void {
    this.closed = true;
    this.cancelAges();
  }

  /** A later message may make what waits more urgent, never less. */
  private wait(): void {
    const { maxAgeMs } = this.batcher;
    if (maxAgeMs >= this.ageMs) return;
    this.ageMs = maxAgeMs;
    this.ages.push(
      this.ports.after(maxAgeMs, () => {
        this.cancelAges();
        this.isDue = true;
        this.pump();
      })
    );
  }

  private cancelAges(): void {
    for (const cancel of this.ages) cancel();
    this.ages = [];
    this.ageMs = Infinity;
  }

  /**
   * Throws nothing: it is called by timers too. A batch that cannot be put together, or sent, is an error of its
   * messages. Their tokens are refused with them (nodes/delivery/port): a reader that waits for acknowledgements reads
   * them again.
   */
  private send(batch: Batch): void {
    try {
      this.sendAll(batch);
    } catch (thrown) {
      this.ports.onLost(batch);
      for (const { left } of batch.entries) left(codedErrorOf(thrown));
      this.ports.onChange();
    }
  }

  private sendAll(batch: Batch): void {
    const { network } = this.ports.state;
    const messages = outgoing(
      batch,
      network,
      (entry) => this.ports.awaitsToken(entry),
      () => this.ports.newId()
    );
    for (const { port, message, pass } of messages) pass([...Array<null>(port).fill(null), message]);
    this.ports.onSent(batch);
    for (const { left } of batch.entries) left();
    this.ports.onChange();
  }
}

import { Producer, Quirks } from '../../../../lib/simulator';
import { MemoryView } from '../../../../lib/simulator/opcua/memory-view';
import { SeededRandom } from '../../../../lib/simulator/random';
import { ReadOutcome, ReadPart, RingFacts, Transport, TransportError } from '../../../../lib/transport/transport';
import { ManualClock } from '../../reader/fake-ports';

const trouble = (code: TransportError['code'], remedy: TransportError['remedy']): TransportError => ({
  ok: false,
  code,
  message: `${code} of the test`,
  remedy
});

const CODE_OF: Readonly<Record<TransportError['remedy'], TransportError['code']>> = {
  retry: 'OPENOT_MODBUS_TIMEOUT',
  smaller: 'OPENOT_OPCUA_TOO_LARGE',
  reconnect: 'OPENOT_MODBUS_SILENT',
  refused: 'OPENOT_MODBUS_ADDRESS_REFUSED'
};

export interface Faults {
  readonly torn?: boolean;
  /** Chance that a Read fails. */
  readonly errors?: number;
  /** Chance that the link is lost after a Read, told while nobody reads. */
  readonly lost?: number;
  /** Connections refused after a lost link. */
  readonly refusals?: number;
  /** Milliseconds that a Read takes. */
  readonly delayMs?: number;
  /** After so many events the controller loses its memory. */
  readonly powerCycleAfter?: number;
}

/** A controller that writes while it is read, behind a link with faults: one seed decides everything. */
export class FaultyPlc implements Transport {
  reads = 0;
  connects = 0;
  emitted = 0;
  readonly counts = { errors: 0, lost: 0, cycles: 0 };
  quirks: Quirks;
  private readonly lives: Producer[] = [];
  private producer: Producer;
  private view: MemoryView;
  private connected = false;
  private refused = 0;
  private time = 1_000n;
  private readonly random: SeededRandom;
  private readonly listeners = new Set<(error: TransportError) => void>();

  constructor(
    private readonly clock: ManualClock,
    seed: number,
    readonly ringBytes: number,
    private readonly faults: Faults,
    readonly events = 400
  ) {
    this.random = new SeededRandom(seed);
    this.quirks = faults.torn === true ? { torn: { granularity: 4, updateProbability: 0.1 }, midUpdate: 0.1 } : {};
    this.producer = this.newProducer();
    this.view = new MemoryView(this.producer, this.quirks, this.random, () => clock.now);
  }

  /** No more faults and events: what is under way is written out. */
  settle(): void {
    this.quirks.torn = undefined;
    this.quirks.midUpdate = undefined;
    this.emitted = this.events;
    this.producer.flush();
  }

  connect(): Promise<RingFacts | TransportError> {
    this.connects++;
    if (this.refused > 0) {
      this.refused--;
      return Promise.resolve(trouble('OPENOT_MODBUS_UNREACHABLE', 'reconnect'));
    }
    this.connected = true;
    return Promise.resolve({ ok: true, ringBytes: this.ringBytes, granularity: 4, about: ['a faulty controller'] });
  }

  async read(parts: readonly ReadPart[]): Promise<ReadOutcome> {
    if (this.faults.delayMs !== undefined) await this.clock.sleep(this.random.below(this.faults.delayMs));
    return this.readNow(parts);
  }

  private readNow(parts: readonly ReadPart[]): ReadOutcome {
    this.reads++;
    if (!this.connected) return trouble('OPENOT_MODBUS_CLOSED', 'reconnect');
    this.work();
    const isOver = this.emitted >= this.events;
    if (!isOver && this.random.chance(this.faults.errors ?? 0)) {
      this.counts.errors++;
      const remedy = this.random.pick<TransportError['remedy']>(['retry', 'retry', 'smaller', 'reconnect']);
      if (remedy === 'reconnect') this.connected = false;
      return trouble(CODE_OF[remedy], remedy);
    }
    if (!isOver && this.random.chance(this.faults.lost ?? 0)) void this.lose(this.random.below(400));
    return {
      ok: true,
      parts: parts.map((part) =>
        part.kind === 'control'
          ? this.view.copy('control', 0, 88)
          : this.view.copy('ring', part.offset, part.offset + part.length)
      )
    };
  }

  onLost(listener: (error: TransportError) => void): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  close(): Promise<void> {
    this.connected = false;
    return Promise.resolve();
  }

  private async lose(afterMs: number): Promise<void> {
    await this.clock.sleep(afterMs);
    if (!this.connected) return;
    this.counts.lost++;
    this.connected = false;
    this.refused = this.faults.refusals ?? 0;
    for (const listener of this.listeners) listener(trouble('OPENOT_MODBUS_CONNECTION_LOST', 'reconnect'));
  }

  private work(): void {
    for (let n = this.random.below(5); n > 0 && this.emitted < this.events; n--, this.emitted++) {
      if (this.emitted === this.faults.powerCycleAfter) this.powerCycle();
      const payload = new Uint8Array(this.random.below(5) * 17).fill(this.emitted & 0xff);
      this.producer.emit({
        sourceId: 1 + this.random.below(4),
        eventTypeId: 3,
        slots: [{ key: 0x8001, type: 13, payload }]
      });
    }
    for (let n = this.random.below(200); n > 0; n--) this.producer.step();
  }

  private powerCycle(): void {
    this.counts.cycles++;
    this.producer = this.newProducer();
    this.view = new MemoryView(this.producer, this.quirks, this.random, () => this.clock.now);
  }

  /** `abs source/seq` of every record that a life of this controller wrote: 0 is the first one. */
  written(life: number): Set<string> {
    return new Set(this.lives[life].truth.all().map(({ abs, sourceId, seq }) => `${abs} ${sourceId}/${seq}`));
  }

  private newProducer(): Producer {
    const producer = new Producer({
      ringBytes: this.ringBytes,
      clock: () => (this.time += 1_000n),
      definitionHash: '00112233aabbccdd',
      stepped: true,
      truthLimit: 10_000,
      startAbs: 0
    });
    this.lives.push(producer);
    return producer;
  }
}

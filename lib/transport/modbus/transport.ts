import { Endable } from '../link/endable';
import { ReadOutcome, ReadPart, RingFacts, Transport, TransportError } from '../transport';
import { RegisterAsk } from './api';
import { SharedConnection } from './connection';
import { shownDevice, transportError, unexpectedError } from './errors';
import { CONTROL_REGISTERS, Inspection, inspectRing } from './inspect';
import { bytesInOrder, layoutAt } from './layout';
import { planOf } from './register-map';
import { ModbusRing } from './settings';

const CLOSED = transportError('OPENOT_MODBUS_CLOSED', 'the transport was closed', 'reconnect');

type RingPart = Extract<ReadPart, { kind: 'ring' }>;

/**
 * One ring behind a shared connection. Requests for the control block and for the ring are never in flight together
 * and never joined: a look is earlier or later than a window, also at a device that works on several requests at a
 * time.
 */
export class ModbusTransport implements Transport {
  private readonly holder = {};
  private inspected: Inspection | undefined;
  /** Number of the connection that `inspected` belongs to. */
  private session = 0;
  /** From one close to the next. */
  private life = new Endable();

  constructor(
    private readonly connection: SharedConnection,
    private readonly ring: ModbusRing
  ) {}

  connect(): Promise<RingFacts | TransportError> {
    return this.guarded((life) => this.connectNow(life));
  }

  read(parts: readonly ReadPart[]): Promise<ReadOutcome> {
    return this.guarded(() => this.readNow(parts));
  }

  onLost(listener: (error: TransportError) => void): () => void {
    let told = 0;
    return this.connection.onState(({ state, error }) => {
      const isLost =
        state !== 'connected' &&
        error !== undefined &&
        this.inspected !== undefined &&
        this.session !== this.connection.session;
      if (!isLost || told === this.session) return;
      told = this.session;
      listener(error);
    });
  }

  /**
   * Ends what is under way with `OPENOT_MODBUS_CLOSED`, at once: a deploy does not wait for a device that is silent.
   */
  async close(): Promise<void> {
    const { life } = this;
    this.life = new Endable();
    this.inspected = undefined;
    life.endWith(CLOSED);
    await this.connection.release(this.holder);
  }

  private guarded<T>(work: (life: Endable) => Promise<T>): Promise<T | TransportError> {
    const { life } = this;
    const guarded = async (): Promise<T> => work(life);
    return life.until(
      guarded().catch((error: unknown) => unexpectedError(error, shownDevice(this.connection.settings)))
    );
  }

  private async connectNow(life: Endable): Promise<RingFacts | TransportError> {
    const acquired = await this.connection.acquire(this.holder);
    if (!acquired.ok) return acquired;
    const { session } = this.connection;
    const inspected = await inspectRing(this.connection, this.ring);
    if (!inspected.ok) return inspected;
    // Closed meanwhile, and perhaps connecting again: what was found belongs to nobody.
    if (life !== this.life) return CLOSED;
    this.inspected = inspected;
    this.session = session;
    return {
      ok: true,
      ringBytes: this.ring.ringBytes,
      granularity: inspected.layout.registers * 2,
      lookFirst: true,
      about: inspected.about
    };
  }

  private async readNow(parts: readonly ReadPart[]): Promise<ReadOutcome> {
    const { inspected, connection } = this;
    if (inspected === undefined || this.session !== connection.session) {
      return (
        connection.state().error ??
        transportError(
          'OPENOT_MODBUS_CONNECTION_LOST',
          'the connection is another one than before: the registers are looked at again',
          'reconnect'
        )
      );
    }
    const out: Uint8Array[] = [];
    for (let i = 0; i < parts.length;) {
      const part = parts[i];
      const outcome =
        part.kind === 'control'
          ? await this.readControl(inspected)
          : await this.readRing(inspected, ringPartsFrom(parts, i));
      if (!outcome.ok) return outcome;
      out.push(...outcome.parts);
      i += outcome.parts.length;
    }
    return { ok: true, parts: out };
  }

  private async readControl({ layout }: Inspection): Promise<ReadOutcome> {
    const { registerType, controlAddress } = this.ring;
    const read = await this.connection.registers({ registerType, address: controlAddress, count: CONTROL_REGISTERS });
    if (!read.ok) return read;
    const shown = layoutAt(read.bytes);
    // Another program was loaded: in the old order it would look like rubbish for ever.
    if (shown !== undefined && shown.name !== layout.name)
      return transportError(
        'OPENOT_MODBUS_ORDER_CHANGED',
        `the control block is in byte order ${shown.name} now, it was ${layout.name}: it is looked at again`,
        'reconnect'
      );
    return { ok: true, parts: [bytesInOrder(read.bytes, layout)] };
  }

  private async readRing({ layout }: Inspection, parts: readonly RingPart[]): Promise<ReadOutcome> {
    const { registerType, ringAddress } = this.ring;
    const plan = planOf(parts, layout, this.connection.state().maxRegisters);
    const asks = plan.spans.map(({ first, end }): RegisterAsk => ({
      registerType,
      address: ringAddress + first,
      count: end - first
    }));
    const read = await this.connection.registersOf(asks);
    if (!read.ok) return read;
    const blocks = read.blocks.map((block) => bytesInOrder(block, layout));
    return { ok: true, parts: plan.places.map(({ span, from, to }) => blocks[span].subarray(from, to)) };
  }
}

/** The ring parts that stand together from there on. */
function ringPartsFrom(parts: readonly ReadPart[], from: number): RingPart[] {
  const together: RingPart[] = [];
  for (let i = from; i < parts.length; i++) {
    const part = parts[i];
    if (part.kind === 'control') break;
    together.push(part);
  }
  return together;
}

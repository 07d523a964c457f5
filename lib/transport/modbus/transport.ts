import { RingFound, SharedTransport, transportError } from '../link';
import { ReadOutcome, ReadPart, TransportError } from '../transport';
import { RegisterAsk } from './api';
import { SharedModbusConnection } from './connection';
import { CONTROL_REGISTERS, Inspection, inspectRing } from './inspect';
import { bytesInOrder, layoutAt } from './layout';
import { planOf } from './register-map';
import { ModbusRing } from './settings';

const CLOSED = transportError('OPENOT_MODBUS_CLOSED', 'the transport was closed', 'reconnect');
const ANOTHER_CONNECTION = transportError(
  'OPENOT_MODBUS_CONNECTION_LOST',
  'the connection is another one than before: the registers are looked at again',
  'reconnect'
);

type RingPart = Extract<ReadPart, { kind: 'ring' }>;

/**
 * One ring behind a shared connection. Requests for the control block and for the ring are never in flight together
 * and never joined: a look is earlier or later than a window, also at a device that works on several requests at a
 * time.
 */
export class ModbusTransport extends SharedTransport<SharedModbusConnection, Inspection> {
  constructor(
    connection: SharedModbusConnection,
    private readonly place: ModbusRing
  ) {
    super(connection, { closed: CLOSED, anotherSession: ANOTHER_CONNECTION });
  }

  get host(): string {
    return this.connection.settings.host;
  }

  protected async find(acquire: () => Promise<TransportError | undefined>): Promise<RingFound<Inspection>> {
    const failed = await acquire();
    if (failed !== undefined) return failed;
    const ring = await inspectRing(this.connection, this.place);
    if (!ring.ok) return ring;
    return {
      ok: true,
      ring,
      facts: {
        ok: true,
        ringBytes: this.place.ringBytes,
        granularity: ring.layout.registers * 2,
        lookFirst: true,
        about: ring.about
      }
    };
  }

  protected async readRing(ring: Inspection, parts: readonly ReadPart[]): Promise<ReadOutcome> {
    const out: Uint8Array[] = [];
    for (let i = 0; i < parts.length;) {
      const part = parts[i];
      const outcome =
        part.kind === 'control' ? await this.readControl(ring) : await this.readSpans(ring, ringPartsFrom(parts, i));
      if (!outcome.ok) return outcome;
      out.push(...outcome.parts);
      i += outcome.parts.length;
    }
    return { ok: true, parts: out };
  }

  private async readControl({ layout }: Inspection): Promise<ReadOutcome> {
    const { registerType, controlAddress } = this.place;
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

  private async readSpans({ layout }: Inspection, parts: readonly RingPart[]): Promise<ReadOutcome> {
    const { registerType, ringAddress } = this.place;
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

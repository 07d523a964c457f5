import { bytesInOrder, Layout } from '../transport/modbus/probing';
import type { RegisterType } from '../transport/modbus';
import type { ReadOutcome, ReadPart, TransportError } from '../transport/transport';
import type { SearchLine } from './register-line';
import { CONTROL_REGISTERS } from './sync-search';

/** Where a ring is thought to lie. */
export interface SupposedRing {
  readonly registerType: RegisterType;
  readonly controlAddress: number;
  readonly ringAddress: number;
  readonly layout: Layout;
  /** Registers in one request. */
  readonly limit: number;
}

/** Reads of a supposed ring over a search's own line: what `checkRing` needs of a transport. */
export class RegisterReads {
  constructor(
    private readonly line: SearchLine,
    private readonly ring: SupposedRing
  ) {}

  async read(parts: readonly ReadPart[]): Promise<ReadOutcome> {
    const read: Uint8Array[] = [];
    for (const part of parts) {
      const bytes =
        part.kind === 'control'
          ? await this.bytes(this.ring.controlAddress, CONTROL_REGISTERS)
          : await this.ringBytes(part.offset, part.length);
      if (!(bytes instanceof Uint8Array)) return bytes;
      read.push(bytes);
    }
    return { ok: true, parts: read };
  }

  private async ringBytes(offset: number, length: number): Promise<Uint8Array | TransportError> {
    const unit = this.ring.layout.registers * 2;
    const from = Math.floor(offset / unit) * unit;
    const to = Math.ceil((offset + length) / unit) * unit;
    const bytes = await this.bytes(this.ring.ringAddress + from / 2, (to - from) / 2);
    return bytes instanceof Uint8Array ? bytes.subarray(offset - from, offset - from + length) : bytes;
  }

  private async bytes(address: number, count: number): Promise<Uint8Array | TransportError> {
    const { registerType, layout, limit } = this.ring;
    const wire = new Uint8Array(count * 2);
    for (let done = 0; done < count; done += limit) {
      const take = Math.min(limit, count - done);
      if (address + done + take > 65_536)
        return {
          ok: false,
          code: 'OPENOT_MODBUS_ADDRESS_RANGE',
          message: 'the ring would end beyond the last register',
          remedy: 'refused'
        };
      const outcome = await this.line.ask(registerType, address + done, take);
      if (!outcome.ok) return { ok: false, code: outcome.code, message: outcome.message, remedy: outcome.remedy };
      wire.set(outcome.bytes, done * 2);
    }
    return bytesInOrder(wire, layout);
  }
}

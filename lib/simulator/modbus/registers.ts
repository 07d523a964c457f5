import { PlcMemory } from '../memory';
import { MemoryView } from '../opcua/memory-view';
import { ModbusQuirks } from './quirks';

/** Where the images begin, in registers from 0. */
export interface RegisterLayout {
  readonly controlAddress: number;
  readonly ringAddress: number;
}

/** The controller's memory as holding and input registers (both show the same), two bytes each, high byte first. */
export class Registers {
  /** Addresses 0 to `size` - 1 exist; what holds neither image is zero. */
  readonly size: number;
  private readonly images: ReadonlyArray<{
    readonly image: 'control' | 'ring';
    readonly address: number;
    readonly registers: number;
  }>;

  /** @throws RangeError when the images overlap or do not fit into 65,536 registers. */
  constructor(
    memory: PlcMemory,
    layout: RegisterLayout,
    private readonly view: MemoryView,
    private readonly quirks: ModbusQuirks
  ) {
    const { controlAddress, ringAddress } = layout;
    const control = { image: 'control' as const, address: controlAddress, registers: memory.control.length / 2 };
    const ring = { image: 'ring' as const, address: ringAddress, registers: memory.ring.length / 2 };
    this.images = [control, ring];
    this.size = Math.max(...this.images.map(({ address, registers }) => address + registers));
    if (this.size > 65_536)
      throw new RangeError(
        `a ring of ${memory.ring.length} bytes from register ${ringAddress} on ends beyond the last register, 65535`
      );
    const isApart = controlAddress + control.registers <= ringAddress || ringAddress + ring.registers <= controlAddress;
    if (!isApart)
      throw new RangeError(`control block (register ${controlAddress}) and ring (register ${ringAddress}) overlap`);
  }

  /** Bytes as on the wire, or the exception that the request is answered with. */
  read(address: number, count: number): Uint8Array | 2 {
    const shift = this.quirks.shift ?? 0;
    if (address + count > this.size + Math.max(0, shift)) return 2;
    const out = Buffer.alloc(count * 2);
    if (this.quirks.zeroed) return out;
    // Units of the layout: a swapped word is copied whole, also where half of it is asked for.
    const unit = this.quirks.wordsSwapped ? 2 : 1;
    for (const { image, address: at, registers } of this.images) {
      const first = Math.max(0, address - shift - at);
      const end = Math.min(registers, address - shift + count - at);
      if (first >= end) continue;
      const from = Math.floor(first / unit) * unit;
      const to = Math.min(registers, Math.ceil(end / unit) * unit);
      const wire = this.toWire(Buffer.from(this.view.copy(image, from * 2, to * 2)));
      wire.copy(out, (at + shift + first - address) * 2, (first - from) * 2, (end - from) * 2);
    }
    return out;
  }

  private toWire(bytes: Buffer): Buffer {
    const { byteOrder, wordsSwapped } = this.quirks;
    if ((byteOrder === 'little') !== Boolean(wordsSwapped)) bytes.swap16();
    return wordsSwapped ? bytes.swap32() : bytes;
  }
}

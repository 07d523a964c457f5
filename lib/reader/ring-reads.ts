import { ReadPart, Transport, TransportError } from '../transport/transport';
import { CONTROL_BLOCK_LENGTH } from '../ring';
import { readU32 } from '../wire';
import { Look, takeLook } from './look';
import { Fingerprint } from './memory';
import { LookCounters } from './status';
import { FlatWindow, readsOf, windowParts } from './window';

const CONTROL: ReadPart = { kind: 'control' };

/** The reader's three kinds of Read, with the lengths checked: a transport that returns less must not be believed. */
export class RingReads {
  constructor(
    private readonly transport: Transport,
    private readonly counters: LookCounters
  ) {}

  async control(): Promise<{ readonly ok: true; readonly bytes: Uint8Array } | TransportError> {
    const read = await this.read([CONTROL]);
    return read.ok ? { ok: true, bytes: read.parts[0] } : read;
  }

  /**
   * The control block and [fromAbs, fromAbs + length), in one Read where `perRead` allows; with `twice` the control
   * block again at the end of the last one.
   */
  async window(fromAbs: number, length: number, capacity: number, perRead: number, twice: boolean): Promise<{ readonly ok: true; readonly looks: Look[]; readonly window: FlatWindow } | TransportError> {
    const size = Math.min(length, capacity);
    const groups = readsOf(windowParts(fromAbs, size, capacity, perRead), perRead);
    const window = new FlatWindow(fromAbs, size);
    const looks: Look[] = [];
    for (let i = 0; i < groups.length; i++) {
      const parts = [...(i === 0 ? [CONTROL] : []), ...groups[i], ...(twice && i === groups.length - 1 ? [CONTROL] : [])];
      const read = await this.read(parts);
      if (!read.ok) return read;
      for (let p = 0; p < parts.length; p++) {
        if (parts[p].kind === 'control') looks.push(takeLook(read.parts[p]));
        else window.add(read.parts[p]);
      }
    }
    return { ok: true, looks, window };
  }

  /** The CRC that stands at the end of the record with this fingerprint. */
  async crcAt(fingerprint: Fingerprint, capacity: number): Promise<{ readonly ok: true; readonly crc: number } | TransportError> {
    const offset = (fingerprint.abs + fingerprint.length - 4) % capacity;
    const read = await this.read([{ kind: 'ring', offset, length: 4 }]);
    return read.ok ? { ok: true, crc: readU32(read.parts[0], 0) } : read;
  }

  private async read(parts: readonly ReadPart[]): Promise<{ readonly ok: true; readonly parts: readonly Uint8Array[] } | TransportError> {
    this.counters.reads++;
    const outcome = await this.transport.read(parts);
    if (!outcome.ok) return outcome;
    for (let p = 0; p < parts.length; p++) {
      const part = parts[p];
      // A short control block is judged as such by its look.
      const expected = part.kind === 'ring' ? part.length : Math.min(CONTROL_BLOCK_LENGTH, outcome.parts[p]?.length ?? -1);
      if (outcome.parts[p]?.length === undefined || (part.kind === 'ring' && outcome.parts[p].length !== expected)) {
        const message = `the ${part.kind === 'ring' ? `ring's ${part.length} bytes from offset ${part.offset}` : 'control block'} were asked for, ${outcome.parts[p]?.length ?? 'no'} bytes came`;
        return { ok: false, code: 'OPENOT_READ_LENGTH', message, remedy: 'retry' };
      }
    }
    return { ok: true, parts: outcome.parts };
  }
}

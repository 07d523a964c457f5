const REGISTERS = 65_536;

/** Consecutive registers [first, end) that were read. */
export interface Run {
  readonly first: number;
  readonly end: number;
}

/** What was seen of a device's registers of one kind: two bytes a register, as on the wire. */
export class RegisterMemory {
  readonly bytes = new Uint8Array(REGISTERS * 2);
  private readonly known = new Uint8Array(REGISTERS);

  put(address: number, bytes: Uint8Array): void {
    this.bytes.set(bytes, address * 2);
    this.known.fill(1, address, address + bytes.length / 2);
  }

  /** Whether all of [address, address + count) was read. */
  has(address: number, count = 1): boolean {
    if (address < 0 || address + count > REGISTERS) return false;
    const unread = this.known.subarray(address, address + count).indexOf(0);
    return unread < 0;
  }

  /** The wire bytes of [address, address + count), a copy. */
  copy(address: number, count: number): Uint8Array {
    return this.bytes.slice(address * 2, (address + count) * 2);
  }

  /** What was read, in order, neighbours joined. */
  runs(): Run[] {
    const runs: Run[] = [];
    for (let at = 0; at < REGISTERS;) {
      const first = this.known.indexOf(1, at);
      if (first < 0) break;
      const end = this.known.indexOf(0, first);
      runs.push({ first, end: end < 0 ? REGISTERS : end });
      at = runs[runs.length - 1].end;
    }
    return runs;
  }
}

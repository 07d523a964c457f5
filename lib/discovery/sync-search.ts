import { CONTROL_BLOCK_LENGTH } from '../ring';
import { bytesInOrder, Layout, layoutAt } from '../transport/modbus/probing';
import type { RegisterMemory } from './register-memory';
import { controlBlockIn } from './ring-check';

/** Registers of a control block. */
export const CONTROL_REGISTERS = CONTROL_BLOCK_LENGTH / 2;

/** A place where the four bytes of a sync begin at a register. */
export interface SyncPlace {
  readonly address: number;
  readonly layout: Layout;
  /** It is that of a control block, not of a record. */
  readonly isControl: boolean;
}

/** Places in the registers [first, end), all read before, that hold a sync in any layout. */
export function syncsIn(memory: RegisterMemory, first: number, end: number): SyncPlace[] {
  const places: SyncPlace[] = [];
  for (let address = first; address + 2 <= end; address++) {
    // 'O' stands in three of the four bytes' places, whatever the layout: nearly everything is passed over here.
    const high = memory.bytes[address * 2];
    if (high !== 0x4f && high !== 0x54 && high !== 0x32) continue;
    const layout = layoutAt(memory.bytes, address * 2);
    if (layout === undefined) continue;
    places.push({ address, layout, isControl: isControlAt(memory, address, layout) });
  }
  return places;
}

/**
 * Control blocks that begin in the middle of a register: nothing can name such a place, and only the program in the
 * controller can move them. The register in which they begin.
 */
export function oddControlsIn(memory: RegisterMemory, first: number, end: number): number[] {
  const found: number[] = [];
  const span = memory.copy(first, end - first);
  for (const byteOrder of ['big', 'little'] as const) {
    const bytes = Buffer.from(
      byteOrder === 'big' ? span : bytesInOrder(span.slice(), { name: 'little', byteOrder, registers: 1 })
    );
    for (let at = bytes.indexOf('OOT2'); at >= 0; at = bytes.indexOf('OOT2', at + 1)) {
      if (at % 2 === 1 && controlBlockIn(bytes.subarray(at, at + CONTROL_BLOCK_LENGTH)) !== undefined)
        found.push(first + (at - 1) / 2);
    }
  }
  return found;
}

function isControlAt(memory: RegisterMemory, address: number, layout: Layout): boolean {
  if (!memory.has(address, CONTROL_REGISTERS)) return false;
  return controlBlockIn(bytesInOrder(memory.copy(address, CONTROL_REGISTERS), layout)) !== undefined;
}

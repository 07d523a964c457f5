/** How bytes are laid into registers, told from the four bytes of the sync. */

/** Name of a layout, by the order in which the sync's bytes come over the wire. */
export type LayoutName = 'big' | 'little' | 'big, words swapped' | 'little, words swapped';

/** One way to lay bytes into registers. */
export interface Layout {
  readonly name: LayoutName;
  /** Of `byteOrder` in the settings. */
  readonly byteOrder: 'big' | 'little';
  /** Registers that hold the bytes of one unit: 2 where the halves of 32-bit words are exchanged. */
  readonly registers: 1 | 2;
}

/** As on the wire, for `OOT2`. */
const SYNCS: ReadonlyArray<Layout & { readonly sync: string }> = [
  { name: 'big', byteOrder: 'big', registers: 1, sync: 'OOT2' },
  { name: 'little', byteOrder: 'little', registers: 1, sync: 'OO2T' },
  { name: 'big, words swapped', byteOrder: 'big', registers: 2, sync: 'T2OO' },
  { name: 'little, words swapped', byteOrder: 'little', registers: 2, sync: '2TOO' }
];

/** The layout that shows the sync at that byte; undefined when none does. */
export function layoutAt(wire: Uint8Array, at = 0): Layout | undefined {
  if (wire.length < at + 4) return undefined;
  const text = String.fromCharCode(...wire.subarray(at, at + 4));
  return SYNCS.find(({ sync }) => sync === text);
}

/** The ring's own bytes; `wire` begins at a unit of the layout, and is changed. */
export function bytesInOrder(wire: Uint8Array, layout: Layout): Uint8Array {
  const buffer = Buffer.from(wire.buffer, wire.byteOffset, wire.length);
  if (layout.registers === 2) buffer.swap32();
  if ((layout.byteOrder === 'little') !== (layout.registers === 2)) buffer.swap16();
  return wire;
}

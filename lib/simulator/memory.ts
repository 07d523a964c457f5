/**
 * What a server sees of the controller's memory: the two byte images, and a way to let the program run on
 * while a copy is under way. A producer implements it; a server only copies.
 */
export interface PlcMemory {
  /** The 88 bytes of the control block, live (docs/format.md 7). */
  readonly control: Uint8Array;
  /** The ring's bytes by physical index, live. */
  readonly ring: Uint8Array;
  /**
   * Does the next single store of a pending update: seqlock odd, oldest and lost count, a piece of the record,
   * head, seqlock even (docs/format.md 8). False when nothing is pending.
   */
  step(): boolean;
}

/** True while the live control block says that it is being updated. */
export function isMidUpdate(memory: PlcMemory): boolean {
  return (memory.control[16] & 1) === 1;
}

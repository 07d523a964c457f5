import { Memory } from './ring-position';

/**
 * What the last record handed on says of bytes that were just read: every window begins at its CRC.
 * stands: it is there, so these bytes are of the ring we know, and not older than that record. differs: other bytes are
 * there. overwritten: its place was reclaimed, it proves nothing any more. none: nothing was handed on yet. unasked: it
 * should be there, but was not read.
 */
export type Standing = 'stands' | 'differs' | 'overwritten' | 'none' | 'unasked';

/** Where the CRC of the last record handed on stands, while that record is retained. */
export function anchorOf(memory: Memory, oldestAbs: number): number | undefined {
  const { fingerprint } = memory;
  return fingerprint === undefined || fingerprint.abs < oldestAbs
    ? undefined
    : fingerprint.abs + fingerprint.length - 4;
}

/** `anchor` = the four bytes found there, `oldestAbs` = the highest oldest seen since they were read. */
export function standingOf(memory: Memory, anchor: number | undefined, oldestAbs: number): Standing {
  const { fingerprint } = memory;
  if (fingerprint === undefined) return 'none';
  // Also where its bytes are still there: they are what is left of it, or a later record that was taken for an earlier
  // one.
  if (fingerprint.abs < oldestAbs) return 'overwritten';
  if (anchor === fingerprint.crc) return 'stands';
  return anchor === undefined ? 'unasked' : 'differs';
}

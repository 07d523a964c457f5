import type { RingPosition } from './ring-position';

/**
 * What the last record handed on says of bytes that were just read: every window begins at its CRC, the anchor.
 * stands: it is there, so these bytes are of the ring we know, and not older than that record. differs: other bytes are
 * there. overwritten: its place was reclaimed, it proves nothing any more. none: nothing was handed on yet. unasked: it
 * should be there, but was not read.
 */
export type AnchorCheck = 'stands' | 'differs' | 'overwritten' | 'none' | 'unasked';

/** Where the CRC of the last record handed on stands, while that record is retained. */
export function anchorOf({ fingerprint }: RingPosition, oldestAbs: number): number | undefined {
  return fingerprint === undefined || fingerprint.abs < oldestAbs
    ? undefined
    : fingerprint.abs + fingerprint.length - 4;
}

/** `found` = the four bytes read there, `oldestAbs` = the highest oldest seen since they were read. */
export function checkAnchor({ fingerprint }: RingPosition, found: number | undefined, oldestAbs: number): AnchorCheck {
  if (fingerprint === undefined) return 'none';
  // Also where its bytes are still there: they are what is left of it, or a later record taken for an earlier one.
  if (fingerprint.abs < oldestAbs) return 'overwritten';
  if (found === fingerprint.crc) return 'stands';
  return found === undefined ? 'unasked' : 'differs';
}

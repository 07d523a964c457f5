import { RingFacts } from '../../transport/transport';
import { BadPlace } from './accept-records';
import { PlausibleSample } from '../observe/control-sample';
import { RingPosition } from './ring-position';
import { ReaderError } from '../status';

/* What the reader says while it waits for a ring that does not show what it should. */

/** The walk ended before head, and not at a record. */
export const beyondHead = (abs: number): BadPlace => ({
  abs,
  reason: 'OPENOT_RING_RECORD_BEYOND_HEAD',
  message: `the record at position ${abs} would end beyond head`
});

/** A record that may be one of the lap before. */
export const oldBytes = (position: RingPosition, abs: number): ReaderError => ({
  code: 'OPENOT_RING_STALE',
  message:
    `the record at position ${abs} of ${position.stream} is older than the one before it and may come from an old ` +
    'copy of the ring; it is read again until that is certain'
});

/** Nothing new and whole stands at the cursor. */
export const notReadable = (position: RingPosition, place: BadPlace): ReaderError => ({
  code: 'OPENOT_RING_STALE',
  message:
    `the ring ${position.stream} shows no new record at position ${position.cursor}, although the control block ` +
    'says that one was written: old bytes (does a gateway read the ring more slowly than the control block?) or ' +
    `broken ones; it is read again: ${place.message}`
});

/** Other bytes stand where the last record should. */
export const anchorMismatch = (position: RingPosition): ReaderError => ({
  code: 'OPENOT_RING_UNKNOWN',
  message:
    `the last record of ${position.stream} that was handed on does not stand before position ` +
    `${position.fingerprintEnd} any more: an old copy, or a ring that began anew; it is read again until that is ` +
    'certain'
});

/** A sign of a restart that is not believed yet. */
export const wentBack = (position: RingPosition, base: PlausibleSample): ReaderError => ({
  code: 'OPENOT_CONTROL_WENT_BACK',
  message:
    `the control block of ${position.stream} shows an earlier state (head ${base.snapshot.headAbs}, read up to ` +
    `${position.cursor}): an old copy, or a ring that began anew; it is read again until that is certain`
});

/** The ring that was configured cannot be the one that the control block speaks of; undefined when it can. */
export function wrongSize(base: PlausibleSample, facts: RingFacts | undefined): ReaderError | undefined {
  const capacity = base.snapshot.bufferBytes;
  if (facts?.ringBytes === undefined || (facts.ringBytes >= capacity && facts.ringBytes - capacity < facts.granularity))
    return undefined;
  const message =
    `the control block says that the ring has ${capacity} bytes, the ring that was configured has ` +
    `${facts.ringBytes}: check that control block and ring belong together, and that all nodes of the ring are ` +
    'listed, in order';
  return { code: 'OPENOT_RING_SIZE', message };
}

/** A position outside what the ring retains. */
export const seekOutside = (to: number, { snapshot }: PlausibleSample): ReaderError => ({
  code: 'OPENOT_SEEK_OUTSIDE',
  message:
    `expected a position that the ring retains, ${snapshot.oldestAbs} to ${snapshot.headAbs}, found ${to}: nothing ` +
    'was changed'
});

/** A position of which ring? */
export const seekRestarting = (): ReaderError => ({
  code: 'OPENOT_SEEK_LATER',
  message:
    'the control block shows an earlier state than before: an old copy, or a ring that is beginning anew. Which ' +
    'one is not decided yet, so no position can be gone to; try again in some seconds'
});

/** What was read waits for a state that can be saved. */
export const seekUnsaved = (): ReaderError => ({
  code: 'OPENOT_SEEK_LATER',
  message:
    'records that were read are not handed on yet, because the state of this reader cannot be saved: nothing was ' +
    'changed. Make room for it first, or forget the state'
});

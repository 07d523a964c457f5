/** The ring of a stream as the archive saw it last: what a begin of counting says of it. */
import type { BatchFacts } from '../../stream';
import type { BeginStreamEntry } from './entry';

/** Part of a `begin-stream`. */
export type RingSeen = Pick<BeginStreamEntry, 'runId' | 'oldestAbs' | 'headAbs' | 'lostCount' | 'bufferId'>;

/** Before it was seen. */
export const NO_RING: RingSeen = { runId: '0', oldestAbs: 0, headAbs: 0, lostCount: 0, bufferId: 0 };

/** As an entry or a batch has it. */
export const ringSeen = ({ runId, oldestAbs, headAbs, lostCount, bufferId }: RingSeen): RingSeen => ({
  runId,
  oldestAbs,
  headAbs,
  lostCount,
  bufferId
});

/** The ring as these facts show it. */
export const ringOf = ({ snapshot, bufferId }: BatchFacts): RingSeen => ringSeen({ ...snapshot, bufferId });

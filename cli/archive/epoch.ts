import type { EntryEpoch } from '../../lib/archive';
import { NOT_ADVERTISED } from '../../lib/definition';
import type { LooseFacts } from '../../lib/stream';

/** A control block as it would stand where this epoch is the current one, and nothing else is known. */
export const snapshotOf = ({ id, definition }: EntryEpoch): NonNullable<LooseFacts['snapshot']> => ({
  version: 2,
  caps: 0,
  bufferBytes: 0,
  headAbs: 0,
  oldestAbs: 0,
  lostCount: 0,
  runId: '0',
  epochId: id ?? 0,
  epochFirstAbs: 0,
  definitionHash: definition ?? NOT_ADVERTISED,
  prevDefinitionHash: NOT_ADVERTISED
});

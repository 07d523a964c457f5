import { bind, DefinitionStore, NOT_ADVERTISED } from '../../definition';
import type { BatchFacts } from '../../stream';
import type { EntryEpoch } from './entry';

const noDefinitions = new DefinitionStore();

/** The epoch of the record at a position, as far as it is known for certain (docs/format.md 15). */
export function epochsOf({ stream, snapshot, epochs }: BatchFacts): (abs: number) => EntryEpoch {
  const binding = bind(noDefinitions, { stream, snapshot, epochs, whenUnadvertised: 'placeholder' });
  const made = new Map<unknown, EntryEpoch>();
  return (abs) => {
    const relation = binding.relationOf(abs);
    const isOlder = relation.relation === 'prior' && relation.epochId === undefined;
    const older = isOlder ? epochs.filter(({ firstAbs }) => firstAbs <= abs).at(-1) : undefined;
    const key = older ?? relation;
    let epoch = made.get(key);
    if (epoch === undefined) {
      const isContradicted =
        relation.relation === 'current' && !relation.bound.ok && relation.bound.reason.kind === 'stalePriorEpoch';
      const id = older?.epochId ?? relation.epochId ?? null;
      const hash = older?.hash ?? relation.bound.advertised;
      epoch = { id, definition: id === null || isContradicted || hash === NOT_ADVERTISED ? null : hash };
      made.set(key, epoch);
    }
    return epoch;
  };
}

import { canonicalEvents, valueKey } from '../wire';
import { EventTypeDefinition, SlotDefinition } from './model';

/** The registry's 38 events as a definition declares them (docs/format.md 4), for whoever writes a definition file. */
export function canonicalEventTypes(): EventTypeDefinition[] {
  return canonicalEvents.map(({ id, name, profile, slots }) => ({
    id,
    name,
    profile,
    slots: slots.map(({ key, minOccurs, maxOccurs }, index): SlotDefinition => {
      const rule = valueKey(key)?.rule;
      const type = rule?.kind === 'fixed' ? { type: rule.type, valuePayload: false } : { valuePayload: true };
      return { key, ...type, minOccurs, maxOccurs, orderClass: index + 1 };
    })
  }));
}

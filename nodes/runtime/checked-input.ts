import { checkFacts, checkItems, Item, LooseFacts } from '../../lib/stream';
import { CodedError } from './coded-error';

/** The facts in `msg.openot`, checked field by field. Throws OPENOT_FACTS_INVALID. */
export function factsOf(value: unknown): LooseFacts {
  const checked = checkFacts(value);
  if (!checked.ok) throw new CodedError(checked.code, checked.message);
  return checked.facts;
}

/** The items in `msg.payload`, checked one by one. Throws OPENOT_PAYLOAD_NOT_ITEMS. */
export function itemsOf(payload: unknown): Item[] {
  const checked = checkItems(payload);
  if (!checked.ok) throw new CodedError(checked.code, checked.message);
  return checked.items;
}

import { checkFacts, checkItems, Item, LooseFacts } from '../../lib/stream';
import { CodedError } from '../runtime/coded-error';

/**
 * Arrays of items that a node of ours made or has checked, and that only nodes of ours have seen since. They are known
 * by their identity: a clone that Node-RED makes is not in here, nor is anything that a flow built.
 */
const checkedArrays = new WeakSet<object>();

/** These items are right, and nobody else holds them: the node of ours that gets this very array need not check it. */
export function trustItems(items: Item[]): Item[] {
  checkedArrays.add(items);
  return items;
}

/** This payload goes to somebody who may change it where it is. */
export function distrust(payload: unknown): void {
  if (typeof payload === 'object' && payload !== null) checkedArrays.delete(payload);
}

/** The facts in `msg.openot`, checked field by field. Throws OPENOT_FACTS_INVALID. */
export function factsOf(value: unknown): LooseFacts {
  const checked = checkFacts(value);
  if (!checked.ok) throw new CodedError(checked.code, checked.message);
  return checked.facts;
}

/** The items in `msg.payload`, checked one by one unless a node of ours did so. Throws OPENOT_PAYLOAD_NOT_ITEMS. */
export function itemsOf(payload: unknown): Item[] {
  if (Array.isArray(payload) && checkedArrays.has(payload)) return payload as Item[];
  const checked = checkItems(payload);
  if (!checked.ok) throw new CodedError(checked.code, checked.message);
  return checked.items;
}

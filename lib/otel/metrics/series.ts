import { textAttribute } from '../attributes';
import type { KeyValue } from '../otlp';

/** The attribute that every series of a stream has; none without a name. */
export const streamAttribute = (stream: string): KeyValue[] =>
  stream === '' ? [] : [textAttribute('openot.stream', stream)];

/** Keeps at most `limit` entries: the one that was put in first goes. An entry that is used is put in again. */
export function touch<K, V>(entries: Map<K, V>, key: K, limit: number, make: () => V): V {
  let entry = entries.get(key);
  if (entry === undefined) {
    entry = make();
    if (entries.size >= limit) entries.delete(entries.keys().next().value as K);
  } else entries.delete(key);
  entries.set(key, entry);
  return entry;
}

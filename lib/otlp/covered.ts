import { loadHashes } from '../otel/hashes';
import { otlpJson } from '../otel/json';
import { sliceNetworkRequest } from '../otel/network';
import { takeApart } from './take-apart';

/** Part of a request that a checksum covers: items `from` and on of the text of the whole. */
export interface Covered {
  readonly whole: string;
  readonly from: number;
}

/**
 * The text of a part with the items `items`, its checksum, count and scope_uuid made anew; undefined where that cannot be
 * done rightly (a checksum of another kind, several data points in one metric): then they are left as they are.
 */
export async function sliceCovered({ whole, from }: Covered, items: readonly string[]): Promise<string | undefined> {
  const slice = sliceNetworkRequest(JSON.parse(whole) as object, from, from + items.length, await loadHashes());
  if (slice === undefined) return undefined;
  const text = otlpJson(slice);
  const apart = takeApart(text);
  // Nothing but what was there: the parser may have changed numbers.
  return apart.ok && apart.items.length === items.length && apart.items.every((item, index) => item.text === items[index]) ? text : undefined;
}

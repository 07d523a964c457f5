import { otlpJson } from '../telemetry/json';
import { recomputeNetworkRequest } from '../telemetry/network';
import { takeApart } from './take-apart';

/**
 * The text of `part`, cut out of a batch `whole` with a checksum, with checksum, count and scope_uuid of its own;
 * undefined where that cannot be done rightly (a checksum of another kind): then they are left as they are.
 */
export function recomputed(whole: string, part: string): string | undefined {
  const request = recomputeNetworkRequest(JSON.parse(whole), JSON.parse(part) as object);
  if (request === undefined) return undefined;
  const text = otlpJson(request);
  const [before, after] = [takeApart(part), takeApart(text)];
  // Nothing but what was there: the parser may have changed numbers.
  return before.ok &&
    after.ok &&
    after.items.length === before.items.length &&
    after.items.every((item, index) => item.text === before.items[index].text)
    ? text
    : undefined;
}

/**
 * `http request` leaves the headers of the answer on the message, marked with their hash: where they come unchanged to
 * another `http request`, that one does not send them. Whoever adds a header there must take them away first, or what
 * one server said would be told to the next.
 */
const MARK = 'x-node-red-request-node';

/** The headers that a message would have sent: none where all it has is those of an answer. */
export function ownHeaders(headers: unknown): Record<string, unknown> {
  if (typeof headers !== 'object' || headers === null) return {};
  const { [MARK]: mark, ...rest } = headers as Record<string, unknown>;
  return mark !== undefined && mark === hashOf(rest) ? {} : rest;
}

/** The hash of Node-RED's `hash-sum`, version 2, for texts and arrays of texts. */
function hashOf(headers: Record<string, unknown>): string {
  const hash = foldValue(0, headers, '').toString(16);
  return hash.padStart(8, '0');
}

function foldValue(seed: number, value: unknown, key: string): number {
  const hash = fold(fold(fold(seed, key), Object.prototype.toString.call(value)), typeof value);
  if (value === null) return fold(hash, 'null');
  if (value === undefined) return fold(hash, 'undefined');
  if (typeof value !== 'object') return fold(hash, String(value));
  const entries = value as Record<string, unknown>;
  const inner = Object.keys(entries)
    .sort()
    .reduce((sum, name) => foldValue(sum, entries[name], name), hash);
  return fold(inner, String(value));
}

function fold(seed: number, text: string): number {
  if (text.length === 0) return seed;
  let hash = seed;
  for (let i = 0; i < text.length; i++) hash = ((hash << 5) - hash + text.charCodeAt(i)) | 0;
  return hash < 0 ? hash * -2 : hash;
}

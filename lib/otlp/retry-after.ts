/** Longest wait that a collector may ask for, in milliseconds; one that asks for more is asked again after this. */
export const MAX_RETRY_AFTER_MS = 600_000;

/**
 * Milliseconds that a Retry-After header asks to wait, at most `MAX_RETRY_AFTER_MS`; undefined where there is none, or
 * nothing that it could mean. A date is held against the answer's own Date where there is one: the clocks of plants
 * differ.
 */
export function retryAfterMs(
  retryAfter: string | undefined,
  date: string | undefined,
  wallMs: number
): number | undefined {
  const text = retryAfter?.trim() ?? '';
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1000, MAX_RETRY_AFTER_MS);
  // Only what begins like a day: Date.parse makes a date of much else.
  if (!/^(mon|tue|wed|thu|fri|sat|sun)/i.test(text)) return undefined;
  const until = Date.parse(text);
  if (Number.isNaN(until)) return undefined;
  const sent = Date.parse(date ?? '');
  return Math.min(Math.max(0, until - (Number.isNaN(sent) ? wallMs : sent)), MAX_RETRY_AFTER_MS);
}

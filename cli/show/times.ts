/** Times as a person reads them. */

/** `2026-05-28T20:26:40.001Z` of nanoseconds since the Unix epoch, decimal text. */
export const timeText = (nanoseconds: string): string => {
  const date = new Date(Number(BigInt(nanoseconds) / 1_000_000n));
  return Number.isNaN(date.getTime()) ? nanoseconds : date.toISOString();
};

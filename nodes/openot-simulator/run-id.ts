let last = 0n;

/**
 * The run id of a simulated controller that starts now (milliseconds since the Unix epoch): a higher one each time in
 * this process, however soon after the one before, and also when the clock was set back. A run that came twice would
 * look like one whose events were overwritten.
 */
export function nextRunId(nowMs: number): bigint {
  const now = BigInt(Math.floor(nowMs));
  last = now > last ? now : last + 1n;
  return last;
}

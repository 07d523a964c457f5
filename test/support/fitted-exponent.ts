/** User and system time of this process so far, in microseconds: what others on the machine do is not in it. */
function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** Work quicker than this many microseconds cannot be told from noise: it counts as constant. */
const MEASURABLE = 20;

/**
 * The exponent k of processor time ~ size^k: 1 is linear, 2 quadratic. Fitted by least squares over the logarithms of
 * the sizes and of the fastest of five runs of each. All sizes take turns, after a run each to warm up, so that the
 * compiler's and the collector's work falls on all of them alike. `sizes` must be the sizes of the work, in any unit.
 */
export async function fittedExponent(
  sizes: readonly number[],
  work: (size: number) => void | Promise<void>
): Promise<number> {
  const best = sizes.map(() => Infinity);
  for (const size of sizes) await work(size);
  for (let run = 0; run < 5; run++) {
    for (const [i, size] of sizes.entries()) {
      const before = cpuTime();
      await work(size);
      best[i] = Math.min(best[i], cpuTime() - before);
    }
  }
  const xs = sizes.map((size) => Math.log(size));
  const ys = best.map((time) => Math.log(Math.max(time, MEASURABLE)));
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanX, meanY] = [mean(xs), mean(ys)];
  return (
    xs.reduce((sum, x, i) => sum + (x - meanX) * (ys[i] - meanY), 0) / xs.reduce((sum, x) => sum + (x - meanX) ** 2, 0)
  );
}

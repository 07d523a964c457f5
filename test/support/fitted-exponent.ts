/**
 * The exponent k of run time ~ size^k, fitted over the sizes from the fastest of five runs each: 1 is linear, 2
 * quadratic. Only the ratio between sizes counts, so that a slow or a busy machine gives the same answer. Work too
 * quick to be measured counts as constant.
 */
export function fittedExponent(sizes: readonly number[], work: (size: number) => void): number {
  work(sizes[0]);
  const points = sizes.map((size) => {
    let best = Infinity;
    for (let run = 0; run < 5; run++) {
      const before = process.hrtime.bigint();
      work(size);
      best = Math.min(best, Number(process.hrtime.bigint() - before));
    }
    // Below 0.1 ms noise is all there is.
    return { x: Math.log(size), y: Math.log(Math.max(best, 100_000)) };
  });
  const meanX = points.reduce((sum, { x }) => sum + x, 0) / points.length;
  const meanY = points.reduce((sum, { y }) => sum + y, 0) / points.length;
  const slope = points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0);
  return slope / points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
}

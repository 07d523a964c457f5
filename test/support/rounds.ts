/**
 * How often a test does again what it does: `few` in `npm test`, `many` with OPENOT_THOROUGH=1, which
 * test/long/thorough.test.ts sets for the files that it names.
 */
export const rounds = (few: number, many: number): number => (process.env.OPENOT_THOROUGH === '1' ? many : few);

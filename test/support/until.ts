/**
 * How long a test waits for something before it gives up. No statement about speed: it is long enough that a busy
 * machine never reaches it, and only a test that fails takes so long.
 */
export const WAIT_MS = 120_000;

/** A wait that a test has behind it; `scripts/test/reporter.cjs` lists the longest. */
interface Wait {
  readonly what: string;
  readonly ms: number;
}

const waits = ((globalThis as Record<symbol, unknown>)[Symbol.for('openot.waits')] ??= []) as Wait[];

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Polls until `probe` gives something, and resolves with it; rejects with `what` and `context()` after `limitMs`.
 *
 * @example await until('the first document', () => flow.at('out')[0]);
 */
export async function until<T>(
  what: string,
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  context: () => string = () => '',
  limitMs = WAIT_MS
): Promise<T> {
  const begun = performance.now();
  for (let pauseMs = 2; ; pauseMs = Math.min(pauseMs * 1.5, 50)) {
    const value = await probe();
    const ms = performance.now() - begun;
    if (value !== undefined && value !== false) {
      waits.push({ what, ms });
      return value;
    }
    if (ms > limitMs) throw new Error(`waited ${limitMs} ms in vain for ${what}\n${context()}`);
    await sleep(pauseMs);
  }
}

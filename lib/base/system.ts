/** The real clock, timers and chance of this machine. The pure rooms must not import it: they are given them. */
import type { Clock, Random, Timers } from './ports';

/** Longer waits than a timer can count would end at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** Nanoseconds since the Unix epoch. */
export const systemNowNs = (): bigint => BigInt(Date.now()) * 1_000_000n;

/**
 * The clock of this machine.
 *
 * @example
 * ```ts
 * import { systemClock } from '@openot/node-red/base/system';
 *
 * const clock = systemClock();
 * await clock.sleep(100);
 * console.log(clock.nowNs());
 * ```
 */
export function systemClock(): Clock {
  return {
    nowNs: systemNowNs,
    monotonicMs: () => performance.now(),
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) return resolve();
        const done = (): void => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', done);
          resolve();
        };
        const timer = setTimeout(done, Math.min(ms, LONGEST_MS));
        signal?.addEventListener('abort', done);
      })
  };
}

/** The timers of this machine; those of `unref` do not keep the process alive. */
export function systemTimers({ unref = false } = {}): Timers {
  return {
    after: (ms, call) => {
      const timer = setTimeout(call, ms);
      if (unref) timer.unref();
      return () => clearTimeout(timer);
    },
    every: (ms, call) => {
      const timer = setInterval(call, ms);
      if (unref) timer.unref();
      return () => clearInterval(timer);
    }
  };
}

/** The randomness of this machine; for jitter only. */
export function systemRandom(): Random {
  return { next: () => Math.random() };
}

/** Resolves after `ms`. */
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

import { Clock, Random } from '../reader/ports';

/** The clock of this machine. */
export function systemClock(): Clock {
  return {
    nowNs: () => BigInt(Date.now()) * 1_000_000n,
    monotonicMs: () => performance.now(),
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) return resolve();
        const done = (): void => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', done);
          resolve();
        };
        // Longer waits than a timer can count would end at once.
        const timer = setTimeout(done, Math.min(ms, 2 ** 31 - 1));
        signal?.addEventListener('abort', done);
      })
  };
}

/** The randomness of this machine; for jitter only. */
export function systemRandom(): Random {
  return { next: () => Math.random() };
}

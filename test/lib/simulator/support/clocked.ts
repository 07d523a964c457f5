import { createSimulator, Simulator, SimulatorOptions } from '../../../../lib/simulator';

/** 2026-06-01T00:00:00Z */
export const START_NS = 1_780_272_000_000_000_000n;

/** A simulator on a clock of the test's own. */
export function clocked(options: SimulatorOptions): { simulator: Simulator; pass(ms: number): void } {
  let now = START_NS;
  const simulator = createSimulator({ timer: false, truthLimit: 100_000, ...options, clock: () => now++ });
  return {
    simulator,
    pass: (ms) => {
      now += BigInt(Math.round(ms * 1e6));
      simulator.tick();
    }
  };
}

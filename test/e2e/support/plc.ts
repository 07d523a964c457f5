import { createSimulator } from '../../../lib/simulator';

/** A simulated PLC in the test's own process: it outlives every Node-RED that reads it. */
export type Plc = Awaited<ReturnType<typeof startPlc>>;

export async function startPlc(options: Partial<Parameters<typeof createSimulator>[0]> = {}) {
  const simulator = createSimulator({ scenario: 'reactor', rate: 200, ringBytes: 65536, opcuaPort: 'any', seed: 7, ...options } as Parameters<typeof createSimulator>[0]);
  await simulator.start();
  return simulator;
}

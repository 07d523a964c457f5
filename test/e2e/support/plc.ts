import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSimulator, Simulator, SimulatorOptions } from '../../../lib/simulator';
import { keyAtHand } from '../../support/key-at-hand';

/** A simulated PLC in the test's own process: it outlives every Node-RED that reads it. */
export interface Plc {
  readonly simulator: Simulator;
  readonly endpointUrl: string;
  readonly controlNodeId: string;
  readonly ringNodeIds: readonly string[];
  stop(): Promise<void>;
}

export async function startPlc(options: Partial<SimulatorOptions> = {}): Promise<Plc> {
  const pkiFolder = keyAtHand(mkdtempSync(join(tmpdir(), 'openot-plc-')));
  const simulator = createSimulator({
    scenario: 'reactor',
    rate: 200,
    ringBytes: 65_536,
    opcuaPort: 'any',
    pkiFolder,
    seed: 7,
    ...options
  });
  const started = await simulator.start();
  if (!started.ok) throw new Error(started.message);
  return {
    simulator,
    endpointUrl: simulator.endpointUrl!,
    controlNodeId: simulator.controlNodeId!,
    ringNodeIds: simulator.ringNodeIds,
    stop: async () => {
      await simulator.stop();
      rmSync(pkiFolder, { recursive: true, force: true });
    }
  };
}

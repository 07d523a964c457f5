// A controller on this machine: a batch reactor whose events stand in a ring, served over OPC UA and Modbus TCP.
// It writes the definition file of its program, and one line of JSON that says where the ring is.
//
//   node simulate-a-controller.js <folder>

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSimulator } from '@openot/node-red/simulator';

async function main(folder = 'controller'): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const controller = createSimulator({
    scenario: 'reactor',
    rate: 20, // events a second
    opcuaPort: 'any',
    modbusPort: 'any',
    pkiFolder: join(folder, 'pki')
  });
  const started = await controller.start();
  if (!started.ok) throw new Error(started.message);

  const definition = join(folder, 'definition.json');
  writeFileSync(definition, controller.definitionText());
  console.log(
    JSON.stringify({
      definition,
      opcua: {
        endpoint: controller.endpointUrl,
        control: controller.controlNodeId,
        ring: controller.ringNodeIds
      },
      modbus: { host: '127.0.0.1', port: controller.modbus?.port, control: 0, ring: 100 }
    })
  );
  process.once('SIGINT', () => void controller.stop());
  process.once('SIGTERM', () => void controller.stop());
}

main(process.argv[2]).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});

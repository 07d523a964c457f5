import type { Node, NodeAPI, NodeDef, NodeStatus } from 'node-red';
import { join } from 'node:path';
import { buildNode } from '../runtime/build-node';
import { codedErrorOf } from '../runtime/coded-error';
import { handle } from '../runtime/handle';
import { derive } from '../runtime/messages';
import { migrated } from '../runtime/migrated';
import { choiceOf, numberOf } from '../runtime/numbers';
import { announceStart } from '../runtime/starting';
import { userDirectory, userPath } from '../runtime/user-directory';
import { SimulatorController, SimulatorSettings } from './controller';
import { nextRunId } from './run-id';
import { showSimulator } from './show';

interface SimulatorDef extends NodeDef {
  scenario: string;
  rate: number | string;
  ringBytes: number | string;
  opcuaPort: number | string;
  /** Absent in flows of version 0.1. */
  modbusPort?: number | string;
}

/** Milliseconds between two looks at the counters for the status. */
const LOOK_MS = 2000;

const init = (RED: NodeAPI): void => {
  function OpenotSimulator(this: Node, saved: SimulatorDef): void {
    RED.nodes.createNode(this, saved);
    buildNode(this, (status) => {
      const settings = settingsOf(RED, migrated(saved));
      const controller = new SimulatorController(settings, () => performance.now());
      const show = (): NodeStatus => showSimulator(controller.state(), settings);
      const timer = setInterval(() => status.set(show), LOOK_MS);
      status.set(() => ({ fill: 'yellow', shape: 'ring', text: 'starting' }));
      announceStart(controller.start());
      controller.start().then(
        () => status.set(show),
        (thrown: unknown) => {
          this.error(codedErrorOf(thrown), {});
          status.set(show);
        }
      );
      handle(this, async (message, send) => {
        await controller.start().catch(() => undefined);
        send(derive(message, { ...controller.command(message.topic, message.payload) }));
        status.set(show);
      });
      return async () => {
        clearInterval(timer);
        await controller.stop();
      };
    });
  }
  RED.nodes.registerType('openot-simulator', OpenotSimulator);
};

function settingsOf(RED: NodeAPI, def: SimulatorDef): SimulatorSettings {
  return {
    scenario: choiceOf(def.scenario, 'Plant', ['reactor', 'packaging']),
    rate: numberOf(def.rate, { name: 'Rate', fallback: 20, min: 0, max: 100_000 }),
    ringBytes: numberOf(def.ringBytes, { name: 'Ring', fallback: 65_536, min: 1024, max: 16_777_216 }),
    opcuaPort: numberOf(def.opcuaPort, { name: 'OPC UA port', fallback: 48_400, min: 0, max: 65_535 }),
    modbusPort: numberOf(def.modbusPort, { name: 'Modbus port', fallback: 0, min: 0, max: 65_535 }),
    pkiFolder: join(userDirectory(RED), 'openot', 'simulator-pki'),
    runId: nextRunId(Date.now()),
    absolute: (path) => userPath(RED, path)
  };
}

export = init;

import type { Node, NodeAPI, NodeDef, NodeStatus } from 'node-red';
import { join } from 'node:path';
import { codedErrorOf } from '../shared/coded-error';
import { reportSoon } from '../shared/config-users';
import { closeWith, handle } from '../shared/handle';
import { derive } from '../shared/messages';
import { choiceOf, numberOf } from '../shared/numbers';
import { announceStart } from '../shared/starting';
import { ThrottledStatus } from '../shared/status';
import { userDirectory, userPath } from '../shared/user-directory';
import { SimulatorController, SimulatorSettings } from './controller';

interface SimulatorDef extends NodeDef {
  scenario: string;
  rate: number | string;
  ringBytes: number | string;
  opcuaPort: number | string;
}

/** Milliseconds between two looks at the counters for the status. */
const LOOK_MS = 2000;

const init = (RED: NodeAPI): void => {
  function OpenotSimulator(this: Node, def: SimulatorDef): void {
    RED.nodes.createNode(this, def);
    const status = new ThrottledStatus(this);
    try {
      const settings = settingsOf(RED, def);
      const controller = new SimulatorController(settings, () => Date.now());
      const show = (): NodeStatus => showSimulator(controller, settings);
      const timer = setInterval(() => status.set(show), LOOK_MS);
      closeWith(this, async () => {
        clearInterval(timer);
        status.close();
        await controller.stop();
      });
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
    } catch (thrown) {
      status.set(() => ({ fill: 'red', shape: 'ring', text: 'wrong settings' }));
      reportSoon(this, codedErrorOf(thrown));
      this.on('close', () => status.close());
      handle(this, () => {
        throw thrown;
      });
    }
  }
  RED.nodes.registerType('openot-simulator', OpenotSimulator);
};

function settingsOf(RED: NodeAPI, def: SimulatorDef): SimulatorSettings {
  return {
    scenario: choiceOf(def.scenario, 'scenario', ['reactor', 'packaging']),
    rate: numberOf(def.rate, { name: 'rate', fallback: 20, min: 0, max: 100_000 }),
    ringBytes: numberOf(def.ringBytes, { name: 'ringBytes', fallback: 65_536, min: 256, max: 16_777_216 }),
    opcuaPort: numberOf(def.opcuaPort, { name: 'opcuaPort', fallback: 48_400, min: 0, max: 65_535 }),
    pkiFolder: join(userDirectory(RED), 'openot', 'simulator-pki'),
    runId: BigInt(Math.floor(Date.now() / 1000)),
    absolute: (path) => userPath(RED, path)
  };
}

function showSimulator(controller: SimulatorController, { scenario, ringBytes }: SimulatorSettings): NodeStatus {
  const { running, failure, rate, state, endpoint } = controller.state();
  if (failure !== undefined) return { fill: 'red', shape: 'ring', text: failure.code };
  if (!running) return { fill: 'yellow', shape: 'ring', text: 'starting' };
  const what = state === 'running' ? `${rate.toFixed(rate < 10 ? 1 : 0)}/s` : state;
  const text = `${scenario} ${what}, ring ${Math.round(ringBytes / 1024)} KiB, ${endpoint ?? 'no server'}`;
  return { fill: state === 'running' ? 'green' : 'yellow', shape: 'dot', text };
}
export = init;

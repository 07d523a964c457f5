import type { NodeStatus } from 'node-red';
import { statusText } from '../runtime/status-text';
import { wordsOf } from '../runtime/words';
import type { SimulatorController, SimulatorSettings } from './controller';

/** The simulator in one line: what it writes, where it is served, and into how large a ring. */
export function showSimulator(
  { running, failure, rate, state, endpoint, modbus }: ReturnType<SimulatorController['state']>,
  { scenario, ringBytes }: Pick<SimulatorSettings, 'scenario' | 'ringBytes'>
): NodeStatus {
  if (failure !== undefined)
    return { fill: 'red', shape: 'ring', text: statusText(wordsOf(failure.code, 'server fails')) };
  if (!running) return { fill: 'yellow', shape: 'ring', text: 'starting' };
  const what = state === 'running' ? `${rate.toFixed(rate < 10 ? 1 : 0)}/s` : state;
  const ports = [endpoint, modbus].filter(Boolean).map((url) => /:(\d+)/.exec(String(url))?.[1] ?? String(url));
  const served = ports.length === 0 ? 'no server' : `port ${ports.join(' and ')}`;
  const text = statusText(`${scenario} ${what}`, served, `ring ${Math.round(ringBytes / 1024)} KiB`);
  return { fill: state === 'running' ? 'green' : 'yellow', shape: 'dot', text };
}

import type { NodeAPI } from 'node-red';
import type { OpenotCode } from '../../lib/base';
import { systemTimers } from '../../lib/base/system';
import { RunningNodes } from './running-nodes';
import { DeliveryTracker } from './tracker';

/** The one tracker of this process: readers and nodes of all flows report to it. */
export const tracker = new DeliveryTracker({
  now: () => performance.now(),
  after: systemTimers({ unref: true }).after,
  nextTurn: (call) => void setImmediate(call)
});

/** Why a node of ours cannot go on with what it has. */
export interface NodeTrouble {
  readonly code?: OpenotCode;
  /** In a few words: `connection refused`. */
  readonly cause: string;
  /** Since when, of the monotonic clock. */
  readonly sinceMs: number;
}

/** By id of a node, why it cannot go on: for the status of readers that wait for it. */
export const nodeTroubles = new Map<string, NodeTrouble>();

const runtimes = new WeakMap<object, RunningNodes>();

/** The running nodes of this runtime. The first call makes the tracker hear when its flows stop and start. */
export function runningNodes(RED: NodeAPI): RunningNodes {
  const known = runtimes.get(RED.events);
  if (known !== undefined) return known;
  const nodes = new RunningNodes(RED, (id) => tracker.isOurs(id));
  runtimes.set(RED.events, nodes);
  RED.events.on('flows:stopping', () => {
    nodes.forget();
    tracker.stop();
  });
  RED.events.on('flows:started', () => {
    nodes.forget();
    tracker.start();
    for (const call of nodes.started) call();
  });
  return nodes;
}

import type { Node, NodeAPI, NodeDef, NodeMessage, NodeStatus } from 'node-red';
import { buildNode } from '../runtime/build-node';
import { handle } from '../runtime/handle';
import { migrated } from '../runtime/migrated';
import { numberOf } from '../runtime/numbers';
import { DeliveryPort } from '../delivery';
import { ageChangesInMs, ThrottledStatus } from '../runtime/status';
import { AckController } from './controller';
import { showAck } from './show';

interface AckDef extends NodeDef {
  branches: string;
}

const init = (RED: NodeAPI): void => {
  function OpenotAck(this: Node, saved: AckDef): void {
    RED.nodes.createNode(this, saved);
    const delivery = new DeliveryPort(RED, this, { end: 'ack', needsFacts: () => false });
    let controller: AckController | undefined;
    const make = (status: ThrottledStatus): void => {
      const def = migrated(saved);
      const branches = numberOf(def.branches, { name: 'Counts when', fallback: 1, min: 1, max: 64 });
      const acks = (controller = new AckController(branches, {
        ...delivery.acknowledgements,
        nowMs: () => performance.now()
      }));
      const show = (): NodeStatus => showAck(acks, performance.now());
      const agesInMs = (): number | undefined =>
        acks.lastMs === undefined ? undefined : ageChangesInMs(performance.now() - acks.lastMs);
      status.set(show);
      let isToldMissing = false;
      /** Of a message without `msg.openot` that acknowledges nothing although its reader waits for that: told once. */
      const missingFacts = (message: NodeMessage): Error | undefined => {
        const stray = delivery.strayOf(message);
        if (stray?.awaitsAck !== true) return undefined;
        const isNews = !isToldMissing;
        isToldMissing = true;
        delivery.showMissing('msg.openot is missing');
        return isNews ? stray.error : undefined;
      };
      handle(this, (message, send) =>
        delivery.through(message, send, (pass) => {
          const error = acks.take(message) ?? missingFacts(message);
          if (acks.last === 'acknowledged') isToldMissing = false;
          status.set(show, agesInMs);
          pass(message);
          if (error !== undefined) throw error;
        })
      );
    };
    const release = (): void => {
      // What some branches have brought is known here only: such batches are read again.
      delivery.close(controller?.unfinished());
    };
    buildNode(this, make, { release, delivery });
  }
  RED.nodes.registerType('openot-ack', OpenotAck);
};
export = init;

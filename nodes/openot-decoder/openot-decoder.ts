import { systemNowNs } from '../../lib/base/system';
import type { Node, NodeAPI, NodeDef, NodeStatus } from 'node-red';
import { buildNode } from '../runtime/build-node';
import { handle } from '../runtime/handle';
import { migrated } from '../runtime/migrated';
import { choiceOf } from '../runtime/numbers';
import { DeliveryPort } from '../delivery';
import { ageChangesInMs, ThrottledStatus } from '../runtime/status';
import { DecoderController } from './controller';
import { showDecoder } from './show';

interface DecoderDef extends NodeDef {
  emit: string;
}

const init = (RED: NodeAPI): void => {
  function OpenotDecoder(this: Node, saved: DecoderDef): void {
    RED.nodes.createNode(this, saved);
    const delivery = new DeliveryPort(RED, this);
    const make = (status: ThrottledStatus): void => {
      const controller = new DecoderController(
        { emit: choiceOf(migrated(saved).emit, 'Sends', ['batch', 'item']) },
        { nowNs: systemNowNs, newId: () => RED.util.generateId() }
      );
      let lastError = '';
      const show = (): NodeStatus => showDecoder(controller.totals, lastError, Date.now());
      const agesInMs = (): number | undefined => {
        const { newestMs } = controller.totals;
        return newestMs === undefined || lastError !== '' ? undefined : ageChangesInMs(Math.abs(Date.now() - newestMs));
      };
      handle(this, (message, send) =>
        delivery.through(message, send, (pass) => {
          try {
            const { messages, error } = controller.decode(message);
            for (const output of messages) pass(output);
            lastError = error?.code ?? '';
            if (error !== undefined) throw error;
          } catch (thrown) {
            lastError = (thrown as { code?: string }).code ?? 'error';
            throw thrown;
          } finally {
            status.set(show, agesInMs);
          }
        })
      );
    };
    buildNode(this, make, { release: () => delivery.close(), delivery });
  }
  RED.nodes.registerType('openot-decoder', OpenotDecoder);
};
export = init;

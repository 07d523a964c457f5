import { systemNowNs } from '../../lib/base/system';
import type { Node, NodeAPI, NodeDef, NodeStatus } from 'node-red';
import { buildNode } from '../runtime/build-node';
import { handle } from '../runtime/handle';
import { choiceOf } from '../runtime/numbers';
import { Hop } from '../delivery';
import { ageChangesInMs, ThrottledStatus } from '../runtime/status';
import { DecoderController } from './controller';
import { showDecoder } from './show';

interface DecoderDef extends NodeDef {
  emit: string;
}

const init = (RED: NodeAPI): void => {
  function OpenotDecoder(this: Node, def: DecoderDef): void {
    RED.nodes.createNode(this, def);
    const hop = new Hop(RED, this);
    const make = (status: ThrottledStatus): void => {
      const controller = new DecoderController(
        { emit: choiceOf(def.emit, 'emit', ['batch', 'item']) },
        { nowNs: systemNowNs, newId: () => RED.util.generateId() }
      );
      let lastError = '';
      const show = (): NodeStatus => showDecoder(controller.totals, lastError, Date.now());
      const agesInMs = (): number | undefined => {
        const { newestMs } = controller.totals;
        return newestMs === undefined || lastError !== '' ? undefined : ageChangesInMs(Math.abs(Date.now() - newestMs));
      };
      handle(this, (message, send) =>
        hop.through(message, send, (pass) => {
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
    buildNode(this, make, { release: () => hop.close(), hop });
  }
  RED.nodes.registerType('openot-decoder', OpenotDecoder);
};
export = init;

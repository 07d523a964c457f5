import type { Node, NodeAPI, NodeDef, NodeStatus } from 'node-red';
import { codedErrorOf } from '../shared/coded-error';
import { reportSoon } from '../shared/config-users';
import { handle } from '../shared/handle';
import { choiceOf } from '../shared/numbers';
import { Hop } from '../shared/passage';
import { shortAge, shortCount, ThrottledStatus } from '../shared/status';
import { DecoderController } from './controller';

interface DecoderDef extends NodeDef {
  emit: string;
}

const init = (RED: NodeAPI): void => {
  function OpenotDecoder(this: Node, def: DecoderDef): void {
    RED.nodes.createNode(this, def);
    const status = new ThrottledStatus(this);
    const hop = new Hop(RED, this);
    this.on('close', () => {
      hop.close();
      status.close();
    });
    let controller: DecoderController;
    try {
      controller = new DecoderController({ emit: choiceOf(def.emit, 'emit', ['batch', 'item']) }, { nowNs: () => BigInt(Date.now()) * 1_000_000n, newId: () => RED.util.generateId() });
    } catch (thrown) {
      status.set(() => ({ fill: 'red', shape: 'ring', text: 'wrong settings' }));
      handle(this, () => {
        throw thrown;
      });
      reportSoon(this, codedErrorOf(thrown));
      return;
    }

    let lastError = '';
    const show = (): NodeStatus => {
      const { records, notices, newestMs } = controller.totals;
      const counts = `${shortCount(records)} records${notices > 0 ? `, ${shortCount(notices)} notices` : ''}`;
      if (lastError !== '') return { fill: 'red', shape: 'ring', text: `${lastError} (${counts})` };
      return { fill: 'green', shape: 'dot', text: newestMs === undefined ? counts : `${counts}, newest ${shortAge(Date.now() - newestMs)} old` };
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
          status.set(show);
        }
      })
    );
  }
  RED.nodes.registerType('openot-decoder', OpenotDecoder);
};
export = init;

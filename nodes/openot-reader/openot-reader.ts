import type { Node, NodeAPI, NodeDef } from 'node-red';
import { join } from 'node:path';
import { fileStore, systemClock, systemRandom } from '../../lib/platform';
import type { ReaderStatus } from '../../lib/reader';
import { createOpcuaTransport } from '../../lib/transport/opcua';
import type { Transport } from '../../lib/transport/transport';
import { CodedError, codedErrorOf } from '../shared/coded-error';
import { reportSoon, useConfig } from '../shared/config-users';
import { closeWith, handle } from '../shared/handle';
import type { OpcuaNode } from '../shared/opcua-node';
import { deliveriesDone, Hop } from '../shared/passage';
import { serversStarted } from '../shared/starting';
import { STATUS_INTERVAL_MS, ThrottledStatus } from '../shared/status';
import { fileNameOf, userDirectory } from '../shared/user-directory';
import { ReaderController } from './controller';
import { ReaderProperties, readerSettings } from './settings';
import { showReader } from './show';

interface ReaderDef extends NodeDef, ReaderProperties {
  opcua: string;
  controlNode: string;
  ringNode: string;
}

const init = (RED: NodeAPI): void => {
  function OpenotReader(this: Node, def: ReaderDef): void {
    RED.nodes.createNode(this, def);
    const status = new ThrottledStatus(this);
    const hop = new Hop(RED, this, false);
    // An error with a message object reaches Catch nodes.
    const report = (error: Error): void => this.error(error, {});
    try {
      const { transport, host, endUse } = wayToTheRing(RED, this, def);
      const show = (last?: ReaderStatus): void => {
        const now = controller.status() ?? last;
        if (now !== undefined) status.set(() => showReader(controller.status() ?? now));
      };
      const controller = new ReaderController({
        transport,
        store: fileStore(join(userDirectory(RED), 'openot', 'readers', `${fileNameOf(this.id)}.state`)),
        clock: systemClock(),
        random: systemRandom(),
        settings: { ...readerSettings(def), host },
        openAccount: (settled, onLost) => hop.openAccount(RED.util.generateId(), settled, onLost),
        // Not bound once: a deploy that rewires this node gives it another send.
        sendBatch: (message) => hop.send([message, null], (output) => this.send(output)),
        onStatus: (message, state) => {
          if (!hop.isClosed) this.send([null, message]);
          show(state);
        },
        // While this node closes, its endpoint closes too: what that does to a read under way is no trouble of anybody's.
        onError: (error) => (hop.isClosed ? undefined : report(error)),
        deliveriesDone
      });
      // Counts and lag change without a change of state.
      const timer = setInterval(() => show(), STATUS_INTERVAL_MS);
      handle(this, (message) => controller.command(message.topic));
      closeWith(this, async () => {
        clearInterval(timer);
        const closing = controller.close();
        hop.close();
        endUse();
        await closing;
        status.close();
      });
      controller.start(serversStarted()).catch((thrown: unknown) => report(codedErrorOf(thrown)));
    } catch (thrown) {
      const error = codedErrorOf(thrown);
      reportSoon(this, error);
      status.set(() => ({ fill: 'red', shape: 'ring', text: 'wrong settings' }));
      this.on('close', () => {
        hop.close();
        status.close();
      });
      handle(this, () => {
        throw error;
      });
    }
  }
  RED.nodes.registerType('openot-reader', OpenotReader);
};

function wayToTheRing(RED: NodeAPI, reader: Node, def: ReaderDef): { transport: () => Transport; host: string; endUse: () => void } {
  const endpoint = def.opcua ? (RED.nodes.getNode(def.opcua) as OpcuaNode | null) : null;
  if (endpoint === null) throw new CodedError('OPENOT_CONFIG', 'the reader has no OPC UA endpoint: choose one in its dialog (it may be disabled or deleted)');
  const { connection, host } = endpoint;
  const endUse = useConfig(endpoint, reader);
  if (connection === undefined) throw new CodedError('OPENOT_CONFIG', 'the settings of the OPC UA endpoint are wrong: see its own error');
  const controlNode = String(def.controlNode ?? '').trim();
  const ringNodes = String(def.ringNode ?? '').split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== '');
  if (controlNode === '') throw new CodedError('OPENOT_CONFIG', 'the NodeId of the control block is empty');
  if (ringNodes.length === 0) throw new CodedError('OPENOT_CONFIG', 'the NodeId of the ring is empty: one line for each part of the ring');
  return { transport: () => createOpcuaTransport(connection, { controlNode, ringNodes }), host: host ?? '', endUse };
}
export = init;

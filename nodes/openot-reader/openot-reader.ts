import type { Node, NodeAPI, NodeDef } from 'node-red';
import { join } from 'node:path';
import { fileStore, systemClock, systemRandom } from '../../lib/platform';
import type { ReaderStatus } from '../../lib/reader';
import { createOpcuaTransport } from '../../lib/transport/opcua';
import type { Transport } from '../../lib/transport/transport';
import { buildNode, MissingConfig } from '../shared/build-node';
import { CodedError, codedErrorOf } from '../shared/coded-error';
import { useConfig } from '../shared/config-users';
import { handle } from '../shared/handle';
import type { OpcuaNode } from '../shared/opcua-node';
import { deliveriesDone, Hop } from '../shared/passage';
import { serversStarted } from '../shared/starting';
import { STATUS_INTERVAL_MS, ThrottledStatus } from '../shared/status';
import { fileNameOf, userDirectory } from '../shared/user-directory';
import { ReaderController } from './controller';
import { ownedStore } from './owned-store';
import { readsRing } from './same-ring';
import { ReaderProperties, readerSettings } from './settings';
import { ReaderShow } from './show';

interface ReaderDef extends NodeDef, ReaderProperties {
  opcua: string;
  controlNode: string;
  ringNode: string;
}

const init = (RED: NodeAPI): void => {
  function OpenotReader(this: Node, def: ReaderDef): void {
    RED.nodes.createNode(this, def);
    const hop = new Hop(RED, this, false);
    // An error with a message object reaches Catch nodes.
    const report = (error: Error): void => this.error(error, {});
    let endUse = (): void => undefined;
    let endReading = (): void => undefined;
    const make = (status: ThrottledStatus): (() => Promise<void>) => {
      const endpoint = def.opcua ? (RED.nodes.getNode(def.opcua) as OpcuaNode | null) : null;
      // Also when its own settings are wrong: its errors reach Catch nodes by way of this node's flow.
      if (endpoint !== null) endUse = useConfig(endpoint, this);
      const { transport, host } = wayToTheRing(endpoint, def);
      const settings = readerSettings(def);
      const { others, end } = readsRing(this.id, def.opcua, String(def.controlNode).trim(), settings.stream ?? '');
      endReading = end;
      if (others.length > 0) this.warn(`OPENOT_READER_TWICE: the reader ${others.join(', ')} reads the same ring under the same stream name: every record comes twice. Name the streams differently, or wire one reader to both ways`);
      const line = new ReaderShow();
      const stateFile = join(userDirectory(RED), 'openot', 'readers', `${fileNameOf(this.id)}.state`);
      const show = (last?: ReaderStatus): void => {
        const now = controller.status() ?? last;
        if (now !== undefined) status.set(() => line.show(controller.status() ?? now, performance.now()));
      };
      const controller = new ReaderController({
        transport,
        store: ownedStore(stateFile, fileStore(stateFile)),
        clock: systemClock(),
        random: systemRandom(),
        settings: { ...settings, host },
        openAccount: (settled, onLost) => hop.openAccount(RED.util.generateId(), { settled, onLost, awaitsAck: settings.commit === 'onAck' }),
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
      handle(this, (message) => controller.command(message.topic, message.payload));
      controller.start(serversStarted()).catch((thrown: unknown) => report(codedErrorOf(thrown)));
      return async () => {
        clearInterval(timer);
        await controller.close();
      };
    };
    const release = (): void => {
      hop.close();
      endUse();
      endReading();
    };
    buildNode(this, make, { release, deploys: RED.events });
  }
  RED.nodes.registerType('openot-reader', OpenotReader);
};

function wayToTheRing(endpoint: OpcuaNode | null, def: ReaderDef): { transport: () => Transport; host: string } {
  if (endpoint === null) throw new MissingConfig('no OPC UA endpoint', 'the reader has no OPC UA endpoint: choose one in its dialog (it may be disabled or deleted)');
  const { connection, host } = endpoint;
  if (connection === undefined) throw new MissingConfig('endpoint: wrong settings', 'the settings of the OPC UA endpoint are wrong: see its own error');
  const controlNode = String(def.controlNode ?? '').trim();
  const ringNodes = String(def.ringNode ?? '').split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== '');
  if (controlNode === '') throw new CodedError('OPENOT_CONFIG', 'the NodeId of the control block is empty');
  if (ringNodes.length === 0) throw new CodedError('OPENOT_CONFIG', 'the NodeId of the ring is empty: one line for each part of the ring');
  return { transport: () => createOpcuaTransport(connection, { controlNode, ringNodes }), host: host ?? '' };
}
export = init;

import type { Node, NodeAPI, NodeDef, NodeMessage } from 'node-red';
import { join } from 'node:path';
import { Archive, HeldDefinition } from '../../lib/archive';
import { archiveFiles, systemFolders } from '../../lib/archive/files';
import { systemClock, systemTimers } from '../../lib/base/system';
import { fileStore } from '../../lib/state/files';
import { DeliveryPort } from '../delivery';
import { buildNode } from '../runtime/build-node';
import type { DefinitionNode } from '../runtime/definition-node';
import { handle } from '../runtime/handle';
import { migrated } from '../runtime/migrated';
import { ownedStore } from '../runtime/owned-store';
import { STATUS_INTERVAL_MS } from '../runtime/status';
import { ArchiveController } from './controller';
import { announceVkey, serveVkeys } from './key-route';
import { ArchiveCredentials, ArchiveProperties, archiveSettings, keyOfSettings } from './settings';
import { showArchive } from './show';

interface ArchiveDef extends NodeDef, ArchiveProperties {}

const init = (RED: NodeAPI): void => {
  function OpenotArchive(this: Node, saved: ArchiveDef): void {
    RED.nodes.createNode(this, saved);
    const delivery = new DeliveryPort(RED, this, { needsFacts: ({ payload }) => Buffer.isBuffer(payload) });
    let forgetKey = (): void => undefined;
    buildNode(
      this,
      (status) => {
        const settings = archiveSettings(
          RED,
          this,
          migrated(saved),
          (this as Node<ArchiveCredentials>).credentials ?? {}
        );
        const { folder, stateFile } = settings;
        const checkpointFile = join(folder, 'checkpoint');
        const show = (): void => status.set(() => showArchive(controller.state(), performance.now()));
        /** The dialog shows the key of the log that is open. */
        const announceKey = (): void => {
          const state = controller.state();
          if (state.kind !== 'open') return;
          forgetKey();
          forgetKey = announceVkey(this.id, state.status.vkey);
        };
        const controller = new ArchiveController({
          clock: systemClock(),
          make: async (events) => {
            const key = await keyOfSettings(settings);
            const ports = {
              files: archiveFiles(folder),
              checkpoint: ownedStore(checkpointFile, fileStore(checkpointFile, { files: systemFolders })),
              state: ownedStore(stateFile, fileStore(stateFile)),
              clock: systemClock(),
              timers: systemTimers(),
              signer: (name: string) => key.signer(name),
              definition: (hash: string) => heldDefinition(RED, hash)
            };
            return new Archive(ports, settings, events);
          },
          onCheckpoint: (note, size) => {
            announceKey();
            if (!delivery.isClosed) this.send([null, { topic: 'checkpoint', payload: note, size } as NodeMessage]);
            show();
          },
          // While this node closes its errors reach no Catch node.
          onError: (error) => this.error(error, delivery.isClosed ? undefined : {}),
          onWarning: (text) => this.warn(text),
          onChange: () => {
            announceKey();
            show();
          }
        });
        // Ages change without a message.
        const timer = setInterval(show, STATUS_INTERVAL_MS);
        show();
        handle(this, (message, send) =>
          delivery.through(message, send, (pass) => controller.take(message, (passed) => pass([passed, null])))
        );
        return async () => {
          clearInterval(timer);
          await controller.close();
        };
      },
      {
        release: () => {
          delivery.close();
          forgetKey();
        },
        deploys: RED.events,
        delivery
      }
    );
  }
  RED.nodes.registerType('openot-archive', OpenotArchive, { credentials: { key: { type: 'password' } } });
  serveVkeys(RED);
};

/** A definition that any openot-definition node of this runtime holds. */
function heldDefinition(RED: NodeAPI, hash: string): HeldDefinition | undefined {
  let found: HeldDefinition | undefined;
  RED.nodes.eachNode((def) => {
    if (found !== undefined || def.type !== 'openot-definition') return;
    found = (RED.nodes.getNode(def.id) as DefinitionNode | null)?.definitions?.fileOf(hash);
  });
  return found;
}

export = init;

import { systemNowNs, systemTimers } from '../../lib/base/system';
import type { Node, NodeAPI, NodeDef, NodeMessage } from 'node-red';
import { join } from 'node:path';
import { fileStore } from '../../lib/state/files';
import { buildNode } from '../runtime/build-node';
import { CodedError } from '../runtime/coded-error';
import { handle } from '../runtime/handle';
import { migrated } from '../runtime/migrated';
import { ownedStore } from '../runtime/owned-store';
import { DeliveryPort } from '../delivery';
import { packageOf } from '../runtime/software';
import { STATUS_INTERVAL_MS } from '../runtime/status';
import { fileNameOf, userDirectory } from '../runtime/user-directory';
import { OtelController } from './controller';
import { OtelProperties, OtelSettings } from './settings';
import { showOtel } from './show';

const init = (RED: NodeAPI): void => {
  function OpenotOtel(this: Node, saved: NodeDef & OtelProperties): void {
    RED.nodes.createNode(this, saved);
    const delivery = new DeliveryPort(RED, this, { outputs: [0, 1, 2] });
    let controller: OtelController | undefined;
    const report = (error: Error): void => (delivery.isClosed ? undefined : this.error(error, {}));
    buildNode(
      this,
      (status) => {
        const evaluate = (value: string, type: string, message?: NodeMessage): unknown =>
          RED.util.evaluateNodeProperty(value, type, this, message ?? {});
        const settings = new OtelSettings(migrated(saved), evaluate, packageOf().version);
        const path = join(userDirectory(RED), 'openot', 'otel', `${fileNameOf(this.id)}.state`);
        const store = settings.needsState ? ownedStore(path, fileStore(path)) : undefined;
        const show = (): void => status.set(() => showOtel(mapper));
        const mapper = new OtelController({
          settings,
          store,
          nowNs: () => systemNowNs().toString(),
          after: systemTimers().after,
          newId: () => RED.util.generateId(),
          ...delivery.acknowledgements,
          report,
          onChange: show
        });
        controller = mapper;
        void mapper.start();
        const timer = setInterval(show, STATUS_INTERVAL_MS);
        show();
        handle(this, (message, send) =>
          delivery.through(message, send, async (pass) => {
            try {
              const left = mapper.input(message, pass);
              show();
              await left;
            } finally {
              show();
            }
          })
        );
        return async () => {
          clearInterval(timer);
          await mapper.close();
        };
      },
      {
        delivery,
        release: () => {
          const dropped = controller?.waiting.withoutToken ?? 0;
          // Without a message: the Catch nodes of this flow close in the same moment, and what they get then is seen by
          // nobody.
          if (dropped > 0)
            this.error(
              new CodedError(
                'OPENOT_OTEL_DROPPED',
                `${dropped} messages waited for others when this node closed, and no commit token makes their ` +
                  'reader read them again: keep msg.openot.commit in the messages to this node, or set "Max. age" ' +
                  'to 0'
              )
            );
          delivery.close();
        }
      }
    );
  }
  RED.nodes.registerType('openot-otel', OpenotOtel);
};
export = init;

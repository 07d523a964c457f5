import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Node, NodeAPI, NodeDef, NodeMessage } from 'node-red';
import { systemClock, systemTimers } from '../../lib/base/system';
import type { ApiDocument } from '../../lib/telemetry';
import { DeliveryPort } from '../delivery';
import { buildNode } from '../runtime/build-node';
import { codedErrorOf } from '../runtime/coded-error';
import { handle } from '../runtime/handle';
import { migrated } from '../runtime/migrated';
import { fileNameOf, userDirectory } from '../runtime/user-directory';
import { ApiController } from './controller';
import { KeptCalls } from './kept-calls';
import { OpenCalls } from './open-calls';
import { ReceiveHook } from './receive-hook';
import { Surroundings, surroundingsOf } from './request-nodes';
import { ApiProperties, ApiSettings } from './settings';
import { showApi } from './show';

const init = (RED: NodeAPI): void => {
  /** Of this runtime: a call may begin at one node and end at another. */
  const calls = new OpenCalls(systemTimers({ unref: true }));
  const hook = new ReceiveHook(RED);
  const folder = join(userDirectory(RED), 'openot', 'api');

  function OpenotApi(this: Node, saved: NodeDef & ApiProperties): void {
    RED.nodes.createNode(this, saved);
    const delivery = new DeliveryPort(RED, this);
    buildNode(
      this,
      (status) => {
        const def = migrated(saved);
        const evaluate = (value: string, type: string, message?: NodeMessage): unknown =>
          RED.util.evaluateNodeProperty(value, type, this, message ?? {});
        const settings = new ApiSettings(def, evaluate);
        const name = String(def.name ?? '').trim();
        const isCalled = settings.direction === 'called';
        let around: Surroundings = { before: [], hasPartner: false };
        const isBehind = (): boolean => isCalled && !around.hasPartner && around.before.length > 0;
        const controller = new ApiController({
          id: this.id,
          name,
          settings,
          calls,
          clock: systemClock(),
          randomHex: (bytes) => randomBytes(bytes).toString('hex'),
          requestNode: () => (isBehind() ? around.before[0] : around.next),
          isBehind
        });
        const show = (): void =>
          status.set(() =>
            showApi({
              totals: controller.totals,
              open: calls.openAt(this.id),
              isWithoutEnd: isCalled && !around.hasPartner && around.before.length === 0
            })
          );
        const told = (document: ApiDocument): void => {
          controller.count(document);
          show();
          this.send([null, { topic: 'api', payload: document } as NodeMessage]);
        };
        const kept = new KeptCalls(join(folder, `${fileNameOf(this.id)}.calls`), this.id, calls);
        let listenNoMore: (() => void) | undefined;
        // From when the nodes that it is wired to are there.
        const begin = (): void => {
          if (listenNoMore !== undefined) return;
          listenNoMore = calls.listen(this.id, told);
          kept.report(told).catch((thrown: unknown) => this.error(codedErrorOf(thrown)));
        };
        const look = (): void => {
          around = surroundingsOf(RED, this.id, name);
          hook.watch(this.id, isBehind() ? around.before.map(({ id }) => id) : [], (message) =>
            controller.beginBehind(message)
          );
          begin();
          show();
        };
        // Wires change without this node being made anew.
        RED.events.on('flows:started', look);
        show();
        handle(this, (message, send) =>
          delivery.through(message, send, (pass) => {
            let passed: NodeMessage = message;
            let failure: Error | undefined;
            try {
              passed = controller.take(message);
            } catch (thrown) {
              failure = codedErrorOf(thrown);
            }
            // What is said of a call must never stop it.
            pass([passed, null]);
            show();
            if (failure !== undefined) throw failure;
          })
        );
        return async (removed) => {
          RED.events.removeListener('flows:started', look);
          hook.forget(this.id);
          listenNoMore?.();
          await kept.close(removed);
        };
      },
      { release: () => delivery.close(), delivery }
    );
  }
  RED.nodes.registerType('openot-api', OpenotApi);
};
export = init;

import type { Node, NodeAPI, NodeDef } from 'node-red';
import { join } from 'node:path';
import { systemClock, systemRandom } from '../../lib/base/system';
import { fileStore } from '../../lib/state/files';
import type { ReaderStatus } from '../../lib/reader';
import { buildNode } from '../runtime/build-node';
import { CodedError, codedErrorOf } from '../runtime/coded-error';
import { reportSoon, useConfig } from '../runtime/config-users';
import { handle } from '../runtime/handle';
import { deliveriesDone, DeliveryPort } from '../delivery';
import { migrated } from '../runtime/migrated';
import { serversStarted } from '../runtime/starting';
import { STATUS_INTERVAL_MS, ThrottledStatus } from '../runtime/status';
import { fileNameOf, userDirectory } from '../runtime/user-directory';
import { withVariables } from '../runtime/variables';
import { CaptureProperties, recorded, replayOf } from './capture';
import { ReaderController } from './controller';
import { readTwice } from '../runtime/doubled';
import { serveFind } from './find-routes';
import { ownedStore } from '../runtime/owned-store';
import { readsRing } from './same-ring';
import { ReaderProperties, readerSettings } from './settings';
import { ReaderShow } from './show';
import { configNodeOf, placesOf, ringName, transportOf, wayToTheRing } from './way-to-the-ring';

interface ReaderDef extends NodeDef, ReaderProperties, CaptureProperties {}

const init = (RED: NodeAPI): void => {
  function OpenotReader(this: Node, saved: ReaderDef): void {
    RED.nodes.createNode(this, saved);
    const delivery = new DeliveryPort(RED, this, { receives: false });
    // An error with a message object reaches Catch nodes.
    const report = (error: Error): void => this.error(error, {});
    let endUse = (): void => undefined;
    let endReading = (): void => undefined;
    let endRecording = (): void => undefined;
    const make = (status: ThrottledStatus): (() => Promise<void>) => {
      const def = withVariables(RED, this, migrated(saved), placesOf(saved));
      const config = configNodeOf(RED, def);
      // Also when its own settings are wrong: its errors reach Catch nodes by way of this node's flow.
      if (config !== null) endUse = useConfig(config, this);
      const replay = transportOf(def) === 'capture' ? replayOf(RED, def) : undefined;
      const { transport, host, identity } = replay ?? wayToTheRing(config, def);
      const settings = readerSettings(def);
      const { others, end } = readsRing(this.id, identity, settings.stream ?? '');
      endReading = end;
      const twice = readTwice({ twins: others, refOf: (id) => delivery.refOf(id) });
      if (twice !== undefined) reportSoon(this, new CodedError(twice.code, twice.detail));
      const about = { transport: transportOf(def), stream: settings.stream ?? '', ring: ringName(def) };
      const record =
        replay === undefined
          ? recorded(RED, { id: this.id, about }, def, transport, (error) =>
              delivery.isClosed ? undefined : report(error)
            )
          : undefined;
      if (record !== undefined) endRecording = record.end;
      // With nothing wired to it, a recording takes what is read.
      if (record?.isOn === true) delivery.endWays();
      const line = new ReaderShow();
      const stateFile = join(userDirectory(RED), 'openot', 'readers', `${fileNameOf(this.id)}.state`);
      const show = (last?: ReaderStatus): void => {
        const now = controller.status() ?? last;
        if (now === undefined) return;
        status.set(() => {
          const shown = controller.status() ?? now;
          const waiting = controller.waiting(shown);
          const isTold = waiting !== undefined && (shown.code === undefined || shown.code === waiting.code);
          return line.show(shown, performance.now(), isTold ? waiting.text : undefined);
        });
      };
      const controller = new ReaderController({
        transport: record?.transport ?? transport,
        store: replay?.store ?? ownedStore(stateFile, fileStore(stateFile)),
        clock: replay?.clock ?? systemClock(),
        random: systemRandom(),
        settings: { ...settings, host },
        openSession: (events) =>
          delivery.openSession(RED.util.generateId(), { ...events, awaitsAck: settings.commit === 'onAck' }),
        wiring: () => delivery.wiring(),
        isRecorded: record?.isOn === true,
        twins: others,
        refOf: (id) => delivery.refOf(id),
        troubleOf: (id) => delivery.troubleOf(id),
        // Not bound once: a deploy that rewires this node gives it another send.
        sendBatch: (message) => delivery.send([message, null], (output) => this.send(output)),
        onStatus: (message, state) => {
          if (!delivery.isClosed) this.send([null, message]);
          show(state);
        },
        // While this node closes, its endpoint closes too: what that does to a read under way is no trouble of
        // anybody's.
        onError: (error) => (delivery.isClosed ? undefined : report(error)),
        deliveriesDone
      });
      // Counts and lag change without a change of state.
      const timer = setInterval(() => show(), STATUS_INTERVAL_MS);
      handle(this, (message) => controller.command(message.topic, message.payload));
      controller
        .start(delivery.flowsRun().then(serversStarted))
        .catch((thrown: unknown) => report(codedErrorOf(thrown)));
      return async () => {
        clearInterval(timer);
        await controller.close();
      };
    };
    const release = (): void => {
      delivery.close();
      endUse();
      endReading();
      endRecording();
    };
    buildNode(this, make, { release, deploys: RED.events });
  }
  RED.nodes.registerType('openot-reader', OpenotReader);
  serveFind(RED);
};

export = init;

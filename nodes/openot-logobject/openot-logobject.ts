import type { Node, NodeAPI, NodeDef, NodeMessage } from 'node-red';
import { join } from 'node:path';
import { systemClock, systemNowNs } from '../../lib/base/system';
import { shownValue } from '../../lib/base';
import { fileStore } from '../../lib/state/files';
import { shownEndpoint } from '../../lib/transport/opcua';
import { DeliveryPort, deliveriesDone } from '../delivery';
import { buildNode, MissingConfig } from '../runtime/build-node';
import { CodedError } from '../runtime/coded-error';
import { useConfig } from '../runtime/config-users';
import { handle, Send } from '../runtime/handle';
import { migrated } from '../runtime/migrated';
import type { OpcuaNode } from '../runtime/opcua-node';
import { ownedStore } from '../runtime/owned-store';
import { serversStarted } from '../runtime/starting';
import { STATUS_INTERVAL_MS, ThrottledStatus } from '../runtime/status';
import { fileNameOf, userDirectory } from '../runtime/user-directory';
import { withVariables } from '../runtime/variables';
import { LogCollector } from './collector';
import { positionKeeper } from './positions';
import { LogQueries } from './queries';
import { serveBrowse } from './browse-route';
import { LogServer } from './server';
import { LogProperties, LogSettings, logSettings } from './settings';
import { showCollected } from './show';
import { WaitsMessages } from './waits-messages';

interface LogDef extends NodeDef, LogProperties {}

const init = (RED: NodeAPI): void => {
  /** The servers of the endpoints chosen. Throws OPENOT_CONFIG. */
  const serversOf = (node: Node, { endpoints, objects, feed, eventFilter }: LogSettings): LogServer[] => {
    if (endpoints.length === 0)
      throw new MissingConfig('no OPC UA endpoint', 'the log node has no OPC UA endpoint: choose one in its dialog');
    return endpoints.map((id) => {
      const endpoint = RED.nodes.getNode(id) as OpcuaNode | null;
      if (endpoint === null)
        throw new MissingConfig(
          'no OPC UA endpoint',
          `the OPC UA endpoint ${id} is not there: choose another one in the dialog (it may be disabled or deleted)`
        );
      if (endpoint.connection === undefined)
        throw new MissingConfig(
          'endpoint: wrong settings',
          'the settings of the OPC UA endpoint are wrong: see its own error'
        );
      return new LogServer({
        connection: endpoint.connection,
        endpoint: shownEndpoint(endpoint.endpoint ?? ''),
        host: endpoint.host ?? '',
        objects,
        feed,
        eventFilter,
        warn: ({ code, message }) => node.warn(`${code}: ${message}`)
      });
    });
  };

  function OpenotLogobject(this: Node, saved: LogDef): void {
    RED.nodes.createNode(this, saved);
    const delivery = new DeliveryPort(RED, this, { receives: false });
    const report = (error: Error): void => (delivery.isClosed ? undefined : this.error(error, {}));
    const endUses: Array<() => void> = [];

    const collect = (status: ThrottledStatus, settings: LogSettings, servers: LogServer[]): (() => Promise<void>) => {
      const file = join(userDirectory(RED), 'openot', 'logs', `${fileNameOf(this.id)}.state`);
      const clock = systemClock();
      const waits = new WaitsMessages(clock, (message) => (delivery.isClosed ? undefined : this.send([null, message])));
      const show = (): void => {
        waits.saw(collector.waiting());
        status.set(() => showCollected(collector.states.values(), collector.waiting(), collector.isHeld));
      };
      const collector: LogCollector = new LogCollector({
        settings,
        servers,
        keeper: positionKeeper(ownedStore(file, fileStore(file)), file, ({ code, message }) =>
          report(new CodedError(code, message))
        ),
        openSession: (events) =>
          delivery.openSession(RED.util.generateId(), { ...events, awaitsAck: settings.commit === 'onAck' }),
        wiring: () => delivery.wiring(),
        refOf: (id) => delivery.refOf(id),
        troubleOf: (id) => delivery.troubleOf(id),
        clock,
        sendBatch: (message) => delivery.send([message, null], (output) => this.send(output)),
        sendStatus: (message) => {
          if (!delivery.isClosed) this.send([null, message]);
        },
        deliveriesDone,
        onError: report,
        onShow: show,
        nowNs: systemNowNs
      });
      for (const server of servers) server.onEvent = () => collector.poll();
      const timer = setInterval(show, STATUS_INTERVAL_MS);
      handle(this, (message) => {
        if (message.topic === 'read') return collector.read();
        if (message.topic === 'skip') return collector.skip();
        throw new CodedError(
          'OPENOT_LOG_QUERY',
          `msg.topic must be read or skip where the node collects, found ${shownValue(message.topic)}`
        );
      });
      collector.start(delivery.flowsRun().then(serversStarted));
      return async () => {
        clearInterval(timer);
        await collector.close();
      };
    };

    const query = (status: ThrottledStatus, settings: LogSettings, servers: LogServer[]): (() => Promise<void>) => {
      const queries = new LogQueries(
        settings,
        servers,
        (make) => status.set(make),
        systemNowNs,
        () => RED.util.generateId()
      );
      handle(this, (message: NodeMessage, send: Send) => queries.handle(message, send));
      return () => queries.close();
    };

    const make = (status: ThrottledStatus): (() => Promise<void>) => {
      const def = withVariables(RED, this, migrated(saved), { objects: 'Logs' });
      const settings = logSettings(def);
      const servers = serversOf(this, settings);
      for (const id of settings.endpoints) {
        const config = RED.nodes.getNode(id) as Node | null;
        if (config !== null) endUses.push(useConfig(config, this));
      }
      return settings.mode === 'collect' ? collect(status, settings, servers) : query(status, settings, servers);
    };
    const release = (): void => {
      delivery.close();
      for (const endUse of endUses.splice(0)) endUse();
    };
    buildNode(this, make, { release, deploys: RED.events });
  }
  RED.nodes.registerType('openot-logobject', OpenotLogobject);
  serveBrowse(RED);
};

export = init;

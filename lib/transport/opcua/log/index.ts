import type { TransportError } from '../../transport';
import type { OpcuaConnection } from '../api';
import { SharedOpcuaConnection } from '../connection';
import { loadClient } from '../load';
import { readValues } from '../read-values';
import type { EventFilterName, FoundLog, OpcuaLogs, OpenLogs, PageWarning } from './api';
import { EventLog } from './event-log';
import { type EventWatch, watchEvents } from './event-watch';
import { browseLogs, chosenLogs } from './find-logs';
import { OpcuaLog } from './opcua-log';

export type { EventFilterName, FoundLog, OpcuaLogs, OpenLog, OpenLogs, PageWarning } from './api';

const SERVER_ARRAY = 2254;
/** The object whose events are listened to. */
const SERVER = 'i=2253';

/**
 * A way to the logs of one server over a shared connection.
 * @throws TypeError when the connection was not made by `createOpcuaConnection`.
 */
export function createOpcuaLogs(connection: OpcuaConnection): OpcuaLogs {
  if (!(connection instanceof SharedOpcuaConnection))
    throw new TypeError('connection must be made by createOpcuaConnection');
  return new SharedLogs(connection);
}

class SharedLogs implements OpcuaLogs {
  private readonly holder = {};
  private events: EventLog | undefined;
  private signals: EventWatch | undefined;

  constructor(private readonly connection: SharedOpcuaConnection) {}

  get session(): number {
    return this.connection.session;
  }

  async open(objects: readonly string[], warn: (warning: PageWarning) => void): Promise<OpenLogs | TransportError> {
    const acquired = await this.connection.acquire(this.holder);
    if (!acquired.ok) return acquired;
    const uri = await this.applicationUri();
    if (typeof uri !== 'string') return uri;
    const logs = await chosenLogs(this.connection, objects);
    if (!logs.ok) return logs;
    return {
      ok: true,
      applicationUri: uri,
      logs: logs.value.map((nodes) => ({
        port: new OpcuaLog(this.connection, nodes, warn),
        logObject: nodes.logObject,
        name: nodes.name
      }))
    };
  }

  async openEvents(filter: EventFilterName, onEvent: () => void): Promise<OpenLogs | TransportError> {
    const acquired = await this.connection.acquire(this.holder);
    if (!acquired.ok) return acquired;
    const applicationUri = await this.applicationUri();
    if (typeof applicationUri !== 'string') return applicationUri;
    // It outlives the session: what it has not handed on is handed on by the next one.
    this.events ??= new EventLog(this.connection, filter, onEvent);
    return { ok: true, applicationUri, logs: [{ port: this.events, logObject: SERVER, name: 'events' }] };
  }

  async signal(filter: EventFilterName, onEvent: () => void): Promise<{ readonly ok: true } | TransportError> {
    const watch = await watchEvents(this.connection, filter, onEvent);
    if (!watch.ok) return watch;
    this.signals = watch;
    return { ok: true };
  }

  private async applicationUri(): Promise<string | TransportError> {
    const { AttributeIds, NodeId, NodeIdType } = loadClient();
    const nodeId = new NodeId(NodeIdType.NUMERIC, SERVER_ARRAY, 0);
    const read = await readValues(this.connection, [{ nodeId, attributeId: AttributeIds.Value }]);
    if (!read.ok) return read;
    const uris: unknown = read.value[0].value?.value;
    return Array.isArray(uris) && typeof uris[0] === 'string' ? uris[0] : '';
  }

  async browse(): Promise<{ readonly ok: true; readonly logs: readonly FoundLog[] } | TransportError> {
    const acquired = await this.connection.acquire(this.holder);
    if (!acquired.ok) return acquired;
    const found = await browseLogs(this.connection);
    if (!found.ok) return found;
    const shown = found.value.map(({ logObject, name, maxRecords, maxStorageMs, minimumSeverity, isReadable }) => ({
      logObject,
      name,
      ...(maxRecords === undefined ? {} : { maxRecords }),
      ...(maxStorageMs === undefined ? {} : { maxStorageMs }),
      ...(minimumSeverity === undefined ? {} : { minimumSeverity }),
      isReadable
    }));
    return { ok: true, logs: shown };
  }

  async close(): Promise<void> {
    await Promise.all([this.events?.stop(), this.signals?.stop()]);
    return this.connection.release(this.holder);
  }
}

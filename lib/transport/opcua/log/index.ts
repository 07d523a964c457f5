import type { TransportError } from '../../transport';
import type { OpcuaConnection } from '../api';
import { SharedOpcuaConnection } from '../connection';
import { loadClient } from '../load';
import { readValues } from '../read-values';
import type { FoundLog, OpcuaLogs, OpenLogs, PageWarning } from './api';
import { browseLogs, chosenLogs } from './find-logs';
import { OpcuaLog } from './opcua-log';

export type { FoundLog, OpcuaLogs, OpenLog, OpenLogs, PageWarning } from './api';

const SERVER_ARRAY = 2254;

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

  close(): Promise<void> {
    return this.connection.release(this.holder);
  }
}

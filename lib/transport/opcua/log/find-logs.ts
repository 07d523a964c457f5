import type { NodeId, ReferenceDescription } from 'node-opcua';
import { transportError } from '../../link';
import type { TransportError } from '../../transport';
import type { CallResult, SharedOpcuaConnection } from '../connection';
import { shownEndpoint } from '../errors';
import { loadClient } from '../load';
import { readNamespaces } from '../namespaces';
import type { FoundLog } from './api';
import { parseNodeId, resolveNodeId } from '../node-id';
import { readValues } from '../read-values';

/** A log with the nodes that its calls need. */
export interface LogNodes extends FoundLog {
  readonly nodeId: NodeId;
  readonly getRecords: NodeId;
  readonly release: NodeId | undefined;
  readonly maxRecordsNode: NodeId | undefined;
  readonly maxStorageNode: NodeId | undefined;
}

const SERVER_LOG = 19372;
const LOGS_FOLDER = 19378;
const MOST_NODES = 5_000;
const MOST_DEPTH = 8;

const numeric = (id: number): NodeId => {
  const { NodeId, NodeIdType } = loadClient();
  return new NodeId(NodeIdType.NUMERIC, id, 0);
};

/** References downwards, all of them. */
async function childrenOf(
  connection: SharedOpcuaConnection,
  nodeId: NodeId
): Promise<CallResult<ReferenceDescription[]>> {
  const { BrowseDirection, makeResultMask } = loadClient();
  return connection.call(async (session) => {
    let result = await session.browse({
      nodeId,
      browseDirection: BrowseDirection.Forward,
      referenceTypeId: numeric(33),
      includeSubtypes: true,
      nodeClassMask: 0,
      resultMask: makeResultMask('BrowseName | NodeClass | ReferenceType')
    });
    const references = [...(result.references ?? [])];
    while (result.continuationPoint && result.continuationPoint.length > 0) {
      result = await session.browseNext(result.continuationPoint, false);
      references.push(...(result.references ?? []));
    }
    return references;
  });
}

const isNamed = ({ browseName }: ReferenceDescription, name: string): boolean =>
  browseName.name === name && (browseName.namespaceIndex ?? 0) === 0;

/** `nsu=…` text of a node. */
function textOf(nodeId: NodeId, namespaces: readonly string[]): string {
  const short = nodeId.toString().replace(/^ns=\d+;/, '');
  const uri = namespaces[nodeId.namespace] ?? `ns=${nodeId.namespace}`;
  return nodeId.namespace === 0 ? short : `nsu=${uri.replaceAll('%', '%25').replaceAll(';', '%3B')};${short}`;
}

/** Looks at one object: is it a log? Undefined where it has no GetRecords of namespace 0. */
async function logAt(
  connection: SharedOpcuaConnection,
  nodeId: NodeId,
  children: readonly ReferenceDescription[],
  namespaces: readonly string[]
): Promise<CallResult<LogNodes | undefined>> {
  const { AttributeIds, NodeClass } = loadClient();
  const method = (name: string): NodeId | undefined =>
    children.find((child) => isNamed(child, name) && child.nodeClass === NodeClass.Method)?.nodeId;
  const variable = (name: string): NodeId | undefined =>
    children.find((child) => isNamed(child, name) && child.nodeClass === NodeClass.Variable)?.nodeId;
  const getRecords = method('GetRecords');
  if (getRecords === undefined) return { ok: true, value: undefined };
  const limits = ['MaxRecords', 'MaxStorageDuration', 'MinimumSeverity'].map(variable);
  const asked = limits.filter((one): one is NodeId => one !== undefined);
  const read = await readValues(connection, [
    { nodeId: getRecords, attributeId: AttributeIds.Executable },
    { nodeId, attributeId: AttributeIds.BrowseName },
    ...asked.map((one) => ({ nodeId: one, attributeId: AttributeIds.Value }))
  ]);
  if (!read.ok) return read;
  const [executable, browseName, ...values] = read.value;
  const limit = (index: number): number | undefined => {
    const node = limits[index];
    return node === undefined ? undefined : limitOf(values[asked.indexOf(node)]?.value?.value);
  };
  const [maxRecords, maxStorageMs, minimumSeverity] = [limit(0), limit(1), limit(2)];
  return {
    ok: true,
    value: {
      logObject: textOf(nodeId, namespaces),
      name: (browseName.value?.value as { name?: string } | null)?.name ?? '',
      ...(maxRecords === undefined ? {} : { maxRecords }),
      ...(maxStorageMs === undefined ? {} : { maxStorageMs }),
      ...(minimumSeverity === undefined ? {} : { minimumSeverity }),
      isReadable: executable.value?.value !== false,
      nodeId,
      getRecords,
      release: method('ReleaseContinuationPoint'),
      maxRecordsNode: limits[0],
      maxStorageNode: limits[1]
    }
  };
}

/** A limit of a log; 0 is no valid one and says nothing. */
export const limitOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : undefined;

/** Every log of a server: ServerLog, and all below the folder Logs. */
export async function browseLogs(connection: SharedOpcuaConnection): Promise<CallResult<LogNodes[]>> {
  const namespaces = await readNamespaces(connection);
  if (!namespaces.ok) return namespaces;
  const found: LogNodes[] = [];
  const seen = new Set<string>();
  let level: NodeId[] = [numeric(SERVER_LOG), numeric(LOGS_FOLDER)];
  for (let depth = 0; depth < MOST_DEPTH && level.length > 0; depth++) {
    const next: NodeId[] = [];
    for (const nodeId of level) {
      if (seen.has(nodeId.toString()) || seen.size >= MOST_NODES) continue;
      seen.add(nodeId.toString());
      const children = await childrenOf(connection, nodeId);
      if (!children.ok) return children;
      const log = await logAt(connection, nodeId, children.value, namespaces.value);
      if (!log.ok) return log;
      if (log.value !== undefined) found.push(log.value);
      else next.push(...children.value.filter(isObject).map((child) => child.nodeId));
    }
    level = next;
  }
  return { ok: true, value: found };
}

const isObject = ({ nodeClass }: ReferenceDescription): boolean => nodeClass === loadClient().NodeClass.Object;

/**
 * The logs that were written, or, where none was, the ServerLog (it has the records of all others), or all below the
 * folder Logs. An error where there is none that can be read.
 */
export async function chosenLogs(
  connection: SharedOpcuaConnection,
  objects: readonly string[]
): Promise<CallResult<LogNodes[]>> {
  if (objects.length > 0) return writtenLogs(connection, objects);
  const all = await browseLogs(connection);
  if (!all.ok) return all;
  const readable = all.value.filter(({ isReadable }) => isReadable);
  const serverLog = readable.find(({ logObject }) => logObject === `i=${SERVER_LOG}`);
  if (serverLog !== undefined) return { ok: true, value: [serverLog] };
  if (readable.length > 0) return { ok: true, value: readable };
  return none(connection, all.value.length > 0 ? 'its ServerLog cannot be read' : 'none is below its folder Logs');
}

async function writtenLogs(
  connection: SharedOpcuaConnection,
  objects: readonly string[]
): Promise<CallResult<LogNodes[]>> {
  const namespaces = await readNamespaces(connection);
  if (!namespaces.ok) return namespaces;
  const logs: LogNodes[] = [];
  for (const text of objects) {
    const written = parseNodeId(text);
    if (!written.ok) return transportError('OPENOT_OPCUA_NODE_INVALID', written.message, 'refused');
    const node = resolveNodeId(written, namespaces.value, undefined);
    if (!node.ok) return transportError('OPENOT_OPCUA_NAMESPACE_UNKNOWN', node.message, 'refused');
    const children = await childrenOf(connection, node.nodeId);
    if (!children.ok) return children;
    const log = await logAt(connection, node.nodeId, children.value, namespaces.value);
    if (!log.ok) return log;
    if (log.value === undefined) return none(connection, `${text} has no method GetRecords`);
    if (!log.value.isReadable) return none(connection, `${text} cannot be read: GetRecords is not executable`);
    logs.push(log.value);
  }
  return { ok: true, value: logs };
}

const none = (connection: SharedOpcuaConnection, why: string): TransportError =>
  transportError('OPENOT_LOG_NONE', `${shownEndpoint(connection.settings.endpoint)} has no log: ${why}`, 'refused');

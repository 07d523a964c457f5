import type { NodeId } from 'node-opcua';
import type { LogFacts } from '../../../logobject';
import type { CallResult, SharedOpcuaConnection } from '../connection';
import { loadClient } from '../load';
import { readValues } from '../read-values';
import { ticksOfDate } from './device-time';
import { limitOf } from './find-logs';
import { readClock } from './read-clock';

const START_TIME = 2257;
const CURRENT_TIME = 2258;

/** What a server says of itself before a poll, and of a log's limits, where it has nodes for them. */
export async function readServerFacts(
  connection: SharedOpcuaConnection,
  limits: { readonly maxRecordsNode?: NodeId | undefined; readonly maxStorageNode?: NodeId | undefined } = {}
): Promise<CallResult<Omit<LogFacts, 'ok'>>> {
  const { AttributeIds, NodeId, NodeIdType } = loadClient();
  const numeric = (id: number): NodeId => new NodeId(NodeIdType.NUMERIC, id, 0);
  const { maxRecordsNode, maxStorageNode } = limits;
  const nodes = [numeric(START_TIME), maxRecordsNode, maxStorageNode].filter((node) => node !== undefined);
  const read = await readValues(
    connection,
    nodes.map((nodeId) => ({ nodeId, attributeId: AttributeIds.Value }))
  );
  if (!read.ok) return read;
  const valueOf = (node: NodeId | undefined): unknown =>
    node === undefined ? undefined : read.value[nodes.indexOf(node)]?.value?.value;
  const serverStart = ticksOfDate(read.value[0].value?.value);
  const maxRecords = limitOf(valueOf(maxRecordsNode));
  const maxStorageMs = limitOf(valueOf(maxStorageNode));
  const clock = await readClock(connection, numeric(CURRENT_TIME));
  if (!clock.ok) return clock;
  const value = {
    ...clock.value,
    ...(serverStart === undefined ? {} : { serverStart }),
    ...(maxRecords === undefined ? {} : { maxRecords }),
    ...(maxStorageMs === undefined ? {} : { maxStorageMs })
  };
  return { ok: true, value };
}

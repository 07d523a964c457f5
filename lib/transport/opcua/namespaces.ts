import { transportError } from '../link';
import type { CallResult, SharedOpcuaConnection } from './connection';
import { loadClient } from './load';
import { readValues } from './read-values';
import { statusName } from './status';

const NAMESPACE_ARRAY = 2255;

/** URIs of the server's namespaces, by index. */
export async function readNamespaces(connection: SharedOpcuaConnection): Promise<CallResult<readonly string[]>> {
  const { AttributeIds, NodeId, NodeIdType } = loadClient();
  const read = await readValues(connection, [
    { nodeId: new NodeId(NodeIdType.NUMERIC, NAMESPACE_ARRAY, 0), attributeId: AttributeIds.Value }
  ]);
  if (!read.ok) return read;
  const names: unknown = read.value[0].value?.value;
  if (Array.isArray(names)) return { ok: true, value: names as string[] };
  return transportError(
    'OPENOT_OPCUA_NAMESPACES',
    `the server does not show its namespaces (${statusName(read.value[0].statusCode)})`,
    'retry'
  );
}

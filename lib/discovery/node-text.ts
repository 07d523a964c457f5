import type { NodeId } from 'node-opcua';
import { loadClient } from '../transport/opcua/probing';

/** Characters that the `nsu=` form keeps for itself (OPC UA Part 6, 5.1.12). */
const escaped = (uri: string): string => uri.replace(/%/g, '%25').replace(/;/g, '%3B');

/**
 * A NodeId as it should stand in a flow file: with the URI of its namespace, because the index moves when the server's
 * interfaces change. Without it where the server does not name that namespace.
 */
export function nodeIdText(nodeId: NodeId, namespaces: readonly string[]): string {
  const { NodeIdType } = loadClient();
  const uri = namespaces[nodeId.namespace];
  const space = nodeId.namespace === 0 ? '' : uri ? `nsu=${escaped(uri)};` : `ns=${nodeId.namespace};`;
  const { value } = nodeId;
  switch (nodeId.identifierType) {
    case NodeIdType.NUMERIC:
      return `${space}i=${String(value)}`;
    case NodeIdType.GUID:
      return `${space}g=${String(value)}`;
    case NodeIdType.BYTESTRING:
      return `${space}b=${(value as Buffer).toString('base64')}`;
    default:
      return `${space}s=${String(value)}`;
  }
}

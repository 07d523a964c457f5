import type { Node } from 'node-red';
import type { OpcuaConnection } from '../../lib/transport/opcua';

/** An `openot-opcua` node as `RED.nodes.getNode` gives it; without a connection when its own settings are wrong. */
export interface OpcuaNode extends Node {
  connection?: OpcuaConnection;
  /** Host of the endpoint: first half of a stream's default name. */
  host?: string;
  /** As deployed: where the stored credentials belong to. */
  endpoint?: string;
}

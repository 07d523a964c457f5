import type { Node } from 'node-red';
import type { ModbusConnection } from '../../lib/transport/modbus';

/** An `openot-modbus` node as `RED.nodes.getNode` gives it; without a connection when its own settings are wrong. */
export interface ModbusNode extends Node {
  connection?: ModbusConnection;
  /** First half of a stream's default name. */
  host?: string;
}

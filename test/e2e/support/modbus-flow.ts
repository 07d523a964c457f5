import { Plc } from './plc';
import { FlowNode } from './runtime';

/** The same flow with its reader going over Modbus TCP, to this port of 127.0.0.1. */
export function overModbus(nodes: readonly FlowNode[], plc: Plc, port = plc.simulator.modbus!.port): FlowNode[] {
  const { controlAddress, ringAddress } = plc.simulator.modbus!;
  return nodes.map((node): FlowNode => {
    if (node.type === 'openot-opcua')
      return {
        id: 'device',
        type: 'openot-modbus',
        name: '',
        host: '127.0.0.1',
        port: String(port),
        unitId: '255',
        requestTimeout: '3000',
        maxRegisters: '125',
        pipeline: '1'
      };
    if (node.type !== 'openot-reader') return node;
    return {
      ...node,
      transport: 'modbus',
      modbus: 'device',
      opcua: '',
      registerType: 'holding',
      controlAddress: String(controlAddress),
      ringAddress: String(ringAddress),
      byteOrder: 'big'
    };
  });
}

/** The same flow once more beside itself: every id, and every reference to one, begins with `prefix`. */
export function besides(nodes: readonly FlowNode[], prefix: string): FlowNode[] {
  const ids = new Set(nodes.map(({ id }) => id));
  const renamed = (value: unknown): unknown => {
    if (typeof value === 'string') return ids.has(value) ? prefix + value : value;
    return Array.isArray(value) ? value.map(renamed) : value;
  };
  return nodes.map((node) => {
    const { id, type, ...rest } = node;
    return {
      ...(Object.fromEntries(
        Object.entries(rest).map(([key, value]) => [key, key === 'func' || key === 'json' ? value : renamed(value)])
      ) as object),
      id: prefix + id,
      type
    } as FlowNode;
  });
}

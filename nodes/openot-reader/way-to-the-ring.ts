import type { Node, NodeAPI } from 'node-red';
import { createModbusTransport, ModbusRing } from '../../lib/transport/modbus';
import { createOpcuaTransport, OpcuaNodes } from '../../lib/transport/opcua';
import type { Transport } from '../../lib/transport/transport';
import { MissingConfig } from '../runtime/build-node';
import { CodedError } from '../runtime/coded-error';
import type { ModbusNode } from '../runtime/modbus-node';
import { choiceOf, numberOf } from '../runtime/numbers';
import type { Places } from '../runtime/variables';
import type { CaptureProperties } from './capture';
import type { OpcuaNode } from '../runtime/opcua-node';

/**
 * The dialog's properties that say where the ring is, as they stand in a flow file. Those of version 0.1 are the first
 * four.
 */
export interface RingProperties {
  /** Absent = opcua. */
  transport?: unknown;
  opcua?: unknown;
  controlNode?: unknown;
  ringNode?: unknown;
  modbus?: unknown;
  registerType?: unknown;
  controlAddress?: unknown;
  ringAddress?: unknown;
  byteOrder?: unknown;
}

export const transports = ['opcua', 'modbus', 'capture'] as const;
export type TransportName = (typeof transports)[number];

/** Throws OPENOT_CONFIG. */
export const transportOf = ({ transport }: RingProperties): TransportName =>
  choiceOf<TransportName>(transport, 'Reached by', transports);

/**
 * Where a reader's properties may name environment variables, with the labels of its dialog; what belongs to another
 * way to the ring is not looked at. Throws OPENOT_CONFIG.
 */
export function placesOf(properties: RingProperties): Places<RingProperties & CaptureProperties> {
  const places: Record<TransportName, Places<RingProperties & CaptureProperties>> = {
    opcua: { controlNode: 'Control block', ringNode: 'Ring', recordPath: 'Records to' },
    modbus: { recordPath: 'Records to' },
    capture: { capturePath: 'Capture' }
  };
  return places[transportOf(properties)];
}

export interface WayToTheRing {
  /** A transport of its own at each call. */
  readonly transport: () => Transport;
  /** First half of the stream's default name. */
  readonly host: string;
  /** Tells this ring from every other one of these flows. */
  readonly identity: string;
}

/** The config node that this reader names, if it is there: an `openot-opcua` or an `openot-modbus`. */
export function configNodeOf(RED: NodeAPI, properties: RingProperties): Node | null {
  const transport = transportOf(properties);
  if (transport === 'capture') return null;
  const id = transport === 'modbus' ? properties.modbus : properties.opcua;
  return typeof id === 'string' && id !== '' ? (RED.nodes.getNode(id) as Node | null) : null;
}

/**
 * What the reader reads a controller through. Throws OPENOT_CONFIG, as MissingConfig where a later deploy of another
 * node may mend it.
 */
export function wayToTheRing(config: Node | null, properties: RingProperties): WayToTheRing {
  return transportOf(properties) === 'modbus'
    ? byModbus(config as ModbusNode | null, properties)
    : byOpcua(config as OpcuaNode | null, properties);
}

function byOpcua(endpoint: OpcuaNode | null, properties: RingProperties): WayToTheRing {
  if (endpoint === null)
    throw new MissingConfig(
      'no OPC UA endpoint',
      'the reader has no OPC UA endpoint: choose one in its dialog (it may be disabled or deleted)'
    );
  const { connection, host } = endpoint;
  if (connection === undefined)
    throw new MissingConfig(
      'endpoint: wrong settings',
      'the settings of the OPC UA endpoint are wrong: see its own error'
    );
  const nodes = opcuaNodes(properties);
  return {
    transport: () => createOpcuaTransport(connection, nodes),
    host: host ?? '',
    identity: JSON.stringify(['opcua', endpoint.id, nodes.controlNode])
  };
}

function byModbus(device: ModbusNode | null, properties: RingProperties): WayToTheRing {
  if (device === null)
    throw new MissingConfig(
      'no Modbus device',
      'the reader has no Modbus device: choose one in its dialog (it may be disabled or deleted)'
    );
  const { connection, host } = device;
  if (connection === undefined)
    throw new MissingConfig('device: wrong settings', 'the settings of the Modbus device are wrong: see its own error');
  const ring = modbusRing(properties);
  return {
    transport: () => createModbusTransport(connection, ring),
    host: host ?? '',
    identity: JSON.stringify(['modbus', device.id, ring.registerType, ring.controlAddress])
  };
}

/** How the ring is called on its controller, for the header of a recording: nothing of the network. */
export function ringName({ transport, controlNode, registerType, controlAddress }: RingProperties): string {
  return String(
    (transport === 'modbus'
      ? `${String(registerType ?? 'holding')} register ${String(controlAddress ?? '')}`
      : controlNode) ?? ''
  ).trim();
}

/** The NodeIds of a dialog. Throws OPENOT_CONFIG. */
export function opcuaNodes(properties: RingProperties): OpcuaNodes {
  const controlNode = String(properties.controlNode ?? '').trim();
  const ringNodes = String(properties.ringNode ?? '')
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (controlNode === '')
    throw new CodedError(
      'OPENOT_CONFIG',
      'the field "Control block" is empty: the NodeId of the control block is expected',
      'Control block'
    );
  if (ringNodes.length === 0)
    throw new CodedError(
      'OPENOT_CONFIG',
      'the field "Ring" is empty: the NodeId of the ring is expected, one line for each part of the ring',
      'Ring'
    );
  return { controlNode, ringNodes };
}

/** The registers of a dialog. Throws OPENOT_CONFIG. */
export function modbusRing(properties: RingProperties): ModbusRing {
  return {
    registerType: choiceOf(properties.registerType, 'Registers', ['holding', 'input']),
    controlAddress: addressOf(properties.controlAddress, 'Control block', 'control block'),
    ringAddress: addressOf(properties.ringAddress, 'Ring', 'ring'),
    byteOrder: choiceOf(properties.byteOrder, 'Byte order', ['big', 'little'])
  };
}

function addressOf(value: unknown, name: string, what: string): number {
  if (String(value ?? '').trim() === '')
    throw new CodedError(
      'OPENOT_CONFIG',
      `the field "${name}" is empty: the first register of the ${what} is expected, counted from 0`,
      name
    );
  return numberOf(value, { name, fallback: 0, min: 0, max: 65_535 });
}

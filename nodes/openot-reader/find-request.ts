import { isObject } from '../../lib/base';
import type { NodeAPI } from 'node-red';
import { join } from 'node:path';
import {
  findModbusRings,
  FindOutcome,
  findOpcuaRings,
  ModbusFields,
  OpcuaFields,
  probeModbusRing,
  probeOpcuaRing,
  ProbeReport,
  ScanRange
} from '../../lib/discovery';
import type { ModbusSettings } from '../../lib/transport/modbus';
import type { OpcuaSettings } from '../../lib/transport/opcua';
import { MODBUS_PLACES, modbusSettings } from '../runtime/modbus-settings';
import { OPCUA_PLACES, OpcuaCredentials, opcuaSettings } from '../runtime/opcua-settings';
import { CodedError } from '../runtime/coded-error';
import { numberOf } from '../runtime/numbers';
import type { OpcuaNode } from '../runtime/opcua-node';
import { userDirectory } from '../runtime/user-directory';
import { withVariables } from '../runtime/variables';
import { modbusRing, opcuaNodes, placesOf, RingProperties, transportOf } from './way-to-the-ring';

type Properties = Record<string, unknown>;

/** What the reader's dialog asks: the properties as they stand in the editor, deployed or not. */
export interface FindRequest {
  /** The reader's, with those of the open dialog. */
  readonly reader: Properties;
  /** The config node's; `credentials` holds only what was typed since the last deploy, as in a deploy. */
  readonly config: Properties;
  /** Registers that a search looks at, from `from` to `to`. */
  readonly range: Properties;
}

const CREDENTIALS = ['user', 'password', 'certificate', 'privateKey', 'passphrase'] as const;
/** What the editor shows in place of a stored password. */
const STORED = '__PWRD__';

/** Throws OPENOT_FIND_REQUEST when it is none. */
export function findRequestOf(body: unknown): FindRequest {
  const given = objectOf(body, 'the request');
  return {
    reader: objectOf(given.reader, 'reader'),
    config: objectOf(given.config, 'config'),
    range: objectOf(given.range ?? {}, 'range')
  };
}

/** Searches where the request says. Throws OPENOT_CONFIG for settings that cannot be. */
export async function findRing(
  RED: NodeAPI,
  request: FindRequest,
  signal: AbortSignal
): Promise<FindOutcome<OpcuaFields> | FindOutcome<ModbusFields>> {
  const { reader, range } = filled(RED, request);
  refuseCapture(reader);
  if (transportOf(reader) === 'modbus') return findModbusRings(modbusOf(RED, request), rangeOf(range), {}, signal);
  return findOpcuaRings(opcuaOf(RED, request), {}, signal);
}

/** Tests what the request says. Throws OPENOT_CONFIG for settings that cannot be. */
export async function testRing(RED: NodeAPI, request: FindRequest, signal: AbortSignal): Promise<ProbeReport> {
  const reader = filled(RED, request, true).reader as RingProperties;
  refuseCapture(reader);
  if (transportOf(reader) === 'modbus')
    return probeModbusRing(modbusOf(RED, request), modbusRing(reader), undefined, signal);
  return probeOpcuaRing(opcuaOf(RED, request), opcuaNodes(reader), undefined, signal);
}

function refuseCapture(reader: RingProperties): void {
  if (transportOf(reader) === 'capture')
    throw new CodedError(
      'OPENOT_FIND_REQUEST',
      'a capture has one ring, and nothing to search or test: reach the ring by OPC UA or Modbus'
    );
}

function modbusOf(RED: NodeAPI, request: FindRequest): ModbusSettings {
  return modbusSettings(filled(RED, request).config).settings;
}

function opcuaOf(RED: NodeAPI, request: FindRequest): OpcuaSettings {
  const { config } = filled(RED, request);
  return opcuaSettings(config, credentialsOf(RED, config), join(userDirectory(RED), 'openot', 'pki')).settings;
}

/**
 * What was typed, and of what was not typed the stored one, by the rules of a deploy. Stored ones go only to the
 * endpoint
 * that they were stored for: else whoever may press this button could have them sent anywhere.
 */
function credentialsOf(RED: NodeAPI, config: Properties): OpcuaCredentials {
  if ((config.authentication ?? 'anonymous') === 'anonymous') return {};
  const typed = objectOf(config.credentials ?? {}, 'credentials');
  const id = String(config.id ?? '');
  const stored = (id === '' ? undefined : (RED.nodes.getCredentials(id) as OpcuaCredentials | undefined)) ?? {};
  const deployed = id === '' ? null : (RED.nodes.getNode(id) as OpcuaNode | null);
  const isSame = deployed?.endpoint !== undefined && deployed.endpoint === String(config.endpoint ?? '').trim();
  const credentials: OpcuaCredentials = {};
  for (const name of CREDENTIALS) {
    const value = typed[name];
    if (typeof value === 'string' && value !== STORED) credentials[name] = value;
    else if (stored[name] !== undefined && isSame) credentials[name] = stored[name];
    else if (stored[name] !== undefined && isNeeded(config.authentication, name)) {
      throw new CodedError(
        'OPENOT_FIND_CREDENTIALS',
        'the address of the endpoint was changed, and what is stored to log in with is only sent to the address ' +
          'that it was stored for: deploy first, or type it again in the endpoint node'
      );
    }
  }
  return credentials;
}

const isNeeded = (authentication: unknown, name: string): boolean =>
  authentication === 'password' ? name === 'user' || name === 'password' : name !== 'user' && name !== 'password';

function rangeOf({ from, to }: Properties): ScanRange {
  const range = {
    from: numberOf(from, { name: 'from', fallback: 0, min: 0, max: 65_535 }),
    to: numberOf(to, { name: 'to', fallback: 65_535, min: 0, max: 65_535 })
  };
  if (range.from > range.to)
    throw new CodedError(
      'OPENOT_CONFIG',
      `the registers to look at end (${range.to}) before they begin (${range.from})`
    );
  return range;
}

/**
 * With the values of environment variables in place of `${NAME}`, as when the nodes are made: those of the flow once
 * they were deployed, else those of the process alone. Where the ring is, a search does not ask.
 */
function filled(RED: NodeAPI, request: FindRequest, isRingKnown = false): FindRequest {
  const node =
    [request.reader.id, request.config.id]
      .map((id) => (typeof id === 'string' && id !== '' ? RED.nodes.getNode(id) : null))
      .find((found) => found !== null && found !== undefined) ?? null;
  const reader = wholeOnes(RED, node, request.reader);
  const config = wholeOnes(RED, node, request.config);
  const isModbus = transportOf(reader) === 'modbus';
  return {
    reader: isRingKnown ? withVariables(RED, node, reader, placesOf(reader)) : reader,
    config: withVariables(RED, node, config, isModbus ? MODBUS_PLACES : OPCUA_PLACES),
    range: request.range
  };
}

/** What Node-RED itself does when it makes a node: properties that are a variable's name and nothing else. */
function wholeOnes(RED: NodeAPI, node: object | null, properties: Properties): Properties {
  const { getSetting } = RED.util as unknown as { getSetting(node: unknown, name: string): unknown };
  const valueOf = (value: unknown): unknown => {
    const name = typeof value === 'string' ? /^\$(?:\{([^}]+)\}|\(([^)]+)\))$/.exec(value.trim()) : null;
    return name === null ? value : (getSetting(node, name[1] ?? name[2]) ?? value);
  };
  return Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, valueOf(value)]));
}

function objectOf(value: unknown, what: string): Properties {
  if (isObject(value)) return value;
  throw new CodedError('OPENOT_FIND_REQUEST', `${what} must be an object: send what the reader's dialog sends`);
}

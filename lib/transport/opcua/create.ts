import { homedir } from 'node:os';
import { join } from 'node:path';
import { Transport } from '../transport';
import { OpcuaConnection } from './api';
import { SharedOpcuaConnection } from './connection';
import { OpcuaNodes, OpcuaSettings } from './settings';
import { OpcuaTransport } from './transport';

/** A ring behind an OPC UA server: the settings of the connection, and the nodes of the ring. */
export interface OpcuaRingOptions extends Partial<OpcuaSettings> {
  readonly endpoint: string;
  /** NodeId of the control block: `ns=3;s="Ring"."Control"` or `nsu=<uri>;s=...`. */
  readonly control: string;
  /** NodeId of the ring, or those of its parts in order. */
  readonly ring: string | readonly string[];
}

/**
 * A way to one ring over a connection of its own, which is opened by the first `connect` and closed by `close`. Several
 * rings of one server are reached by `createOpcuaConnection` and one `createOpcuaTransport` each. Never throws: what is
 * wrong is the outcome of `connect`. The client's key and certificate are made once, in `pkiFolder`: `.openot/pki` of
 * the user's home where nothing else is said.
 *
 * @example
 * ```ts
 * import { opcua } from '@openot/node-red/transport/opcua';
 *
 * const transport = opcua({
 *   endpoint: 'opc.tcp://plc-7:4840',
 *   control: 'nsu=urn:plc-7;s=OpenOT.Control',
 *   ring: 'nsu=urn:plc-7;s=OpenOT.Ring'
 * });
 * ```
 */
export function opcua({ control, ring, ...settings }: OpcuaRingOptions): Transport {
  const connection = createOpcuaConnection({ pkiFolder: join(homedir(), '.openot', 'pki'), ...settings });
  return createOpcuaTransport(connection, {
    controlNode: control,
    ringNodes: typeof ring === 'string' ? [ring] : ring
  });
}

/**
 * A connection that all rings of one endpoint share: nothing is opened before the first of them asks. node-opcua is
 * loaded then.
 *
 * @example
 * ```ts
 * import { createOpcuaConnection, createOpcuaTransport } from '@openot/node-red/transport/opcua';
 *
 * const connection = createOpcuaConnection({ endpoint: 'opc.tcp://plc-7:4840', pkiFolder: './pki' });
 * const lines = ['Line1', 'Line2'].map((line) =>
 *   createOpcuaTransport(connection, { controlNode: `ns=3;s=${line}.Control`, ringNodes: [`ns=3;s=${line}.Ring`] })
 * );
 * ```
 */
export function createOpcuaConnection(
  settings: Partial<OpcuaSettings> & Pick<OpcuaSettings, 'endpoint' | 'pkiFolder'>
): OpcuaConnection {
  return new SharedOpcuaConnection(settings);
}

/**
 * A way to one ring over a shared connection. Its `close` lets go of the connection.
 * @throws TypeError when the connection was not made by `createOpcuaConnection`.
 *
 * @example
 * ```ts
 * import { createOpcuaConnection, createOpcuaTransport } from '@openot/node-red/transport/opcua';
 *
 * const connection = createOpcuaConnection({ endpoint: 'opc.tcp://plc-7:4840', pkiFolder: './pki' });
 * const transport = createOpcuaTransport(connection, { controlNode: 'ns=3;s=Control', ringNodes: ['ns=3;s=Ring'] });
 * ```
 */
export function createOpcuaTransport(connection: OpcuaConnection, nodes: OpcuaNodes): Transport {
  if (!(connection instanceof SharedOpcuaConnection))
    throw new TypeError('connection must be made by createOpcuaConnection');
  return new OpcuaTransport(connection, nodes);
}

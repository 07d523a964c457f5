import type { OPCUAServer, OPCUAServerOptions } from 'node-opcua';
import { PlcMemory } from '../memory';
import { SeededRandom } from '../random';
import { elementBytes } from './elements';
import { freePort } from './free-port';
import { loadNodeOpcua } from './load';
import type { ServedLog } from '../log-store';
import { addLogs, shiftClock } from './log-object';
import { MemoryView } from './memory-view';
import { Quirks } from './quirks';
import { addRingVariable, RingVariable } from './ring-variable';
import { installReadFaults } from './read-faults';

/** Namespace of the simulator's nodes; the string NodeIds below live in it. */
export const SIMULATOR_NAMESPACE_URI = 'urn:openot:simulator';

/** What is served, where, and to whom. */
export interface OpcuaServerOptions {
  /** What is shown: usually a Producer. */
  readonly producer: PlcMemory;
  /** TCP port; 0 = any free one. */
  readonly port: number;
  /** Address to listen on. Default 127.0.0.1. */
  readonly host?: string;
  /** Folder for the server's key, certificate and trust list; made when missing. */
  readonly pkiFolder: string;
  /**
   * Bad habits; none by default. The object is read at every request, so most of it can be changed while the server
   * runs.
   */
  readonly quirks?: Quirks;
  /** Default true. */
  readonly allowAnonymous?: boolean;
  /** Names and passwords that are let in. */
  readonly users?: Readonly<Record<string, string>>;
  /** Accept client certificates that nobody has trusted yet. Default true; false = rejected until `trustClient`. */
  readonly acceptUnknownCertificates?: boolean;
  /** Namespaces registered before the simulator's own: its index moves, as when a controller's interfaces change. */
  readonly namespacesBefore?: readonly string[];
  /** Bytes of the largest message that it sends. Default: node-opcua's own limit. */
  readonly maxMessageSize?: number;
  /** TCP connections at a time. Default 20. */
  readonly maxConnections?: number;
  /** Its own certificate (PEM, perhaps with its issuers behind it) and key, as files. Default: one is made. */
  readonly certificate?: { readonly certificateFile: string; readonly privateKeyFile: string };
  /** Default true; false = it answers nothing without security, also not which endpoints it has. */
  readonly offersNone?: boolean;
  /** Logs of OPC UA Part 26 that it serves as well. */
  readonly logs?: readonly ServedLog[];
  /** Device less host, milliseconds: what ServerStatus.CurrentTime shows. Read at every request. */
  readonly clockOffsetMs?: () => number;
  /** For the quirks' choices. */
  readonly seed?: number;
  /** Milliseconds, for the age of stale images. Default the system's clock. */
  readonly now?: () => number;
}

/** What was asked of the server since its start. */
export interface ServerCounters {
  /** Requests by service name, e.g. `Read`, `CreateSession`. */
  readonly services: Record<string, number>;
  /** Read requests that asked for the value of at least one control or ring node. */
  readonly memoryReads: number;
  /** Values of control and of ring nodes that were read, in Reads or by subscriptions. */
  readonly controlValues: number;
  readonly ringValues: number;
  /** Copies made, copies that the program cut, and the stores it did meanwhile (quirk `torn`). */
  readonly copies: { readonly copies: number; readonly cut: number; readonly steps: number };
}

/** A running server. It shows the control block and the ring as variables. */
export interface SimulatorOpcuaServer {
  readonly endpointUrl: string;
  readonly port: number;
  /** NodeIds in the `nsu=` form, which survives a change of namespace indexes. */
  readonly controlNodeId: string;
  readonly ringNodeIds: readonly string[];
  /** A scalar of the same namespace: to point a reader at by mistake. */
  readonly scalarNodeId: string;
  readonly quirks: Quirks;
  counters(): ServerCounters;
  sessions(): number;
  connections(): number;
  /** Cuts every connection as a network failure would: sessions stay behind. */
  dropConnections(): void;
  /** Puts a client's certificate (DER) on the trust list. */
  trustClient(certificate: Buffer): Promise<void>;
  stop(): Promise<void>;
}

const nodeId = (name: string): string => `nsu=${SIMULATOR_NAMESPACE_URI};s=${name}`;

/** Starts an OPC UA server that shows a producer's control block and ring. Rejects when the port is taken. */
export async function startOpcuaServer(options: OpcuaServerOptions): Promise<SimulatorOpcuaServer> {
  const quirks = options.quirks ?? {};
  const variables = layout(options.producer, quirks);
  const opcua = await loadNodeOpcua();
  const host = options.host ?? '127.0.0.1';
  const port = options.port === 0 ? await freePort(host) : options.port;
  const certificates = new opcua.OPCUACertificateManager({
    rootFolder: options.pkiFolder,
    automaticallyAcceptUnknownCertificate: options.acceptUnknownCertificates ?? true,
    disableFileWatchers: true
  });
  const users = options.users ?? {};
  const offersNone = options.offersNone ?? true;
  const server = new opcua.OPCUAServer({
    host,
    hostname: host,
    port,
    resourcePath: '/openot',
    allowAnonymous: options.allowAnonymous ?? true,
    securityModes: [
      ...(offersNone ? [opcua.MessageSecurityMode.None] : []),
      opcua.MessageSecurityMode.Sign,
      opcua.MessageSecurityMode.SignAndEncrypt
    ],
    securityPolicies: [...(offersNone ? [opcua.SecurityPolicy.None] : []), opcua.SecurityPolicy.Basic256Sha256],
    disableDiscovery: !offersNone,
    ...options.certificate,
    maxConnectionsPerEndpoint: options.maxConnections ?? 20,
    ...(options.maxMessageSize === undefined ? {} : { transportSettings: messagesUpTo(options.maxMessageSize) }),
    userManager: {
      isValidUser: (user: string, password: string) => Object.hasOwn(users, user) && users[user] === password
    },
    serverCertificateManager: certificates,
    userCertificateManager: certificates,
    nodeset_filename: [opcua.nodesets.standard],
    registerServerMethod: opcua.RegisterServerMethod.HIDDEN,
    serverInfo: {
      applicationUri: opcua.makeApplicationUrn('localhost', 'openot-simulator'),
      productUri: 'urn:openot:simulator',
      applicationName: { text: 'OpenOT simulator' }
    },
    serverCapabilities: {
      maxSessions: quirks.maxSessions ?? 20,
      maxSubscriptionsPerSession: quirks.maxSubscriptions ?? 10,
      operationLimits: { maxNodesPerRead: quirks.maxNodesPerRead ?? 0 }
    }
  });
  await server.initialize();
  const counted = { services: {} as Record<string, number>, memoryReads: 0, controlValues: 0, ringValues: 0 };
  const view = new MemoryView(options.producer, quirks, new SeededRandom(options.seed ?? 1), options.now ?? Date.now);
  const faults = installReadFaults(opcua, server, quirks, () => counted.memoryReads++);
  server.on('request', (request) => {
    const service = request.schema.name.replace(/Request$/, '');
    counted.services[service] = (counted.services[service] ?? 0) + 1;
  });
  const onRead = (variable: RingVariable): void => {
    if (variable.image === 'control') counted.controlValues++;
    else counted.ringValues++;
  };
  for (const uri of options.namespacesBefore ?? []) server.engine.addressSpace?.registerNamespace(uri);
  addNodes(opcua, server, { opcua, view, quirks, onRead, itemFault: faults.itemFault }, variables);
  const { logs, clockOffsetMs } = options;
  if (logs !== undefined)
    addLogs(opcua, server, server.engine.addressSpace?.getNamespaceIndex(SIMULATOR_NAMESPACE_URI) ?? 0, logs);
  if (clockOffsetMs !== undefined) shiftClock(opcua, server, clockOffsetMs);
  try {
    await server.start();
  } catch (error) {
    await certificates.dispose();
    throw error;
  }
  return {
    endpointUrl: `opc.tcp://${host}:${port}/openot`,
    port,
    controlNodeId: nodeId(CONTROL),
    ringNodeIds: variables.filter((variable) => variable.image === 'ring').map((variable) => nodeId(variable.name)),
    scalarNodeId: nodeId(SCALAR),
    quirks,
    counters: () => ({ ...counted, services: { ...counted.services }, copies: { ...view.counters } }),
    sessions: () => server.currentSessionCount,
    connections: () => server.currentChannelCount,
    dropConnections: () => server.endpoints.forEach((endpoint) => endpoint.abruptlyInterruptChannels()),
    trustClient: async (certificate) => {
      await certificates.trustCertificate(certificate);
    },
    stop: async () => {
      await server.shutdown(0);
      try {
        await certificates.dispose();
      } catch {
        // The server's shutdown may be disposing of them itself, and then this throws.
      }
    }
  };
}

/** Limits of a server whose messages are small; buffers of 64 KiB. */
const messagesUpTo = (maxMessageSize: number): OPCUAServerOptions['transportSettings'] => ({
  adjustTransportLimits: (hello) => ({
    ...hello,
    receiveBufferSize: 65_536,
    sendBufferSize: 65_536,
    maxMessageSize,
    maxChunkCount: Math.ceil(maxMessageSize / 65_536)
  })
});

const CONTROL = 'OpenOT.Control';
const SCALAR = 'OpenOT.Running';

/** The control block and the ring's nodes. Throws when the ring cannot be cut that way: a programming mistake. */
function layout(producer: PlcMemory, quirks: Quirks): RingVariable[] {
  const ringNodes = quirks.ringNodes ?? 1;
  const type = quirks.ringType ?? 'UInt32';
  const part = producer.ring.length / ringNodes;
  if (part % elementBytes(type) !== 0)
    throw new RangeError(`a ring of ${producer.ring.length} bytes does not divide into ${ringNodes} nodes of ${type}`);
  const ring = Array.from({ length: ringNodes }, (_, i): RingVariable => {
    return {
      name: ringNodes === 1 ? 'OpenOT.Ring' : `OpenOT.Ring${i + 1}`,
      image: 'ring',
      from: i * part,
      to: (i + 1) * part,
      type
    };
  });
  return [
    { name: CONTROL, image: 'control', from: 0, to: producer.control.length, type: quirks.controlType ?? 'UInt32' },
    ...ring
  ];
}

function addNodes(
  opcua: typeof import('node-opcua'),
  server: OPCUAServer,
  context: Parameters<typeof addRingVariable>[0],
  variables: readonly RingVariable[]
): void {
  const addressSpace = server.engine.addressSpace;
  if (addressSpace === null) throw new Error('the server was not initialised');
  const namespace = addressSpace.registerNamespace(SIMULATOR_NAMESPACE_URI);
  const folder = namespace.addFolder('ObjectsFolder', { browseName: 'OpenOT', nodeId: 's=OpenOT' });
  for (const variable of variables) addRingVariable(context, namespace, folder, variable);
  namespace.addVariable({
    componentOf: folder,
    nodeId: `s=${SCALAR}`,
    browseName: SCALAR,
    dataType: 'Boolean',
    value: { dataType: opcua.DataType.Boolean, value: true }
  });
}

import type { OPCUAServer } from 'node-opcua';
import { createServer, AddressInfo } from 'node:net';
import { loadClient } from '../../../lib/transport/opcua/load';

/** An OPC UA server with variables of the test's own. */
export interface PlantServer {
  readonly endpointUrl: string;
  readonly server: OPCUAServer;
  stop(): Promise<void>;
}

/** A variable: its folders and its name; bytes shown as Byte[], or one UInt32. */
export interface AddedNode {
  readonly path: readonly string[];
  readonly bytes: Uint8Array;
  readonly isScalar?: boolean;
}

export async function startPlantServer(folder: string): Promise<PlantServer> {
  const opcua = loadClient();
  const port = await freePort();
  const certificates = new opcua.OPCUACertificateManager({
    rootFolder: folder,
    automaticallyAcceptUnknownCertificate: true,
    disableFileWatchers: true
  });
  const server = new opcua.OPCUAServer({
    host: '127.0.0.1',
    hostname: '127.0.0.1',
    port,
    resourcePath: '/plant',
    nodeset_filename: [opcua.nodesets.standard],
    registerServerMethod: opcua.RegisterServerMethod.HIDDEN,
    serverCertificateManager: certificates,
    userCertificateManager: certificates
  });
  await server.initialize();
  await server.start();
  return {
    endpointUrl: `opc.tcp://127.0.0.1:${port}/plant`,
    server,
    stop: async () => {
      await server.shutdown(0);
      await certificates.dispose();
    }
  };
}

/** String NodeIds: the path, with dots. */
export function addNodes({ server }: PlantServer, nodes: readonly AddedNode[]): void {
  const { DataType, VariantArrayType } = loadClient();
  const namespace = server.engine.addressSpace!.registerNamespace('urn:test:plant');
  const folders = new Map<string, ReturnType<typeof namespace.addFolder>>();
  const folderOf = (path: readonly string[]): ReturnType<typeof namespace.addFolder> | 'ObjectsFolder' => {
    if (path.length === 0) return 'ObjectsFolder';
    const key = path.join('.');
    const known =
      folders.get(key) ??
      namespace.addFolder(folderOf(path.slice(0, -1)), { browseName: path[path.length - 1], nodeId: `s=${key}` });
    folders.set(key, known);
    return known;
  };
  for (const { path, bytes, isScalar } of nodes) {
    const parent = folderOf(path.slice(0, -1));
    namespace.addVariable({
      ...(typeof parent === 'string' ? { organizedBy: parent } : { componentOf: parent }),
      browseName: path[path.length - 1],
      nodeId: `s=${path.join('.')}`,
      ...(isScalar
        ? { dataType: 'UInt32', valueRank: -1, value: { dataType: DataType.UInt32, value: 7 } }
        : {
            dataType: 'Byte',
            valueRank: 1,
            arrayDimensions: [bytes.length],
            value: { dataType: DataType.Byte, arrayType: VariantArrayType.Array, value: bytes }
          })
    });
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

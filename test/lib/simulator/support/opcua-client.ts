import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClientSession, DataValue, OPCUAClient, OPCUAClientOptions, UserIdentityInfo } from 'node-opcua';
import { SIMULATOR_NAMESPACE_URI, SimulatorOpcuaServer } from '../../../../lib/simulator';
import { loadNodeOpcua } from '../../../../lib/simulator/opcua/load';

/** A folder for keys that lives as long as the tests. */
export function temporaryFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'openot-pki-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export interface TestClient {
  readonly client: OPCUAClient;
  readonly session: ClientSession;
  /** Reads the values of nodes given as `nsu=...;s=...`, each with an IndexRange or without. */
  read(...nodes: readonly (string | readonly [string, string])[]): Promise<DataValue[]>;
  close(): Promise<void>;
}

/** A client with a certificate of its own in `folder`; rejects as node-opcua's does. */
export async function connect(
  server: SimulatorOpcuaServer,
  folder: string,
  options: OPCUAClientOptions = {},
  identity?: UserIdentityInfo
): Promise<TestClient> {
  const opcua = await loadNodeOpcua();
  const clientCertificateManager = new opcua.OPCUACertificateManager({
    rootFolder: join(folder, 'client'),
    automaticallyAcceptUnknownCertificate: true,
    disableFileWatchers: true
  });
  const client = opcua.OPCUAClient.create({
    endpointMustExist: false,
    clientCertificateManager,
    applicationName: 'openot-test',
    applicationUri: 'urn:localhost:openot-test',
    connectionStrategy: { maxRetry: 0, initialDelay: 10, maxDelay: 10 },
    requestedSessionTimeout: 60_000,
    keepSessionAlive: false,
    ...options
  });
  try {
    await client.connect(server.endpointUrl);
    const session = await client.createSession(identity);
    const index = (await session.readNamespaceArray()).indexOf(SIMULATOR_NAMESPACE_URI);
    return {
      client,
      session,
      read: (...nodes) => {
        const nodesToRead = nodes.map((node) => {
          const [id, range] = typeof node === 'string' ? [node, undefined] : node;
          return {
            nodeId: id.replace(`nsu=${SIMULATOR_NAMESPACE_URI}`, `ns=${index}`),
            attributeId: opcua.AttributeIds.Value,
            indexRange: range === undefined ? undefined : new opcua.NumericRange(range)
          };
        });
        return session.read(nodesToRead);
      },
      close: async () => {
        await session.close();
        await client.disconnect();
        await clientCertificateManager.dispose();
      }
    };
  } catch (error) {
    await client.disconnect();
    await clientCertificateManager.dispose();
    throw error;
  }
}

/** The bytes that a value shows, little-endian. */
export function bytesOf(value: DataValue): Buffer {
  const found: unknown = value.value.value;
  if (Buffer.isBuffer(found)) return found;
  if (ArrayBuffer.isView(found)) return Buffer.from(found.buffer, found.byteOffset, found.byteLength);
  // 64-bit integers come as [high, low] pairs.
  const pairs = found as [number, number][];
  return Buffer.from(Uint32Array.from(pairs.flatMap(([high, low]) => [low, high])).buffer);
}

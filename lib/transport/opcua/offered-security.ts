import type { OPCUAClient } from 'node-opcua';
import { withDeadline } from '../../base/deadline';
import { ClientFiles, openClientFiles } from './client-files';
import { discard } from './discard';
import { loadClient } from './load';
import { OpcuaSettings } from './settings';

/**
 * Mode and policy of each endpoint that the server offers, for a person who has to choose one; empty where it cannot be
 * asked.
 */
export async function offeredSecurity(settings: OpcuaSettings): Promise<string[]> {
  const opcua = loadClient();
  let files: ClientFiles | undefined;
  let client: OPCUAClient | undefined;
  try {
    files = await openClientFiles(settings.pkiFolder, settings.applicationName);
    client = opcua.OPCUAClient.create({
      applicationUri: files.applicationUri,
      endpointMustExist: false,
      connectionStrategy: { maxRetry: 0, initialDelay: 100, maxDelay: 1000 },
      transportTimeout: settings.requestTimeoutMs,
      clientCertificateManager: files.manager,
      certificateFile: files.certificateFile,
      privateKeyFile: files.privateKeyFile
    });
    await withDeadline('the connection', settings.requestTimeoutMs, client.connect(settings.endpoint));
    const endpoints = await withDeadline('the list of endpoints', settings.requestTimeoutMs, client.getEndpoints());
    const shown = endpoints.map(({ securityMode, securityPolicyUri }) =>
      `${opcua.MessageSecurityMode[securityMode]} ${securityPolicyUri?.split('#')[1] ?? ''}`.trim()
    );
    return [...new Set(shown)];
  } catch {
    return [];
  } finally {
    if (client !== undefined && files !== undefined) await discard(client, undefined, files);
  }
}

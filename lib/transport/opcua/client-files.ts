import { hostname } from 'node:os';
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OPCUACertificateManager } from 'node-opcua';
import { loadClient } from './load';
import { keepOwnCertificate } from './own-certificate';

/** Of one PKI folder: the client's key pair, its certificate, and the lists of server certificates. */
export interface ClientFiles {
  readonly manager: OPCUACertificateManager;
  readonly certificateFile: string;
  readonly privateKeyFile: string;
  readonly applicationUri: string;
}

const making = new Map<string, Promise<void>>();

/**
 * The client's identity under `folder`: made once and kept as long as it is valid, because a server trusts this
 * certificate and no other.
 */
export async function openClientFiles(folder: string, applicationName: string): Promise<ClientFiles> {
  const { OPCUACertificateManager } = loadClient();
  await mkdir(folder, { recursive: true });
  const manager = new OPCUACertificateManager({
    rootFolder: folder,
    automaticallyAcceptUnknownCertificate: false,
    disableFileWatchers: true
  });
  await manager.initialize();
  const certificateFile = join(folder, 'own', 'certs', 'openot-client.pem');
  const applicationUri = `urn:${hostname()}:openot-node-red`;
  // Two endpoints may share the folder and open at the same time.
  let made = making.get(certificateFile);
  if (made === undefined) {
    made = keepOwnCertificate(manager, certificateFile, applicationName, applicationUri);
    making.set(certificateFile, made);
  }
  try {
    await made;
  } finally {
    making.delete(certificateFile);
  }
  return { manager, certificateFile, privateKeyFile: manager.privateKey, applicationUri };
}

/**
 * First-come trust: the thumbprint (SHA-1, hex) of the first certificate met at each endpoint, kept in a file of its
 * own.
 */
export async function rememberedThumbprint(folder: string, endpoint: string): Promise<string | undefined> {
  try {
    return (await readFile(pinFile(folder, endpoint), 'utf8')).trim();
  } catch {
    return undefined;
  }
}

/** Keeps the thumbprint of the first certificate seen, for `trust: acceptFirst`. */
export async function rememberThumbprint(folder: string, endpoint: string, thumbprint: string): Promise<void> {
  await mkdir(join(folder, 'first'), { recursive: true });
  await writeFile(pinFile(folder, endpoint), thumbprint + '\n', { mode: 0o600 });
}

/** The file that keeps the thumbprint of an endpoint. */
export const pinFile = (folder: string, endpoint: string): string =>
  join(folder, 'first', createHash('sha256').update(endpoint).digest('hex').slice(0, 16) + '.txt');
/** SHA-1 of a certificate, lowercase hex: what engineering tools show. */
export const thumbprintOf = (certificate: Buffer): string => createHash('sha1').update(certificate).digest('hex');

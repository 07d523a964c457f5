import { X509Certificate } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OPCUACertificateManager, StatusCode } from 'node-opcua';
import { transportError } from '../link';
import { TransportError } from '../transport';
import { pinFile, rememberedThumbprint, rememberThumbprint, thumbprintOf } from './client-files';
import { shownEndpoint } from './errors';
import { loadClient } from './load';
import { OpcuaSettings } from './settings';
import { untrustedError } from './untrusted-error';

type Manager = OPCUACertificateManager;

/**
 * Whether a server's certificate is trusted. acceptFirst: the first one is remembered, and from then on the certificate
 * is judged by that alone, also when it has expired. list: by the trust list, issuers and revocation lists in the PKI
 * folder.
 */
export class ServerTrust {
  /** Why the last certificate was refused. */
  refusal: TransportError | undefined;
  private accepted: Buffer | undefined;

  private constructor(
    private readonly manager: Manager,
    private readonly settings: OpcuaSettings,
    private readonly pinned: string | undefined
  ) {
    const { StatusCodes } = loadClient();
    const judge = async (chain: Buffer | readonly Buffer[]): Promise<StatusCode> =>
      (await this.judge(chain)) === undefined ? StatusCodes.Good : StatusCodes.BadCertificateUntrusted;
    manager.checkCertificate = judge as Manager['checkCertificate'];
  }

  /** Makes node-opcua ask this trust, through its certificate manager. */
  static async of(manager: Manager, settings: OpcuaSettings): Promise<ServerTrust> {
    const { trust, pkiFolder, endpoint } = settings;
    const pinned = trust === 'acceptFirst' ? await rememberedThumbprint(pkiFolder, endpoint) : undefined;
    return new ServerTrust(manager, settings, pinned);
  }

  /** The reason to refuse a certificate or chain (DER, the server's own first); undefined when it is trusted. */
  async judge(chain: Buffer | readonly Buffer[]): Promise<TransportError | undefined> {
    const der = Buffer.isBuffer(chain) ? chain : Buffer.concat(chain);
    this.refusal = await this.verdict(der);
    if (this.refusal === undefined) this.accepted = leafOf(der);
    return this.refusal;
  }

  /** The server has proved that the certificate is its own: the first one is remembered. */
  async proved(): Promise<void> {
    const { settings, manager, accepted } = this;
    if (settings.trust !== 'acceptFirst' || this.pinned !== undefined || accepted === undefined) return;
    await rememberThumbprint(settings.pkiFolder, settings.endpoint, thumbprintOf(accepted));
    // Whoever chooses the trust list later has it there.
    await manager.trustCertificate(accepted).catch(() => undefined);
  }

  private async verdict(chain: Buffer): Promise<TransportError | undefined> {
    const { settings, pinned, manager } = this;
    const leaf = leafOf(chain);
    if (settings.trust === 'acceptFirst')
      return pinned === undefined ? undefined : this.changed(thumbprintOf(leaf), pinned);
    const status = await manager.verifyCertificate(chain, { acceptCertificateWithValidIssuerChain: true });
    return status === 'Good' ? undefined : untrustedError(manager, settings, leaf, status);
  }

  private changed(found: string, pinned: string): TransportError | undefined {
    if (found === pinned) return undefined;
    const { endpoint, pkiFolder } = this.settings;
    const what =
      `${shownEndpoint(endpoint)} shows another certificate than the first time (thumbprint ${found}, ` +
      `remembered ${pinned})`;
    return transportError(
      'OPENOT_OPCUA_CERTIFICATE_CHANGED',
      `${what}: if the server was given a new one, delete the file ${pinFile(pkiFolder, endpoint)}, and ` +
        'the next one is remembered',
      'refused'
    );
  }
}

/** The first certificate of a chain, DER. */
const leafOf = (chain: Buffer): Buffer => new X509Certificate(chain).raw;

/** Certificates of the trust list, DER, at most `most`: for a server that shows its own to nobody without security. */
export async function trustedCertificates(pkiFolder: string, most: number): Promise<Buffer[]> {
  const folder = join(pkiFolder, 'trusted', 'certs');
  const found: Buffer[] = [];
  for (const name of await readdir(folder).catch(() => [])) {
    if (found.length >= most) break;
    try {
      found.push(new X509Certificate(await readFile(join(folder, name))).raw);
    } catch {
      // Something else that lies there.
    }
  }
  return found;
}

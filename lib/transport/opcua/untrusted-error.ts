import { X509Certificate } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OPCUACertificateManager } from 'node-opcua';
import { transportError } from '../link';
import { TransportError } from '../transport';
import { shownEndpoint } from './errors';
import { OpcuaSettings } from './settings';

type Manager = OPCUACertificateManager;

/** Certificates from a server's own up to its root, at most. */
const LONGEST_CHAIN = 4;

/**
 * Why the trust list does not let a server's certificate in, and every step that is missing: the certificate itself,
 * its issuer, the issuer's revocation list. The certificate is put into `rejected`, where the text says it is.
 */
export async function untrustedError(
  manager: Manager,
  settings: OpcuaSettings,
  der: Buffer,
  status: string
): Promise<TransportError> {
  const certificate = new X509Certificate(der);
  const { pkiFolder } = settings;
  const first = 'let the endpoint node remember the first certificate, which is then judged by that alone';
  const what =
    `the certificate of ${shownEndpoint(settings.endpoint)} (${nameOf(certificate.subject)}, ` +
    `${signer(certificate)})`;
  const refused = (message: string): TransportError =>
    transportError('OPENOT_OPCUA_SERVER_UNTRUSTED', message, 'refused');
  if (status === 'BadCertificateRevoked')
    return refused(`${what} was revoked by its issuer: the server needs a new one`);
  const time = timeText(certificate);
  if (time !== undefined)
    return refused(`${what} ${time}: give the server a new one, or set the clock that is wrong; else ${first}`);
  const steps = [...(await trustStep(manager, pkiFolder, der)), ...(await issuerSteps(manager, pkiFolder, der))];
  if (steps.length === 0) return refused(`${what} is not accepted (${status}): see docs/certificates.md, or ${first}`);
  return refused(`${what} is not trusted (${status}): check it, then ${steps.join(', and ')}; or ${first}`);
}

/** The step that trusts the certificate itself; it is needed unless its issuer is trusted. */
async function trustStep(manager: Manager, pkiFolder: string, der: Buffer): Promise<string[]> {
  if ((await manager.isCertificateTrusted(der)) === 'Good') return [];
  const file = (await fileOf(join(pkiFolder, 'rejected'), der)) ?? join(pkiFolder, 'rejected');
  return [`move ${file} to ${join(pkiFolder, 'trusted', 'certs')}`];
}

/** What is missing of issuers and revocation lists, up to the root. */
async function issuerSteps(manager: Manager, pkiFolder: string, der: Buffer): Promise<string[]> {
  const steps: string[] = [];
  let current = der;
  for (let depth = 0; depth < LONGEST_CHAIN; depth++) {
    const certificate = new X509Certificate(current);
    if (certificate.checkIssued(certificate)) break;
    const name = nameOf(certificate.issuer);
    const issuer = await manager.findIssuerCertificate(current);
    if (issuer === null) {
      steps.push(
        `put the certificate of its issuer ${name} into ${join(pkiFolder, 'issuers', 'certs')} and that ` +
          `issuer's revocation list (CRL) into ${join(pkiFolder, 'issuers', 'crl')}`
      );
      break;
    }
    if ((await manager.isCertificateRevoked(current, issuer)) === 'BadCertificateRevocationUnknown')
      steps.push(`put the revocation list (CRL) of ${name} into ${join(pkiFolder, 'issuers', 'crl')}`);
    current = new X509Certificate(issuer).raw;
    const time = timeText(new X509Certificate(current));
    if (time !== undefined) steps.push(`renew the issuer ${name}, which ${time}`);
  }
  return steps;
}

function timeText(certificate: X509Certificate): string | undefined {
  const now = new Date();
  const clock = `(the clock here shows ${now.toISOString().slice(0, 16)}Z)`;
  const day = (text: string): string => new Date(Date.parse(text)).toISOString().slice(0, 10);
  if (Date.parse(certificate.validTo) <= now.getTime()) return `expired on ${day(certificate.validTo)} ${clock}`;
  if (Date.parse(certificate.validFrom) > now.getTime())
    return `is not valid before ${day(certificate.validFrom)} ${clock}`;
  return undefined;
}

const signer = (certificate: X509Certificate): string =>
  certificate.checkIssued(certificate) ? 'self-signed' : `signed by ${nameOf(certificate.issuer)}`;

/** The common name of a subject or issuer, else all of it in one line. */
function nameOf(subject: string): string {
  const common = /^CN=(.*)$/m.exec(subject)?.[1];
  return `"${(common ?? subject.replace(/\n/g, ', ')).slice(0, 80)}"`;
}

/** The file of a folder that holds this certificate. */
async function fileOf(folder: string, der: Buffer): Promise<string | undefined> {
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    try {
      if (new X509Certificate(await readFile(path)).raw.equals(der)) return path;
    } catch {
      // Something else that lies there.
    }
  }
  return undefined;
}

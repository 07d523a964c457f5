import { X509Certificate } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { OPCUACertificateManager } from 'node-opcua';

const DAY_MS = 86_400_000;
const VALID_DAYS = 3650;
/** A certificate with fewer days left is made anew, so that there is time to trust the new one on the servers. */
const RENEW_DAYS = 30;
/** Nothing of this software ran before: a clock that shows less is wrong (1970 after a start without a battery). */
const EARLIEST_MS = Date.UTC(2026, 0, 1);

/**
 * Makes the client's own certificate where there is none that can be used: none, one that has expired or is about to,
 * or one that a wrong clock made (1970, or not valid yet). The key stays the same. A server that trusted the old one
 * has to trust the new one.
 */
export async function keepOwnCertificate(
  manager: OPCUACertificateManager,
  file: string,
  applicationName: string,
  applicationUri: string
): Promise<void> {
  const nowMs = Date.now();
  if (await isUsable(file, nowMs)) return;
  await rm(file, { force: true });
  await manager.createSelfSignedCertificate({
    applicationUri,
    dns: [hostname()],
    outputFile: file,
    subject: `/CN=${applicationName.replace(/[^A-Za-z0-9 .-]/g, ' ')}/O=OpenOT`,
    // From a day ago, so that a controller with a slow clock accepts it.
    startDate: new Date(Math.max(nowMs, EARLIEST_MS) - DAY_MS),
    validity: VALID_DAYS
  });
}

async function isUsable(file: string, nowMs: number): Promise<boolean> {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(await readFile(file));
  } catch {
    return false;
  }
  // A clock that is wrong judges nothing: the certificate may be good.
  if (nowMs < EARLIEST_MS) return Date.parse(certificate.validTo) > EARLIEST_MS;
  const isBegun = Date.parse(certificate.validFrom) <= nowMs + DAY_MS;
  return isBegun && Date.parse(certificate.validTo) > nowMs + RENEW_DAYS * DAY_MS;
}

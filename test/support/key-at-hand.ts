import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

let key: string | undefined;

/**
 * Puts a private key where node-opcua looks for one in each of these folders, so that it need not make one: that takes
 * most of the time in which a server or a client starts. All of a process share the key; certificates they make
 * themselves. Returns the first folder.
 */
export function keyAtHand(...pkiFolders: string[]): string {
  key ??= generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' }
  }).privateKey;
  for (const folder of pkiFolders) {
    mkdirSync(join(folder, 'own', 'private'), { recursive: true });
    writeFileSync(join(folder, 'own', 'private', 'private_key.pem'), key, { mode: 0o600 });
  }
  return pkiFolders[0];
}

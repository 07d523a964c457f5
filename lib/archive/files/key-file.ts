import { createPrivateKey, createPublicKey, generateKeyPairSync, KeyObject, sign } from 'node:crypto';
import { dirname } from 'node:path';
import { failure, Failure } from '../../base';
import { FileSystem, systemFiles } from '../../state/files';
import { isKeyName, keyIdOf, NoteSigner, vkeyOf } from '../note';

const PREFIX = 'PRIVATE+KEY+';
/** What stands before the 32 bytes of an Ed25519 seed in its DER form (RFC 8410). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** A private key, from which a signer of any name is made: one key may sign for several logs. */
export interface ArchiveKey {
  signer(name: string): NoteSigner;
}

const refused = (why: string): Failure<'OPENOT_ARCHIVE_KEY'> => failure('OPENOT_ARCHIVE_KEY', why);

/** A key out of its 32 secret bytes. */
export function keyOf(seed: Uint8Array): ArchiveKey {
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
  return keyOfObject(privateKey);
}

function keyOfObject(privateKey: KeyObject): ArchiveKey {
  const publicKey = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-32);
  return {
    signer: (name) => ({
      name,
      publicKey,
      keyId: keyIdOf(name, publicKey),
      sign: (message) => sign(null, message, privateKey)
    })
  };
}

/** A new key. */
export const newKey = (): { readonly seed: Buffer; readonly key: ArchiveKey } => {
  const { privateKey } = generateKeyPairSync('ed25519');
  const seed = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32);
  return { seed, key: keyOf(seed) };
};

/** The text of a key file: `PRIVATE+KEY+name+id+base64`, as Go's tools write it. */
export function keyText(seed: Uint8Array, name: string): string {
  const { keyId } = keyOf(seed).signer(name);
  const base64 = Buffer.concat([Buffer.from([1]), seed]).toString('base64');
  return `${PREFIX}${name}+${keyId.toString(16).padStart(8, '0')}+${base64}\n`;
}

/** A key out of its text, in that form or as the PEM of PKCS#8. The error never shows any of it. */
export function parseKey(
  text: string
): { readonly ok: true; readonly key: ArchiveKey } | Failure<'OPENOT_ARCHIVE_KEY'> {
  const expected = 'expected PRIVATE+KEY+name+key id+base64 in one line, or a PEM file of an Ed25519 key (PKCS#8)';
  try {
    if (text.includes('-----BEGIN')) {
      const key = createPrivateKey(text);
      return key.asymmetricKeyType === 'ed25519'
        ? { ok: true, key: keyOfObject(key) }
        : refused(`it is no Ed25519 key: ${expected}`);
    }
    if (!text.startsWith(PREFIX)) return refused(`it is no key: ${expected}`);
    const [name, id, ...rest] = text.trim().slice(PREFIX.length).split('+');
    const bytes = Buffer.from(rest.join('+'), 'base64');
    if (!isKeyName(name) || bytes.length !== 33 || bytes[0] !== 1) return refused(`it is no Ed25519 key: ${expected}`);
    const key = keyOf(bytes.subarray(1));
    if (key.signer(name).keyId !== parseInt(id, 16))
      return refused('it was mistyped or cut: its id does not belong to it');
    return { ok: true, key };
  } catch {
    return refused(`it cannot be used: ${expected}`);
  }
}

/** The key in this file, made at first use; its verifier key for this name is written beside it. */
export async function keyInFile(
  path: string,
  name: string,
  files: FileSystem = systemFiles
): Promise<{ readonly ok: true; readonly key: ArchiveKey; readonly isNew: boolean } | Failure<'OPENOT_ARCHIVE_KEY'>> {
  await files.makeFolder(dirname(path));
  const saved = await files.read(path);
  const made = newKey();
  const text = saved === undefined ? keyText(made.seed, name) : Buffer.from(saved).toString('utf8');
  const parsed = parseKey(text);
  if (!parsed.ok) return refused(`the key file ${path} cannot be used: ${parsed.message}`);
  if (saved === undefined) await replaced(files, path, text);
  await replaced(files, `${path}.vkey`, `${vkeyOf(parsed.key.signer(name))}\n`);
  return { ok: true, key: parsed.key, isNew: saved === undefined };
}

async function replaced(files: FileSystem, path: string, text: string): Promise<void> {
  await files.write(`${path}.new`, Buffer.from(text, 'utf8'));
  await files.sync(`${path}.new`);
  await files.rename(`${path}.new`, path);
  await files.syncFolder(dirname(path));
}

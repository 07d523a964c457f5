import { createPrivateKey, KeyObject, X509Certificate } from 'node:crypto';
import type { UserIdentityInfo } from 'node-opcua';
import { transportError } from '../link';
import { TransportError } from '../transport';
import { loadClient } from './load';
import { OpcuaSettings } from './settings';

/** How the session logs in, or why it cannot. */
export type Identity = { readonly ok: true; readonly identity: UserIdentityInfo } | TransportError;

/**
 * The user's identity as node-opcua wants it. Certificate and key are taken as openssl writes them: with text before
 * the PEM block (`Bag Attributes`), several blocks in one text, a key with a passphrase. What cannot be used is told
 * before anything is sent, and never shown.
 */
export function identityOf(settings: OpcuaSettings): Identity {
  const { UserTokenType } = loadClient();
  switch (settings.authentication) {
    case 'password': {
      const { user = '', password = '' } = settings;
      return { ok: true, identity: { type: UserTokenType.UserName, userName: user, password } };
    }
    case 'certificate':
      return certificateIdentity(settings);
    case 'anonymous':
      return { ok: true, identity: { type: UserTokenType.Anonymous } };
  }
}

function certificateIdentity({ certificate = '', privateKey = '', passphrase }: OpcuaSettings): Identity {
  const x509 = attempt(() => new X509Certificate(blockOf(certificate, /CERTIFICATE/)));
  if (x509 === undefined)
    return wrong(
      "the user's certificate cannot be read: expected PEM text with a block -----BEGIN CERTIFICATE-----, as openssl " +
        'writes it (a .pfx or .p12 file is not that: openssl pkcs12 -in file.p12 -nodes makes it)'
    );
  const pem = blockOf(privateKey, /PRIVATE KEY/);
  const isProtected = /ENCRYPTED/.test(pem);
  const key = attempt(() => createPrivateKey({ key: pem, ...(passphrase ? { passphrase } : {}) }));
  if (key === undefined) return wrong(keyText(isProtected, Boolean(passphrase)));
  if (!x509.checkPrivateKey(key))
    return wrong("the private key does not belong to the user's certificate: paste the two that were made together");
  const { UserTokenType } = loadClient();
  const identity = { type: UserTokenType.Certificate, certificateData: x509.raw, privateKey: pemOf(key) } as const;
  return { ok: true, identity };
}

function keyText(isProtected: boolean, hasPassphrase: boolean): string {
  if (isProtected && !hasPassphrase)
    return "the user's private key is protected by a passphrase: type it into the field below the key";
  if (isProtected)
    return (
      "the user's private key cannot be opened with this passphrase: type it again (or, where the key was protected " +
      'in an old way, write it anew with openssl pkcs8 -topk8)'
    );
  return (
    "the user's private key cannot be read: expected PEM text with a block -----BEGIN PRIVATE KEY-----, as openssl " +
    'writes it'
  );
}

/** The first PEM block of that kind; the text itself where there is none. */
function blockOf(text: string, kind: RegExp): string {
  const blocks = text.match(/-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g) ?? [];
  return blocks.find((block) => kind.test(block.slice(0, block.indexOf('\n')))) ?? text;
}

const pemOf = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();

const wrong = (message: string): TransportError => transportError('OPENOT_OPCUA_USER_CERTIFICATE', message, 'refused');

function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}

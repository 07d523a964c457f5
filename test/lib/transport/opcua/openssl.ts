import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** How a certificate is made; dates as `YYYYMMDDHHMMSSZ`. */
export interface CertificateWishes {
  readonly from?: string;
  readonly to?: string;
  readonly bits?: number;
  readonly digest?: string;
  readonly uri?: string;
  readonly host?: string;
}

/** Files of a certificate and its key, PEM. */
export interface CertificateFiles {
  readonly certificateFile: string;
  readonly privateKeyFile: string;
}

const DEFAULTS: Required<CertificateWishes> = {
  from: '20250101000000Z',
  to: '20491231235959Z',
  bits: 2048,
  digest: 'sha256',
  uri: 'urn:localhost:openot-simulator',
  host: '127.0.0.1'
};

const keys = new Map<string, string>();

/** A private key, PEM: each number is another one, made once for all authorities of the process. */
function keyOf(bits: number, number: number): string {
  const name = `${bits}/${number}`;
  const key =
    keys.get(name) ??
    generateKeyPairSync('rsa', {
      modulusLength: bits,
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' }
    }).privateKey;
  keys.set(name, key);
  return key;
}

/** Makes certificates with openssl, as a plant's IT does, in a folder of the test's own. */
export class Authority {
  private count = 0;
  private keys = 0;

  constructor(private readonly folder: string) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'index.txt'), '');
    writeFileSync(join(folder, 'index.txt.attr'), 'unique_subject = no\n');
    writeFileSync(join(folder, 'crlnumber'), '01\n');
  }

  /** A certificate that signs itself; with a new key unless one is given. */
  selfSigned(name: string, wishes: CertificateWishes = {}, keyFile?: string): CertificateFiles {
    return this.made(name, { ...DEFAULTS, ...wishes }, undefined, 'app', keyFile);
  }

  /** An issuer. */
  root(name: string, wishes: CertificateWishes = {}): CertificateFiles {
    return this.made(name, { ...DEFAULTS, ...wishes }, undefined, 'issuer');
  }

  /** A certificate of that issuer. */
  signed(name: string, issuer: CertificateFiles, wishes: CertificateWishes = {}): CertificateFiles {
    return this.made(name, { ...DEFAULTS, ...wishes }, issuer, 'app');
  }

  /** The issuer's revocation list, with these certificates on it. */
  revocationList(issuer: CertificateFiles, revoked: readonly CertificateFiles[] = []): string {
    const config = this.config(DEFAULTS);
    const as = ['-config', config, '-cert', issuer.certificateFile, '-keyfile', issuer.privateKeyFile];
    for (const { certificateFile } of revoked) openssl('ca', ...as, '-revoke', certificateFile);
    const file = join(this.folder, `list-${++this.count}.crl`);
    openssl('ca', ...as, '-gencrl', '-crldays', '3650', '-out', file);
    return file;
  }

  /** Certificate and key in one file as `openssl pkcs12` writes them: with Bag Attributes before each block. */
  bagged({ certificateFile, privateKeyFile }: CertificateFiles, passphrase?: string): string {
    const p12 = join(this.folder, `bag-${++this.count}.p12`);
    openssl(
      'pkcs12',
      '-export',
      '-in',
      certificateFile,
      '-inkey',
      privateKeyFile,
      '-out',
      p12,
      '-passout',
      'pass:x',
      '-name',
      'anna'
    );
    const protect = passphrase === undefined ? ['-nodes'] : ['-passout', `pass:${passphrase}`];
    return openssl('pkcs12', '-in', p12, '-passin', 'pass:x', ...protect);
  }

  private made(
    name: string,
    wishes: Required<CertificateWishes>,
    issuer: CertificateFiles | undefined,
    extensions: 'app' | 'issuer',
    keyFile?: string
  ): CertificateFiles {
    const base = join(this.folder, `${++this.count}`);
    const files = { certificateFile: `${base}.pem`, privateKeyFile: keyFile ?? `${base}.key` };
    const config = this.config(wishes);
    if (keyFile === undefined) writeFileSync(files.privateKeyFile, keyOf(wishes.bits, ++this.keys), { mode: 0o600 });
    openssl(
      'req',
      '-new',
      '-config',
      config,
      '-key',
      files.privateKeyFile,
      '-subj',
      `/CN=${name}`,
      '-out',
      `${base}.csr`
    );
    const by =
      issuer === undefined
        ? ['-selfsign', '-keyfile', files.privateKeyFile]
        : ['-cert', issuer.certificateFile, '-keyfile', issuer.privateKeyFile];
    const dates = ['-startdate', wishes.from, '-enddate', wishes.to];
    const how = ['-batch', '-notext', '-config', config, '-md', wishes.digest, '-extensions', extensions];
    openssl('ca', ...how, ...by, ...dates, '-in', `${base}.csr`, '-out', files.certificateFile);
    // A server shows its issuer with it.
    if (issuer !== undefined)
      writeFileSync(
        files.certificateFile,
        readFileSync(files.certificateFile, 'utf8') + readFileSync(issuer.certificateFile, 'utf8')
      );
    return files;
  }

  private config({ uri, host }: Required<CertificateWishes>): string {
    const file = join(this.folder, `config-${++this.count}.cnf`);
    const alternative = /^[\d.]+$/.test(host) ? `IP:${host}` : `DNS:${host}`;
    writeFileSync(
      file,
      `[ca]
default_ca = here
[here]
database = ${this.folder}/index.txt
new_certs_dir = ${this.folder}
crlnumber = ${this.folder}/crlnumber
rand_serial = yes
default_md = sha256
default_crl_days = 30
policy = any
[any]
commonName = supplied
[req]
distinguished_name = name
[name]
[app]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature,nonRepudiation,keyEncipherment,dataEncipherment,keyCertSign
extendedKeyUsage = serverAuth,clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
subjectAltName = URI:${uri},${alternative}
[issuer]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
`
    );
    return file;
  }
}

function openssl(...args: string[]): string {
  return execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

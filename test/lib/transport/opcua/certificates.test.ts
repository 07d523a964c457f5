import { copyFileSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, unlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import should from 'should';
import { OpcuaSettings, TrustName } from '../../../../lib/transport/opcua';
import { TransportError } from '../../../../lib/transport/transport';
import { Bench } from './bench';
import { Authority, CertificateFiles, CertificateWishes } from './openssl';

const UNTRUSTED = 'OPENOT_OPCUA_SERVER_UNTRUSTED';

describe('OPC UA transport: certificates of servers', function () {
  this.timeout(120_000);
  let bench: Bench;
  let authority: Authority;

  beforeEach(() => {
    bench = new Bench(4096);
    authority = new Authority(`${bench.pkiFolder}-authority`);
  });
  afterEach(() => bench.end());

  async function outcome(
    trust: TrustName,
    settings: Partial<OpcuaSettings> = {}
  ): Promise<TransportError | 'connected'> {
    const transport = bench.transport({ securityMode: 'SignAndEncrypt', trust, ...settings });
    const facts = await transport.connect();
    await transport.close();
    return facts.ok ? 'connected' : facts;
  }
  const codeOf = async (trust: TrustName): Promise<string> => {
    const result = await outcome(trust);
    return result === 'connected' ? result : result.code;
  };

  /** Does what the text says, to the letter: the file it names goes where it says. */
  function doMove({ message }: TransportError): void {
    const [, from, to] = /move (\S+?|.+?\.pem) to (\S+?)(?:[,;]|$)/.exec(message) ?? [];
    should(from).be.a.String();
    renameSync(from, join(to, basename(from)));
  }
  function put(file: string, message: string, what: RegExp): void {
    const [, to] = new RegExp(`${what.source} into (\\S+?)(?:[,;]| and |$)`).exec(message) ?? [];
    should(to).be.a.String();
    mkdirSync(to, { recursive: true });
    copyFileSync(file, join(to, basename(file)));
  }

  // Their outcome at first contact with the list, and once trusted: what the text says about them besides.
  const selfSigned: [string, CertificateWishes][] = [
    ['self-signed', {}],
    ['with the name of another host', { host: 'other.example' }],
    ['with the URI of another application', { uri: 'urn:other:application' }],
    ['signed with SHA-1', { digest: 'sha1' }],
    ['of 1024 bits', { bits: 1024 }]
  ];
  for (const [name, wishes] of selfSigned) {
    it(
      `${name}: list wants it moved from rejected to trusted; acceptFirst takes it, at the second contact ` + 'too',
      async () => {
        await bench.serve({}, { certificate: authority.selfSigned('PLC 7', wishes) });
        for (let contact = 0; contact < 2; contact++) {
          const refused = (await outcome('list')) as TransportError;
          should(refused).have.properties({ ok: false, code: UNTRUSTED, remedy: 'refused' });
          should(refused.message).match(/"PLC 7", self-signed/);
          if (contact === 1) doMove(refused);
        }
        should([await codeOf('list'), await codeOf('list')]).eql(['connected', 'connected']);
        rmSync(join(bench.pkiFolder, 'trusted'), { recursive: true });
        should([await codeOf('acceptFirst'), await codeOf('acceptFirst')]).eql(['connected', 'connected']);
      }
    );
  }

  const outOfTime: [string, CertificateWishes, RegExp][] = [
    ['expired', { from: '20200101000000Z', to: '20210101000000Z' }, /expired on 2021-01-01 \(the clock here shows 20/],
    ['not valid yet', { from: '20480101000000Z', to: '20490101000000Z' }, /is not valid before 2048-01-01/],
    ['made in 1970', { from: '19700101000000Z', to: '19800101000000Z' }, /expired on 1980-01-01/]
  ];
  for (const [name, wishes, says] of outOfTime) {
    it(
      `${name}: list says the dates and both ways out; acceptFirst judges by the pin alone, at every ` + 'contact',
      async () => {
        await bench.serve({}, { certificate: authority.selfSigned('PLC 7', wishes) });
        for (let contact = 0; contact < 2; contact++) {
          const refused = (await outcome('list')) as TransportError;
          should(refused).have.properties({ ok: false, code: UNTRUSTED, remedy: 'refused' });
          should(refused.message)
            .match(says)
            .and.match(/let the endpoint node remember the first certificate/)
            .and.not.match(/move/);
        }
        for (let contact = 0; contact < 3; contact++) should(await codeOf('acceptFirst')).equal('connected');
      }
    );
  }

  it(
    'signed by an issuer: list names certificate, issuer and revocation list at once, and with them it ' + 'connects',
    async () => {
      const issuer = authority.root('Plant CA');
      await bench.serve({}, { certificate: authority.signed('PLC 7', issuer) });
      const refused = (await outcome('list')) as TransportError;
      should(refused).have.properties({ ok: false, code: UNTRUSTED, remedy: 'refused' });
      should(refused.message).match(/"PLC 7", signed by "Plant CA"/);
      doMove(refused);
      put(issuer.certificateFile, refused.message, /certificate of its issuer "Plant CA"/);
      put(authority.revocationList(issuer), refused.message, /revocation list \(CRL\)/);
      should([await codeOf('list'), await codeOf('list')]).eql(['connected', 'connected']);
    }
  );

  it('…one step after the other: what is still missing is named each time', async () => {
    const issuer = authority.root('Plant CA');
    await bench.serve({}, { certificate: authority.signed('PLC 7', issuer) });
    const first = (await outcome('list')) as TransportError;
    put(issuer.certificateFile, first.message, /certificate of its issuer "Plant CA"/);
    const second = (await outcome('list')) as TransportError;
    should(second.message)
      .match(/move /)
      .and.match(/put the revocation list \(CRL\) of "Plant CA" into/)
      .and.not.match(/certificate of its issuer/);
    doMove(second);
    const third = (await outcome('list')) as TransportError;
    should(third.message)
      .match(/put the revocation list \(CRL\) of "Plant CA" into/)
      .and.not.match(/move /);
    put(authority.revocationList(issuer), third.message, /revocation list \(CRL\) of "Plant CA"/);
    should(await outcome('list')).equal('connected');
  });

  it('…and the issuer trusted in place of each of its servers', async () => {
    const issuer = authority.root('Plant CA');
    await bench.serve({}, { certificate: authority.signed('PLC 7', issuer) });
    await outcome('list');
    for (const folder of ['issuers', 'trusted']) {
      const certs = join(bench.pkiFolder, folder, 'certs');
      mkdirSync(certs, { recursive: true });
      copyFileSync(issuer.certificateFile, join(certs, 'plant-ca.pem'));
    }
    const crl = join(bench.pkiFolder, 'issuers', 'crl');
    copyFileSync(authority.revocationList(issuer), join(crl, 'plant-ca.crl'));
    should([await codeOf('list'), await codeOf('list')]).eql(['connected', 'connected']);
  });

  it('…and with acceptFirst nothing of the issuer is needed', async () => {
    await bench.serve({}, { certificate: authority.signed('PLC 7', authority.root('Plant CA')) });
    should([await codeOf('acceptFirst'), await codeOf('acceptFirst')]).eql(['connected', 'connected']);
  });

  it('revoked by its issuer: nothing helps but a new certificate, and that is said', async () => {
    const issuer = authority.root('Plant CA');
    const certificate = authority.signed('PLC 7', issuer);
    await bench.serve({}, { certificate });
    const first = (await outcome('list')) as TransportError;
    doMove(first);
    put(issuer.certificateFile, first.message, /certificate of its issuer "Plant CA"/);
    put(authority.revocationList(issuer, [certificate]), first.message, /revocation list \(CRL\)/);
    const refused = (await outcome('list')) as TransportError;
    should(refused.message).match(/was revoked by its issuer: the server needs a new one/);
  });

  it(
    'changed: acceptFirst refuses it until the file that the text names is deleted; list wants it moved ' +
      'like the first',
    async () => {
      const first = await bench.serve({}, { certificate: authority.selfSigned('PLC 7') });
      should(await codeOf('acceptFirst')).equal('connected');
      await first.stop();
      await bench.serve({}, { port: first.port, certificate: authority.selfSigned('PLC 7 new') });
      const changed = (await outcome('acceptFirst')) as TransportError;
      should(changed).have.properties({ ok: false, code: 'OPENOT_OPCUA_CERTIFICATE_CHANGED', remedy: 'refused' });
      const [, pin] = /delete the file (\S+),/.exec(changed.message) ?? [];
      const refused = (await outcome('list')) as TransportError;
      should(refused.message).match(/"PLC 7 new", self-signed/);
      unlinkSync(pin);
      should([await codeOf('acceptFirst'), await codeOf('acceptFirst')]).eql(['connected', 'connected']);
      should(await codeOf('list')).equal('connected');
    }
  );

  describe('certificates of users', () => {
    let files: CertificateFiles;
    const own = { securityMode: 'SignAndEncrypt', trust: 'acceptFirst', authentication: 'certificate' } as const;

    beforeEach(async () => {
      files = authority.selfSigned('anna');
      await bench.serve({}, { allowAnonymous: false });
    });
    const logIn = async (settings: Partial<OpcuaSettings>): Promise<TransportError | 'connected'> =>
      outcome('acceptFirst', { ...own, ...settings });

    it('as openssl writes them, with Bag Attributes, both in one text', async () => {
      const text = authority.bagged(files);
      should(text).match(/Bag Attributes/);
      should(await logIn({ certificate: text, privateKey: text })).equal('connected');
    });

    it('a key with a passphrase; without it, or with a wrong one, that is said before anything is sent', async () => {
      const privateKey = authority.bagged(files, 'open sesame');
      const certificate = readFileSync(files.certificateFile, 'utf8');
      should(await logIn({ certificate, privateKey, passphrase: 'open sesame' })).equal('connected');
      for (const [passphrase, says] of [
        [undefined, /type it into the field below the key/],
        ['close sesame', /cannot be opened with this passphrase/]
      ] as const) {
        const refused = (await logIn({ certificate, privateKey, passphrase })) as TransportError;
        should(refused).have.properties({ code: 'OPENOT_OPCUA_USER_CERTIFICATE', remedy: 'refused' });
        should(refused.message)
          .match(says)
          .and.not.match(/close sesame/);
      }
    });

    it('what is no certificate, no key, or not a pair is told as that', async () => {
      const certificate = readFileSync(files.certificateFile, 'utf8');
      const privateKey = readFileSync(files.privateKeyFile, 'utf8');
      const other = readFileSync(authority.selfSigned('bert').privateKeyFile, 'utf8');
      for (const [settings, says] of [
        [{ certificate: 'hello', privateKey }, /certificate cannot be read/],
        [{ certificate, privateKey: 'hello' }, /private key cannot be read/],
        [{ certificate, privateKey: other }, /does not belong/]
      ] as const) {
        const refused = (await logIn(settings)) as TransportError;
        should(refused).have.properties({ code: 'OPENOT_OPCUA_USER_CERTIFICATE', remedy: 'refused' });
        should(refused.message).match(says);
      }
    });
  });

  describe('the own certificate', () => {
    const ownFile = (): string => join(bench.pkiFolder, 'own', 'certs', 'openot-client.pem');
    const keyFile = (): string => join(bench.pkiFolder, 'own', 'private', 'private_key.pem');

    /** The client's own certificate as a clock of another time made it, with the client's own key. */
    function replaceOwn(wishes: CertificateWishes): string {
      const made = authority.selfSigned('OpenOT for Node-RED', wishes, keyFile());
      copyFileSync(made.certificateFile, ownFile());
      return readFileSync(ownFile(), 'utf8');
    }

    it(
      'is renewed with the same key where it expired, is about to, or was made by a clock that was ' + 'wrong',
      async () => {
        await bench.serve();
        should(await codeOf('acceptFirst')).equal('connected');
        const key = readFileSync(keyFile(), 'utf8');
        const soon = new Date(Date.now() + 20 * 86_400_000).toISOString().replace(/[-:T]|\.\d+/g, '');
        for (const wishes of [
          { from: '19700101000000Z', to: '19791231000000Z' },
          { from: '20150101000000Z', to: '20250101000000Z' },
          { from: '20240101000000Z', to: soon },
          { from: '20480101000000Z', to: '20491231000000Z' }
        ]) {
          const before = replaceOwn(wishes);
          should(await codeOf('acceptFirst')).equal('connected');
          should(readFileSync(ownFile(), 'utf8')).not.equal(before);
        }
        should(readFileSync(keyFile(), 'utf8')).equal(key);
      }
    );

    it('is kept as long as it is good, also by a clock that stands in 1970', async () => {
      await bench.serve();
      should(await codeOf('acceptFirst')).equal('connected');
      const made = replaceOwn({});
      should(await codeOf('acceptFirst')).equal('connected');
      const { now } = Date;
      Date.now = () => 86_400_000;
      try {
        await codeOf('acceptFirst');
      } finally {
        Date.now = now;
      }
      should(readFileSync(ownFile(), 'utf8')).equal(made);
      should(readdirSync(join(bench.pkiFolder, 'own', 'certs'))).eql(['openot-client.pem']);
    });
  });
});

import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import should from 'should';
import { createOpcuaTransport, OpcuaSettings } from '../../../../lib/transport/opcua';
import { SharedOpcuaConnection } from '../../../../lib/transport/opcua/connection';
import { pinFile } from '../../../../lib/transport/opcua/client-files';
import { ReadPart, Transport, TransportError } from '../../../../lib/transport/transport';
import { until } from '../../../support/until';
import { Bench } from './bench';
import { Forwarder } from './forwarder';
import { rounds } from '../../../support/rounds';

const DEPLOYS = rounds(20, 100);
const LOOK: ReadPart[] = [{ kind: 'control' }];

describe('OPC UA transport: sessions', function () {
  let bench: Bench;
  let forwarder: Forwarder | undefined;

  beforeEach(() => {
    bench = new Bench(4096);
  });
  afterEach(async () => {
    await forwarder?.close();
    forwarder = undefined;
    await bench.end();
  });

  async function outcome(settings: Partial<OpcuaSettings>): Promise<unknown> {
    const transport = bench.transport(settings);
    const facts = await transport.connect();
    await transport.close();
    return facts.ok ? 'connected' : facts.code;
  }

  /** Connects until it holds, as the reader does. */
  async function reconnected(transport: Transport): Promise<void> {
    await until('a connection', async () => (await transport.connect()).ok);
  }

  it('readers of one endpoint share one session; the last one closes it on the server', async () => {
    const server = await bench.serve();
    const connection = bench.connection();
    const [a, b] = [bench.transport({}, connection), bench.transport({}, connection)];
    const both = await Promise.all([a.connect(), b.connect()]);
    should(both.every((facts) => facts.ok)).be.true();
    should(server.sessions()).equal(1);
    should(connection.state()).have.properties({ state: 'connected', holders: 2, clients: 1 });
    await a.close();
    should(server.sessions()).equal(1);
    should((await b.read(LOOK)).ok).be.true();
    await b.close();
    should(server.sessions()).equal(0);
    should(connection.state()).have.properties({ state: 'closed', holders: 0 });
  });

  it(`${DEPLOYS} deploys leave no session behind`, async () => {
    const server = await bench.serve();
    for (let i = 0; i < DEPLOYS; i++) {
      const transport = bench.transport();
      should((await transport.connect()).ok).be.true();
      await transport.close();
    }
    should(server.sessions()).equal(0);
    should(server.counters().services.CreateSession).equal(DEPLOYS);
  });

  it('closing while it connects leaves no session behind', async () => {
    const server = await bench.serve();
    for (let i = 0; i < 10; i++) {
      const transport = bench.transport();
      const connecting = transport.connect();
      await new Promise((resolve) => setTimeout(resolve, i * 4));
      await transport.close();
      await connecting;
    }
    should(server.sessions()).equal(0);
  });

  it('one request is in flight at a time, in the order of asking', async () => {
    await bench.serve();
    const connection = bench.connection() as SharedOpcuaConnection;
    await connection.acquire({});
    const order: string[] = [];
    const work = (name: string) => async (): Promise<void> => {
      order.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      order.push(`${name} ends`);
    };
    await Promise.all([
      connection.call(work('a')),
      connection.call(work('b')),
      connection.call(() => Promise.reject(new Error('BadOutOfRange'))),
      connection.call(work('c'))
    ]);
    should(order).eql(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  });

  it('also after a time-out: the next call waits for the late answer, and nothing is thrown away', async () => {
    await bench.serve();
    const connection = bench.connection({ requestTimeoutMs: 1000 }) as SharedOpcuaConnection;
    await connection.acquire({});
    let answer: () => void = () => undefined;
    const order: string[] = [];
    const slow = connection.call(() =>
      new Promise<void>((resolve) => (answer = resolve)).then(() => void order.push('late answer'))
    );
    should(await slow).have.properties({ ok: false, code: 'OPENOT_OPCUA_TIMEOUT', remedy: 'smaller' });
    const next = connection.call(() => Promise.resolve(void order.push('next call')));
    await new Promise((resolve) => setTimeout(resolve, 20));
    should(order).eql([]);
    answer();
    should(await next).have.property('ok', true);
    should(order).eql(['late answer', 'next call']);
    should(connection.state()).have.properties({ state: 'connected', clients: 1 });
  });

  it('a call whose answer never comes is thrown away with its client before the next one begins', async () => {
    const server = await bench.serve();
    const connection = bench.connection({ requestTimeoutMs: 1000 }) as SharedOpcuaConnection;
    const holder = {};
    await connection.acquire(holder);
    await connection.call(() => new Promise(() => undefined));
    let begun = false;
    should(await connection.call(() => Promise.resolve((begun = true)))).have.properties({
      ok: false,
      code: 'OPENOT_OPCUA_SILENT',
      remedy: 'reconnect'
    });
    should(begun).be.false();
    should(await connection.acquire(holder)).have.property('ok', true);
    should(connection.state()).have.property('clients', 2);
    should(server.sessions()).equal(1);
  });

  it('a wall clock that is set, forward or back, throws no client away and keeps none waiting', async () => {
    const server = await bench.serve({ maxSessions: 1 });
    const first = bench.connection({ requestTimeoutMs: 1000 }) as SharedOpcuaConnection;
    const holder = {};
    await first.acquire(holder);
    const now = Date.now;
    try {
      Date.now = () => now() + 3_600_000;
      should(await first.call(() => new Promise((resolve) => setTimeout(resolve, 1500)))).have.property(
        'code',
        'OPENOT_OPCUA_TIMEOUT'
      );
      should(await first.call(() => Promise.resolve(1))).have.property('ok', true);
    } finally {
      Date.now = now;
    }
    const second = bench.transport({ busyRetryMs: 300 });
    should(await second.connect()).have.property('code', 'OPENOT_OPCUA_TOO_MANY_SESSIONS');
    await first.destroy();
    const asked = server.counters().services.CreateSession;
    try {
      Date.now = () => now() - 3_600_000;
      await until('another attempt', async () => {
        await second.connect();
        return server.counters().services.CreateSession > asked;
      });
    } finally {
      Date.now = now;
    }
    await second.close();
  });

  it('an endpoint that refuses, an unknown host and text that is no address each have a code', async () => {
    should(await outcome({ endpoint: 'opc.tcp://127.0.0.1:1' })).equal('OPENOT_OPCUA_REFUSED');
    should(await outcome({ endpoint: 'opc.tcp://no-such-host.invalid:4840' })).equal('OPENOT_OPCUA_HOST_UNKNOWN');
    should(await outcome({ endpoint: 'http://127.0.0.1' })).equal('OPENOT_OPCUA_ENDPOINT_INVALID');
  });

  it("a port that is no OPC UA server's is told as that, in a whole sentence", async () => {
    const web = createServer((_request, response) => response.end('hello'));
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', () => resolve()));
    const transport = bench.transport({ endpoint: `opc.tcp://127.0.0.1:${(web.address() as AddressInfo).port}` });
    const refused = await transport.connect();
    should(refused).have.properties({ ok: false, code: 'OPENOT_OPCUA_NOT_OPCUA', remedy: 'reconnect' });
    should(!refused.ok && refused.message)
      .match(/check the port/)
      .and.not.match(/,$/);
    await transport.close();
    web.close();
  });

  it('a reader that does not read is told once that the connection was lost, and again of the next one', async () => {
    const server = await bench.serve();
    const connection = bench.connection();
    const [transport, other] = [bench.transport({}, connection), bench.transport({}, connection)];
    const told: TransportError[] = [];
    const end = transport.onLost!((error) => void told.push(error));
    for (let round = 1; round <= 2; round++) {
      await reconnected(transport);
      server.dropConnections();
      await until('what is told', () => told.length >= round);
      await other.connect();
      await other.close();
      should(told.length).equal(round);
      should(told[round - 1]).have.properties({ code: 'OPENOT_OPCUA_SESSION_LOST', remedy: 'reconnect' });
    }
    end();
    await reconnected(transport);
    await transport.close();
    should(told.length).equal(2);
  });

  it(
    'user name and password: right, wrong, and where anonymous is not let in; the password is in no ' + 'text',
    async () => {
      const server = await bench.serve({}, { allowAnonymous: false, users: { anna: 'secret-7' } });
      should(await outcome({})).equal('OPENOT_OPCUA_ANONYMOUS_REFUSED');
      should(await outcome({ authentication: 'password', user: 'anna', password: 'secret-7' })).equal('connected');
      const transport = bench.transport({ authentication: 'password', user: 'anna', password: 'secret-8' });
      const refused = await transport.connect();
      should(refused).have.properties({ ok: false, code: 'OPENOT_OPCUA_CREDENTIALS', remedy: 'refused' });
      should(JSON.stringify(refused)).not.match(/secret/);
      await transport.close();
      should(server.sessions()).equal(0);
    }
  );

  it('a user certificate lets in, and a key that is not its own does not', async () => {
    await bench.serve({}, { allowAnonymous: false });
    await outcome({});
    const certificate = readFileSync(join(bench.pkiFolder, 'own', 'certs', 'openot-client.pem'), 'utf8');
    const privateKey = readFileSync(join(bench.pkiFolder, 'own', 'private', 'private_key.pem'), 'utf8');
    const settings: Partial<OpcuaSettings> = {
      securityMode: 'SignAndEncrypt',
      trust: 'acceptFirst',
      authentication: 'certificate',
      certificate
    };
    should(await outcome({ ...settings, privateKey })).equal('connected');
    const { privateKey: other } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' }
    });
    const refused = await outcome({ ...settings, privateKey: other });
    should(refused).equal('OPENOT_OPCUA_USER_CERTIFICATE');
  });

  it('Sign and SignAndEncrypt: the first certificate is remembered, another one later is refused', async () => {
    const server = await bench.serve();
    for (const securityMode of ['Sign', 'SignAndEncrypt'] as const)
      should(await outcome({ securityMode, trust: 'acceptFirst' })).equal('connected');
    const pin = pinFile(bench.pkiFolder, server.endpointUrl);
    should(readFileSync(pin, 'utf8')).match(/^[0-9a-f]{40}\n$/);
    writeFileSync(pin, '0'.repeat(40));
    should(await outcome({ securityMode: 'Sign', trust: 'acceptFirst' })).equal('OPENOT_OPCUA_CERTIFICATE_CHANGED');
  });

  it('a trust list lets in only what stands in it', async () => {
    await bench.serve();
    should(await outcome({ securityMode: 'Sign', trust: 'list' })).equal('OPENOT_OPCUA_SERVER_UNTRUSTED');
    should(await outcome({ securityMode: 'Sign', trust: 'acceptFirst' })).equal('connected');
    should(await outcome({ securityMode: 'Sign', trust: 'list' })).equal('connected');
  });

  it(
    'a client that the server does not trust yet is told which certificate to trust; then it is let in, ' +
      'with the same one',
    async () => {
      const server = await bench.serve({}, { acceptUnknownCertificates: false });
      const settings: Partial<OpcuaSettings> = { securityMode: 'SignAndEncrypt', trust: 'acceptFirst' };
      should(await outcome(settings)).equal('OPENOT_OPCUA_CLIENT_UNTRUSTED');
      const file = join(bench.pkiFolder, 'own', 'certs', 'openot-client.pem');
      should(existsSync(file)).be.true();
      const pem = readFileSync(file, 'utf8');
      await server.trustClient(Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64'));
      should(await outcome(settings)).equal('connected');
      should(readFileSync(file, 'utf8')).equal(pem);
    }
  );

  it('a policy that the server does not offer: the error lists those that it does', async () => {
    await bench.serve();
    const transport = bench.transport({
      securityMode: 'Sign',
      securityPolicy: 'Aes256_Sha256_RsaPss',
      trust: 'acceptFirst'
    });
    const refused = await transport.connect();
    should(refused).have.properties({ ok: false, code: 'OPENOT_OPCUA_POLICY_NOT_OFFERED', remedy: 'refused' });
    should(!refused.ok && refused.message).match(/SignAndEncrypt Basic256Sha256/);
  });

  it('a server without a session left is not asked again at once', async () => {
    const server = await bench.serve({ maxSessions: 1 });
    const first = bench.transport();
    await first.connect();
    const second = bench.transport({ sessionTimeoutMs: 5000 });
    should(await second.connect()).have.properties({
      ok: false,
      code: 'OPENOT_OPCUA_TOO_MANY_SESSIONS',
      remedy: 'reconnect'
    });
    const asked = server.counters().services.CreateSession;
    should((await second.connect()).ok).be.false();
    should(server.counters().services.CreateSession).equal(asked);
    await first.close();
    await reconnected(second);
    await second.close();
    should(server.sessions()).equal(0);
  });

  it('the configured address is used, whatever the server says about itself', async () => {
    const server = await bench.serve();
    forwarder = new Forwarder(server.port);
    await forwarder.listen();
    for (const securityMode of ['None', 'Sign'] as const) {
      should(
        await outcome({ endpoint: `opc.tcp://127.0.0.1:${forwarder.port}/openot`, securityMode, trust: 'acceptFirst' })
      ).equal('connected');
    }
  });

  it('a lost connection is built anew, with one session on the server', async () => {
    const server = await bench.serve();
    const connection = bench.connection();
    const transport = bench.transport({}, connection);
    await transport.connect();
    server.dropConnections();
    const read = await until('a Read that fails', async () => {
      const outcome = await transport.read(LOOK);
      return !outcome.ok && outcome;
    });
    should(read).have.properties({ ok: false, remedy: 'reconnect' });
    await reconnected(transport);
    should((await transport.read(LOOK)).ok).be.true();
    should(connection.state()).have.properties({ state: 'connected', clients: 2 });
  });

  it('a server that restarts is found again', async () => {
    const first = await bench.serve();
    const transport = bench.transport();
    await transport.connect();
    await first.stop();
    should((await transport.read(LOOK)).ok).be.false();
    should((await transport.connect()).ok).be.false();
    const second = await bench.serve({}, { port: first.port });
    await reconnected(transport);
    should((await transport.read(LOOK)).ok).be.true();
    should(second.sessions()).equal(1);
  });

  it('a NodeId with a plain namespace index is followed to where its namespace has moved', async () => {
    const first = await bench.serve();
    const connection = bench.connection();
    const plain = (text: string): string => text.replace('nsu=urn:openot:simulator', 'ns=2');
    const transport = createOpcuaTransport(connection, {
      controlNode: plain(first.controlNodeId),
      ringNodes: first.ringNodeIds.map(plain)
    });
    should((await transport.connect()).ok).be.true();
    await first.stop();
    should((await transport.read(LOOK)).ok).be.false();
    await bench.serve({}, { port: first.port, namespacesBefore: ['urn:new'] });
    await reconnected(transport);
    const read = await transport.read(LOOK);
    should(read.ok && Buffer.from(read.parts[0]).equals(Buffer.from(bench.plc.controlBytes()))).be.true();
  });

  it(
    'a link that swallows everything: the control block is asked for again, then a new client is made; ' +
      'closing takes at most its bound',
    async () => {
      const server = await bench.serve();
      forwarder = new Forwarder(server.port);
      await forwarder.listen();
      const connection = bench.connection({
        endpoint: `opc.tcp://127.0.0.1:${forwarder.port}/openot`,
        requestTimeoutMs: 1000
      });
      const transport = bench.transport({}, connection);
      should((await transport.connect()).ok).be.true();
      forwarder.stalled = true;
      const codes: string[] = [];
      for (let i = 0; i < 2; i++) {
        const read = await transport.read(LOOK);
        codes.push(read.ok ? 'ok' : `${read.code} ${read.remedy}`);
      }
      should(codes).eql(['OPENOT_OPCUA_TIMEOUT retry', 'OPENOT_OPCUA_SILENT reconnect']);
      should((await transport.connect()).ok).be.false();
      await transport.close();
      forwarder.stalled = false;
      await reconnected(transport);
      should((await transport.read(LOOK)).ok).be.true();
      forwarder.stalled = true;
      await transport.close();
    }
  );

  it('watch wakes when the control block changes, and ends with the transport', async () => {
    const server = await bench.serve();
    const transport = bench.transport();
    await transport.connect();
    let changes = 0;
    let wake: () => void = () => undefined;
    const watching = await transport.watch?.(50, () => {
      changes++;
      wake();
    });
    should(watching?.ok).be.true();
    const next = (): Promise<void> => new Promise((resolve) => (wake = resolve));
    if (changes === 0) await next();
    const woken = next();
    bench.plc.fill(1);
    await woken;
    should(changes).be.aboveOrEqual(2);
    await transport.close();
    should(server.sessions()).equal(0);
  });

  it('every Read asks for values that are no older than the question', async () => {
    await bench.serve();
    const connection = bench.connection() as SharedOpcuaConnection;
    const ages: number[] = [];
    const transport = createOpcuaTransport(connection, {
      controlNode: bench.server?.controlNodeId ?? '',
      ringNodes: bench.server?.ringNodeIds ?? []
    });
    await transport.connect();
    await connection.call((session) => {
      const inner = session as unknown as {
        performMessageTransaction(request: { maxAge?: number }, callback: unknown): void;
      };
      const send = inner.performMessageTransaction.bind(session);
      inner.performMessageTransaction = (request, callback) => {
        if (request.maxAge !== undefined) ages.push(request.maxAge);
        send(request, callback);
      };
      return Promise.resolve();
    });
    await transport.read(LOOK);
    should(ages).eql([0]);
  });

  it('the client key is made once, and only for its owner', async () => {
    await bench.serve();
    await outcome({});
    const file = join(bench.pkiFolder, 'own', 'private', 'private_key.pem');
    const key = readFileSync(file, 'utf8');
    await outcome({});
    should(readFileSync(file, 'utf8')).equal(key);
    rmSync(file);
  });
});

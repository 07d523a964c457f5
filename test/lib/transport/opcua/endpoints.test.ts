import { ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { AddressInfo, createServer, Server, Socket } from 'node:net';
import { join } from 'node:path';
import should from 'should';
import { createOpcuaTransport, OpcuaSettings } from '../../../../lib/transport/opcua';
import { ReadPart, RingFacts, TransportError } from '../../../../lib/transport/transport';
import { Bench } from './bench';
import { Forwarder } from './forwarder';

const LOOK: ReadPart[] = [{ kind: 'control' }];
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('OPC UA transport: endpoints as plants have them', function () {
  this.timeout(60_000);
  let bench: Bench;
  const servers: Server[] = [];
  let child: ChildProcess | undefined;

  beforeEach(() => {
    bench = new Bench(4096);
  });
  afterEach(async () => {
    child?.kill('SIGKILL');
    for (const server of servers.splice(0)) server.close();
    await bench.end();
  });

  async function outcome(settings: Partial<OpcuaSettings> = {}): Promise<RingFacts | TransportError> {
    const transport = bench.transport(settings);
    const facts = await transport.connect();
    await transport.close();
    return facts;
  }

  /** A TCP server of the test's own; its address as an endpoint. */
  async function raw(onSocket: (socket: Socket) => void): Promise<string> {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      onSocket(socket);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `opc.tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it('refused credentials are tried once, however often a reader asks, stops and starts', async () => {
    const server = await bench.serve({}, { allowAnonymous: false, users: { anna: 'secret-7' } });
    const connection = bench.connection({ authentication: 'password', user: 'anna', password: 'wrong' });
    for (let i = 0; i < 3; i++) {
      const transport = bench.transport({}, connection);
      for (let tries = 0; tries < 3; tries++) {
        const refused = await transport.connect();
        should(refused).have.properties({ ok: false, code: 'OPENOT_OPCUA_CREDENTIALS', remedy: 'refused' });
        should(!refused.ok && refused.message).match(/the next one comes after 5 minutes/);
      }
      await transport.close();
    }
    should(server.counters().services.ActivateSession).equal(1);
  });

  it('…and again when that time is over', async () => {
    const server = await bench.serve({}, { allowAnonymous: false, users: { anna: 'secret-7' } });
    const settings = { authentication: 'password', user: 'anna', password: 'wrong' } as const;
    const transport = bench.transport({ ...settings, credentialsRetryMs: 200 });
    await transport.connect();
    while (server.counters().services.ActivateSession === 1) {
      await pause(50);
      await transport.connect();
    }
    await transport.close();
  });

  for (const securityMode of ['None', 'Sign'] as const) {
    it(
      'a server whose connections are all taken is told as that, and is used when one is free ' + `(${securityMode})`,
      async () => {
        await bench.serve({}, { maxConnections: 1 });
        const other = bench.transport({ pkiFolder: `${bench.pkiFolder}-other` });
        should((await other.connect()).ok).be.true();
        const transport = bench.transport({ securityMode, trust: 'acceptFirst', busyRetryMs: 100 });
        const refused = await transport.connect();
        should(refused).have.properties({ ok: false, code: 'OPENOT_OPCUA_TOO_MANY_CONNECTIONS', remedy: 'reconnect' });
        should(!refused.ok && refused.message).match(/close other clients, or allow more connections on the server/);
        await other.close();
        while (!(await transport.connect()).ok) await pause(50);
        await transport.close();
      }
    );
  }

  it(
    'what is no OPC UA server is told by what it says: another protocol, nothing at all, an error ' + 'message',
    async () => {
      const web = await raw((socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')));
      should(await outcome({ endpoint: web })).have.property('code', 'OPENOT_OPCUA_NOT_OPCUA');
      const mute = await raw((socket) => socket.once('data', () => socket.end()));
      should(await outcome({ endpoint: mute })).have.property('code', 'OPENOT_OPCUA_TOO_MANY_CONNECTIONS');
      const busy = Buffer.alloc(16);
      busy.write('ERRF');
      [16, 0x807d_0000, -1].forEach((word, i) => busy.writeInt32LE(word | 0, 4 + 4 * i));
      const full = await raw((socket) => socket.once('data', () => socket.end(busy)));
      should(await outcome({ endpoint: full })).have.property('code', 'OPENOT_OPCUA_TOO_MANY_CONNECTIONS');
    }
  );

  for (const securityMode of ['None', 'Sign'] as const) {
    it(`an IPv6 address in brackets (${securityMode})`, async () => {
      const server = await bench.serve();
      const forwarder = new Forwarder(server.port);
      await forwarder.listen('::1');
      const endpoint = `opc.tcp://[::1]:${forwarder.port}/openot`;
      const facts = await outcome({ endpoint, securityMode, trust: 'acceptFirst' });
      should(facts.ok ? 'connected' : facts.message).equal('connected');
      await forwarder.close();
    });
  }

  it('an IPv6 address where nothing listens is refused, like any other', async () => {
    should(await outcome({ endpoint: 'opc.tcp://[::1]:1' })).have.property('code', 'OPENOT_OPCUA_REFUSED');
  });

  it(
    'a server that shows its certificate to nobody without security is read once that lies in the trust ' + 'list',
    async () => {
      await bench.serve({}, { offersNone: false });
      for (const trust of ['list', 'acceptFirst'] as const) {
        const refused = await outcome({ securityMode: 'SignAndEncrypt', trust });
        should(refused).have.properties({ ok: false, code: 'OPENOT_OPCUA_CERTIFICATE_HIDDEN', remedy: 'refused' });
        should(!refused.ok && refused.message).match(/export the server's certificate/);
      }
      const own = join(bench.serverFolder, 'own', 'certs');
      const trusted = join(bench.pkiFolder, 'trusted', 'certs');
      mkdirSync(trusted, { recursive: true });
      for (const name of readdirSync(own)) copyFileSync(join(own, name), join(trusted, name));
      for (const trust of ['list', 'acceptFirst', 'acceptFirst'] as const) {
        const facts = await outcome({ securityMode: 'SignAndEncrypt', trust });
        should(facts.ok ? 'connected' : facts.message).equal('connected');
      }
    }
  );

  it('a clock here that is set forward by two hours, or back, ends no session', async () => {
    child = fork(join(__dirname, 'children', 'serve.ts'), [], { execArgv: ['--require', 'tsx/cjs'] });
    const [served] = (await once(child, 'message')) as [
      { endpointUrl: string; controlNodeId: string; ringNodeIds: string[] }
    ];
    const connection = bench.connection({
      endpoint: served.endpointUrl,
      securityMode: 'SignAndEncrypt',
      trust: 'acceptFirst',
      requestTimeoutMs: 5000
    });
    const transport = createOpcuaTransport(connection, {
      controlNode: served.controlNodeId,
      ringNodes: served.ringNodeIds
    });
    should((await transport.connect()).ok).be.true();
    const { Date: real } = globalThis;
    try {
      for (const hours of [2, -2]) {
        globalThis.Date = shifted(real, hours * 3_600_000);
        for (let i = 0; i < 3; i++) {
          const read = await transport.read(LOOK);
          should(read.ok ? 'read' : read.message).equal('read', `${hours} h`);
        }
      }
    } finally {
      globalThis.Date = real;
    }
    should(connection.state()).have.properties({ state: 'connected', clients: 1 });
    await transport.close();
  });
});

/** The clock of this process, set by so many milliseconds. */
function shifted(real: DateConstructor, ms: number): DateConstructor {
  return class extends real {
    constructor(...given: unknown[]) {
      if (given.length === 0) super(real.now() + ms);
      else super(...(given as [number]));
    }
    static override now(): number {
      return real.now() + ms;
    }
  } as DateConstructor;
}

import { createServer, Server, Socket } from 'node:net';
import should from 'should';
import {
  LinkBackError,
  sayHello,
  withProbe as withProbeFull
} from '../../../../lib/transport/opcua/reachability-probe';
import { DeadlineError } from '../../../../lib/base/deadline';
import { ReadPart } from '../../../../lib/transport/transport';
import { TcpProxy } from '../../../support/tcp-proxy';
import { sleep as pause, until, WAIT_MS } from '../../../support/until';
import { Bench } from './bench';

const LOOK: ReadPart[] = [{ kind: 'control' }];
/** A fifth of the real pace: these tests need not wait for it. */
const PACE = { firstMs: 300, nextMs: 100, slowMs: 400, probeMs: 1_000, graceMs: 60 };
const withProbe = <T>(what: string, ms: number, endpoint: string, work: Promise<T>): Promise<T> =>
  withProbeFull(what, ms, endpoint, work, PACE);
const never = new Promise<never>(() => undefined);

/** Answers every hello, or those that it is told to; counts the connections. */
class Greeter {
  connections = 0;
  open = 0;
  answers = true;
  readonly hellos: Buffer[] = [];
  private readonly sockets = new Set<Socket>();
  private readonly server: Server = createServer((socket) => {
    this.connections++;
    this.open++;
    this.sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => this.open--);
    socket.on('data', (data) => {
      this.hellos.push(data);
      if (this.answers) socket.write('ACKF');
    });
  });

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `opc.tcp://127.0.0.1:${this.port}/x`;
  }
  get port(): number {
    return (this.server.address() as { port: number }).port;
  }
  close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

describe('OPC UA transport: a link that was dead and is back', function () {
  const ends: Array<() => Promise<void>> = [];
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });

  async function greeter(): Promise<{ server: Greeter; endpoint: string }> {
    const server = new Greeter();
    ends.push(() => server.close());
    return { server, endpoint: await server.listen() };
  }
  const outcomeOf = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => 'answered',
      (error: Error) => error.constructor
    );

  it('a hello has the form of the standard', async () => {
    const { server, endpoint } = await greeter();
    should(await new Promise((resolve) => sayHello(endpoint, 5000, resolve))).equal('answered');
    const [hello] = server.hellos;
    should(hello.toString('latin1', 0, 4)).equal('HELF');
    should(hello.readUInt32LE(4)).equal(hello.length);
    should(hello.toString('latin1', 32)).equal(endpoint);
  });

  it('what is answered soon is not probed for', async () => {
    const { server, endpoint } = await greeter();
    should(
      await withProbe(
        'it',
        1000,
        endpoint,
        pause(200).then(() => 7)
      )
    ).equal(7);
    should(server.connections).equal(0);
  });

  it('a server that is slow but there is waited for until the deadline, and hardly disturbed', async () => {
    const { server, endpoint } = await greeter();
    should(await outcomeOf(withProbe('it', 900, endpoint, never))).equal(DeadlineError);
    should(server.connections).be.within(1, 3);
  });

  it('so is one that is far away, and one that answers nobody for a while and then everybody', async () => {
    const { server, endpoint } = await greeter();
    const proxy = await TcpProxy.open(server.port);
    ends.push(() => proxy.close());
    proxy.faults.delayMs = 120;
    should(await outcomeOf(withProbe('it', 900, `opc.tcp://127.0.0.1:${proxy.port}`, never))).equal(DeadlineError);
    proxy.calm();
    proxy.faults.delayMs = 1;
    const held = outcomeOf(withProbe('it', 900, `opc.tcp://127.0.0.1:${proxy.port}`, never));
    await pause(200);
    await proxy.down('unplugged');
    await pause(400);
    await proxy.up('kept');
    should(await held).equal(DeadlineError);
    should(endpoint).be.String();
  });

  for (const how of ['blackHole', 'unplugged'] as const) {
    it(
      `after a link that was ${how}, the connection from before is given up as soon as the server answers ` + 'again',
      async () => {
        const { server } = await greeter();
        const proxy = await TcpProxy.open(server.port);
        ends.push(() => proxy.close());
        await proxy.down(how);
        const asked = withProbe('it', WAIT_MS, `opc.tcp://127.0.0.1:${proxy.port}`, never);
        const outcome = outcomeOf(asked);
        await pause(how === 'unplugged' ? 1400 : 600);
        await proxy.up('repeated');
        should(await outcome).equal(LinkBackError);
      }
    );
  }

  it('a server that refuses proves nothing of the link', async () => {
    const { server } = await greeter();
    const proxy = await TcpProxy.open(server.port);
    ends.push(() => proxy.close());
    await proxy.down('refused');
    const outcome = outcomeOf(withProbe('it', 1000, `opc.tcp://127.0.0.1:${proxy.port}`, never));
    await pause(600);
    await proxy.up();
    should(await outcome).equal(DeadlineError);
  });

  it('when the answer comes, or the deadline, nothing is left behind', async () => {
    const { server, endpoint } = await greeter();
    server.answers = false;
    await withProbe('it', WAIT_MS, endpoint, pause(1500));
    should(await outcomeOf(withProbe('it', 1500, endpoint, never))).equal(DeadlineError);
    const { connections } = server;
    should(connections).be.aboveOrEqual(2);
    await until('no connection', () => server.open === 0);
    await pause(300);
    should(server.connections).equal(connections);
  });

  it(
    'a Read on a connection that the link has forgotten is answered with a new session at once, long ' +
      'before its time-out',
    async () => {
      const bench = new Bench(4096);
      ends.push(() => bench.end());
      const server = await bench.serve();
      const proxy = await TcpProxy.open(server.port);
      ends.push(() => proxy.close());
      const connection = bench.connection({
        endpoint: `opc.tcp://127.0.0.1:${proxy.port}/openot`,
        requestTimeoutMs: WAIT_MS
      });
      const transport = bench.transport({}, connection);
      should((await transport.connect()).ok).be.true();
      await proxy.down('blackHole');
      const reading = transport.read(LOOK);
      await pause(3000);
      await proxy.up();
      should(await reading).have.properties({ ok: false, code: 'OPENOT_OPCUA_SESSION_LOST', remedy: 'reconnect' });
      should((await transport.connect()).ok).be.true();
      should((await transport.read(LOOK)).ok).be.true();
      should(connection.state()).have.properties({ state: 'connected', clients: 2 });
    }
  );

  it(
    'an attempt to connect that the link has swallowed is made anew at once when it is back, and is not ' + 'an error',
    async () => {
      const bench = new Bench(4096);
      ends.push(() => bench.end());
      const server = await bench.serve();
      const proxy = await TcpProxy.open(server.port);
      ends.push(() => proxy.close());
      await proxy.down('blackHole');
      const transport = bench.transport({
        endpoint: `opc.tcp://127.0.0.1:${proxy.port}/openot`,
        requestTimeoutMs: WAIT_MS
      });
      const connecting = transport.connect();
      await until('a client that says hello', () => proxy.open > 0);
      await pause(2500);
      await proxy.up();
      should(await connecting).have.property('ok', true);
      should((await transport.read(LOOK)).ok).be.true();
      await transport.close();
    }
  );
});

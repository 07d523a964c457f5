import { createServer, Server, Socket } from 'node:net';
import should from 'should';
import { ReadPart, TransportError } from '../../../../lib/transport/transport';
import { sleep, WAIT_MS } from '../../../support/until';
import { Bench } from './bench';
import { Forwarder } from './forwarder';

const LOOK: ReadPart[] = [{ kind: 'control' }];

/** A server that takes connections and says nothing. */
class Silent {
  private readonly sockets = new Set<Socket>();
  private readonly server: Server = createServer(
    (socket) => void this.sockets.add(socket.on('error', () => undefined))
  );

  listen(): Promise<number> {
    return new Promise((resolve) =>
      this.server.listen(0, '127.0.0.1', () => resolve((this.server.address() as { port: number }).port))
    );
  }

  close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

const code = (outcome: { ok: boolean }): string => (outcome.ok ? 'ok' : (outcome as TransportError).code);

/**
 * A deploy closes readers and endpoint; each must be through before the request time-out, which would be told as that.
 */
describe('OPC UA transport: closing while the server is silent', function () {
  let bench: Bench;
  const ends: Array<() => Promise<void>> = [];

  beforeEach(() => {
    bench = new Bench(4096);
  });
  afterEach(async () => {
    await bench.end();
    for (const end of ends.splice(0)) await end();
  });

  async function silentEndpoint(): Promise<string> {
    const silent = new Silent();
    ends.push(() => silent.close());
    return `opc.tcp://127.0.0.1:${await silent.listen()}`;
  }

  it('a connection attempt ends with the transport, and with the endpoint', async () => {
    const endpoint = await silentEndpoint();
    for (const how of ['transport', 'endpoint']) {
      const connection = bench.connection({ endpoint, requestTimeoutMs: WAIT_MS });
      const transport = bench.transport({}, connection);
      const connecting = transport.connect();
      await sleep(50);
      const closing = how === 'transport' ? transport.close() : connection.destroy();
      await closing;
      should(code(await connecting)).equal('OPENOT_OPCUA_CLOSED');
      should(connection.state().holders).equal(0);
    }
  });

  it('one reader that closes does not end the attempt of another', async () => {
    const connection = bench.connection({ endpoint: await silentEndpoint(), requestTimeoutMs: WAIT_MS });
    const [one, other] = [bench.transport({}, connection), bench.transport({}, connection)];
    const attempts = [one.connect(), other.connect()];
    let ended = false;
    void attempts[1].then(() => (ended = true));
    await sleep(50);
    await one.close();
    should(code(await attempts[0])).equal('OPENOT_OPCUA_CLOSED');
    await sleep(50);
    should(ended).be.false();
    should(connection.state()).have.properties({ state: 'connecting', holders: 1 });
    await other.close();
    should(code(await attempts[1])).equal('OPENOT_OPCUA_CLOSED');
  });

  it('a Read under way ends with its transport; the other reader of the session keeps its own', async () => {
    const server = await bench.serve();
    const forwarder = new Forwarder(server.port);
    await forwarder.listen();
    ends.push(() => forwarder.close());
    const connection = bench.connection({
      endpoint: `opc.tcp://127.0.0.1:${forwarder.port}/openot`,
      requestTimeoutMs: WAIT_MS
    });
    const [one, other] = [bench.transport({}, connection), bench.transport({}, connection)];
    for (const transport of [one, other]) should(code(await transport.connect())).equal('ok');
    forwarder.stalled = true;
    const [reading, otherReading] = [one.read(LOOK), other.read(LOOK)];
    await sleep(20);
    await one.close();
    should(code(await reading)).equal('OPENOT_OPCUA_CLOSED');
    should(connection.state()).have.properties({ state: 'connected', holders: 1 });
    await other.close();
    should(code(await otherReading)).equal('OPENOT_OPCUA_CLOSED');
  });

  it('an endpoint that was closed opens nothing any more', async () => {
    await bench.serve();
    const connection = bench.connection();
    await connection.destroy();
    should(code(await bench.transport({}, connection).connect())).equal('OPENOT_OPCUA_CLOSED');
    should(connection.state()).have.properties({ state: 'closed', clients: 0 });
  });

  it('a transport that was closed connects again', async () => {
    const server = await bench.serve();
    const transport = bench.transport();
    for (let round = 0; round < 3; round++) {
      should(code(await transport.connect())).equal('ok');
      should(code(await transport.read(LOOK))).equal('ok');
      await transport.close();
      should(server.sessions()).equal(0);
    }
  });
});

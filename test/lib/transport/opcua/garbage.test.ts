import { createServer, Server, Socket } from 'node:net';
import should from 'should';
import { createOpcuaConnection } from '../../../../lib/transport/opcua';
import { ReadPart, Transport } from '../../../../lib/transport/transport';
import { Seeded, seeded } from '../../../support/seeded';
import { TcpProxy } from '../../../support/tcp-proxy';
import { Bench } from './bench';
import { until } from '../../../support/until';

const LOOK: ReadPart[] = [{ kind: 'control' }];

/** A message of this type with these bytes behind its header of 8. */
function message(type: string, body: Uint8Array): Buffer {
  const bytes = Buffer.alloc(8 + body.length);
  bytes.write(type, 'latin1');
  bytes.writeUInt32LE(bytes.length, 4);
  bytes.set(body, 8);
  return bytes;
}

/** An ERR message whose text claims to be longer than the message. */
const errorTooLong = message('ERRF', Uint8Array.from([0, 0, 0x82, 0x80, 200, 0, 0, 0, 65, 66]));

/** Random bytes behind a header that is right, or nearly. */
function garbage(random: Seeded): Buffer {
  const type = ['ERR', 'MSG', 'OPN', 'ACK', 'HEL', 'CLO'][random.below(6)] + ['F', 'C', 'A'][random.below(3)];
  const bytes = message(type, random.bytes(random.below(80)));
  if (random.below(4) === 0) bytes.writeUInt32LE(random.below(300), 4);
  return bytes;
}

/* An exception out of a socket's event reaches nobody but the process: mocha fails the test then, and Node-RED ends. */
describe('OPC UA transport: bytes that are no OPC UA', function () {
  let bench: Bench;
  let proxy: TcpProxy;
  let transport: Transport;

  before(async () => {
    bench = new Bench(4096);
    const server = await bench.serve({ maxSessions: 1000 });
    proxy = await TcpProxy.open(server.port);
    transport = bench.transport(
      {},
      bench.connection({ endpoint: `opc.tcp://127.0.0.1:${proxy.port}/openot`, requestTimeoutMs: 1000 })
    );
  });
  after(async () => {
    await transport?.close();
    await bench.end();
    await proxy?.close();
  });

  async function reads(): Promise<void> {
    await until('a Read that succeeds', async () => {
      if ((await transport.read(LOOK)).ok) return true;
      await transport.connect();
      return false;
    });
  }

  it('a message that cannot be decoded ends its connection, not the process; the next one reads on', async () => {
    await reads();
    proxy.inject('client', errorTooLong);
    should(await transport.read(LOOK)).have.properties({
      ok: false,
      code: 'OPENOT_OPCUA_SESSION_LOST',
      remedy: 'reconnect'
    });
    await reads();
  });

  it('so does any other, in any moment', async () => {
    const random = seeded(20);
    for (let i = 0; i < Number(process.env.OPENOT_GARBAGE ?? 5); i++) {
      await reads();
      const reading = transport.read(LOOK);
      if (i % 3 === 0) await proxy.nextPiece();
      proxy.inject('client', garbage(random));
      should((await reading).ok).be.Boolean();
    }
    await reads();
  });

  it('nor does one that a server says instead of its first word', async () => {
    const random = seeded(21);
    const sockets = new Set<Socket>();
    const server: Server = createServer((socket) => {
      sockets.add(socket.on('error', () => undefined));
      socket.once('data', () => socket.write(random.below(4) === 0 ? errorTooLong : garbage(random)));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const endpoint = `opc.tcp://127.0.0.1:${(server.address() as { port: number }).port}`;
    for (let i = 0; i < 20; i++) {
      const connection = createOpcuaConnection({ endpoint, pkiFolder: bench.pkiFolder, requestTimeoutMs: 100 });
      should((await bench.transport({}, connection).connect()).ok).be.false();
      await connection.destroy();
    }
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  it('nor one that reaches the simulator', async () => {
    const random = seeded(22);
    for (let i = 0; i < 10; i++) {
      await reads();
      proxy.inject('server', i === 0 ? errorTooLong : garbage(random));
      await transport.read(LOOK);
    }
    await reads();
  });
});

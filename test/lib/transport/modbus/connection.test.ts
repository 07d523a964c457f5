import should from 'should';
import { ModbusConnectionState } from '../../../../lib/transport/modbus';
import { ReadPart, TransportError } from '../../../../lib/transport/transport';
import { until, WAIT_MS } from '../../../support/until';
import { Bench, pause } from './bench';
import { RawServer, registers } from './raw-server';

const LOOK: ReadPart[] = [{ kind: 'control' }];
const code = (outcome: { ok: boolean }): string => (outcome.ok ? 'ok' : (outcome as TransportError).code);

describe('Modbus connection, shared', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench(4096);
  });
  afterEach(() => bench.end());

  it('one for all readers of a device: opened with the first, closed with the last', async () => {
    await bench.serve();
    const connection = bench.connection();
    const transports = [1, 2, 3].map(() => bench.transport({}, {}, connection));
    should(connection.state()).eql({ state: 'closed', holders: 0, connections: 0, maxRegisters: 125 });
    should((await Promise.all(transports.map((transport) => transport.connect()))).map(code)).eql(['ok', 'ok', 'ok']);
    should((await Promise.all(transports.map((transport) => transport.read(LOOK)))).map(code)).eql(['ok', 'ok', 'ok']);
    should(connection.state()).have.properties({ state: 'connected', holders: 3, connections: 1 });
    should(bench.server.connections()).equal(1);
    await transports[0].close();
    await transports[1].close();
    should(code(await transports[2].read(LOOK))).equal('ok');
    await transports[2].close();
    await until('no connection', () => bench.server.connections() === 0);
    should(connection.state()).eql({ state: 'closed', holders: 0, connections: 1, maxRegisters: 125 });
    should(code(await transports[0].connect())).equal('ok');
    should(bench.server.counters().connections).equal(2);
  });

  for (const how of ['end', 'reset'] as const) {
    it(
      `a device that closes it (${how}): told at once to every reader, and opened again by the next one ` + 'that asks',
      async () => {
        await bench.serve();
        const connection = bench.connection();
        const [one, other] = [bench.transport({}, {}, connection), bench.transport({}, {}, connection)];
        for (const transport of [one, other]) should(code(await transport.connect())).equal('ok');
        const lost: string[] = [];
        one.onLost!((error) => lost.push(`one ${error.code}`));
        other.onLost!((error) => lost.push(`other ${error.code}`));
        bench.server.dropConnections(how);
        await until('both told', () => lost.length === 2);
        should(lost).eql(['one OPENOT_MODBUS_CONNECTION_LOST', 'other OPENOT_MODBUS_CONNECTION_LOST']);
        should(await one.read(LOOK)).have.properties({ code: 'OPENOT_MODBUS_CONNECTION_LOST', remedy: 'reconnect' });
        should(code(await one.connect())).equal('ok');
        should(code(await one.read(LOOK))).equal('ok');
        // The other one has not looked at this connection yet.
        should(await other.read(LOOK)).have.property('remedy', 'reconnect');
        should(code(await other.connect())).equal('ok');
        should(code(await other.read(LOOK))).equal('ok');
        should(lost.length).equal(2);
        should(bench.server.counters().connections).equal(2);
      }
    );
  }

  it('a break in the middle of a read ends the read, and the next connect goes on', async () => {
    await bench.serve();
    const transport = bench.transport();
    should(code(await transport.connect())).equal('ok');
    bench.quirks.delay = 30;
    const { requests } = bench.server.counters();
    const reading = transport.read([{ kind: 'ring', offset: 0, length: 4096 }]);
    await until('the third request of many', () => bench.server.counters().requests >= requests + 3);
    bench.server.dropConnections('reset');
    should(code(await reading)).equal('OPENOT_MODBUS_CONNECTION_LOST');
    bench.quirks.delay = 0;
    should(code(await transport.connect())).equal('ok');
    const read = await transport.read([{ kind: 'ring', offset: 0, length: 4096 }]);
    should(read.ok && Buffer.from(read.parts[0]).equals(Buffer.from(bench.plc.writer.bytes))).be.true();
  });

  it('a device whose pool is full closes the oldest: both readers get their turn, for ever', async () => {
    await bench.serve({ maxConnections: 1 });
    const [one, other] = [bench.transport(), bench.transport()];
    for (let round = 0; round < 5; round++) {
      for (const transport of [one, other]) {
        should(code(await transport.connect())).equal('ok');
        should(code(await transport.read(LOOK))).equal('ok');
      }
    }
    should(bench.server.counters()).have.properties({ connections: 10, evicted: 9 });
    should(bench.server.connections()).equal(1);
  });

  it('is tried again as often as somebody asks, and is there when the device is', async () => {
    await bench.serve();
    const { port } = bench.server;
    await bench.server.stop();
    const connection = bench.connection({ port });
    const transport = bench.transport({}, {}, connection);
    for (let i = 0; i < 5; i++) should(code(await transport.connect())).equal('OPENOT_MODBUS_UNREACHABLE');
    should(connection.state()).have.properties({ state: 'failed', connections: 0 });
    await bench.serve({}, { port });
    should(code(await transport.connect())).equal('ok');
    should(connection.state()).have.properties({ state: 'connected', connections: 1 });
  });

  it('a listener that throws disturbs nobody', async () => {
    await bench.serve();
    const connection = bench.connection();
    const states: ModbusConnectionState['state'][] = [];
    connection.onState(() => {
      throw new Error('listener');
    });
    connection.onState(({ state }) => void (states[states.length - 1] === state || states.push(state)));
    const transport = bench.transport({}, {}, connection);
    should(code(await transport.connect())).equal('ok');
    bench.server.dropConnections();
    await until('lost', () => connection.state().state === 'failed');
    await transport.close();
    should(states).eql(['connecting', 'connected', 'failed', 'closed']);
  });

  it('while a link that was good is down, each try is short: its return is not slept through', async () => {
    const server = await new RawServer(
      (request, socket, connection) => void (connection === 1 && socket.write(registers(request)))
    ).listen();
    const connection = bench.connection({ port: server.port, requestTimeoutMs: WAIT_MS });
    const holder = {};
    await connection.acquire(holder);
    should((await connection.registers({ registerType: 'holding', address: 0, count: 1 })).ok).be.true();
    for (const socket of server.sockets) socket.destroy();
    await until('lost', () => connection.state().state === 'failed');
    // A device that takes the connection and says nothing.
    await connection.acquire(holder);
    await connection.registers({ registerType: 'holding', address: 0, count: 1 });
    // Its own, shorter time: after the time of a request it would be another number.
    should(connection.state().error).have.property('code', 'OPENOT_MODBUS_SILENT');
    should(connection.state().error?.message).match(/within \d{1,4} ms/);
    await server.close();
  });
});

/** A deploy closes readers and device; each must be through long before the time-out of a request. */
describe('Modbus connection: closing while the device is silent', () => {
  let bench: Bench;
  let server: RawServer;
  beforeEach(async () => {
    bench = new Bench(4096);
    server = await new RawServer(() => undefined).listen();
  });
  afterEach(async () => {
    await bench.end();
    await server.close();
  });

  for (const how of ['transport', 'connection'] as const) {
    it(`what waits for an answer ends with the ${how}, and the socket is closed properly`, async () => {
      const connection = bench.connection({ port: server.port, requestTimeoutMs: WAIT_MS });
      const transport = bench.transport({}, {}, connection);
      const connecting = transport.connect();
      await until('the connection', () => server.sockets.size === 1);
      await pause(20);
      const closing = how === 'transport' ? transport.close() : connection.destroy();
      await closing;
      should(code(await connecting)).equal('OPENOT_MODBUS_CLOSED');
      should(connection.state()).have.properties({ state: 'closed', holders: 0 });
      await until('no socket', () => server.sockets.size === 0);
      should(server.finished).eql([true]);
    });
  }

  it('an attempt to connect ends with the connection', async () => {
    // No packet comes back from there.
    const connection = bench.connection({ host: '192.0.2.1', port: 502, requestTimeoutMs: WAIT_MS });
    const connecting = bench.transport({}, {}, connection).connect();
    await pause(50);
    await connection.destroy();
    should(code(await connecting)).match(/OPENOT_MODBUS_(CLOSED|UNREACHABLE)/);
  });

  it('one reader that closes does not end the attempt of another', async () => {
    const connection = bench.connection({ port: server.port, requestTimeoutMs: WAIT_MS });
    const [one, other] = [bench.transport({}, {}, connection), bench.transport({}, {}, connection)];
    const attempts = [one.connect(), other.connect()];
    let ended = false;
    void attempts[1].then(() => (ended = true));
    await pause(50);
    await one.close();
    should(code(await attempts[0])).equal('OPENOT_MODBUS_CLOSED');
    await pause(50);
    should(ended).be.false();
    should(connection.state()).have.properties({ holders: 1 });
    await other.close();
    should(code(await attempts[1])).equal('OPENOT_MODBUS_CLOSED');
  });

  it('a connection that was destroyed opens nothing any more', async () => {
    const connection = bench.connection({ port: server.port });
    await connection.destroy();
    should(code(await bench.transport({}, {}, connection).connect())).equal('OPENOT_MODBUS_CLOSED');
    should(connection.state()).have.properties({ state: 'closed', connections: 0 });
    should(server.connections).equal(0);
  });

  it('a hundred connections in a row leave no socket, timer or listener', async () => {
    await bench.serve();
    const handles = (): string =>
      JSON.stringify(
        process
          .getActiveResourcesInfo()
          .filter((name) => name !== 'Immediate' && name !== 'TickObject')
          .sort()
      );
    const round = async (): Promise<void> => {
      const connection = bench.connection();
      const transport = bench.transport({}, {}, connection);
      should(code(await transport.connect())).equal('ok');
      should(code(await transport.read(LOOK))).equal('ok');
      await transport.close();
      await connection.destroy();
    };
    await round();
    await until('no connection', () => bench.server.connections() === 0);
    await pause(50);
    const before = handles();
    for (let i = 0; i < 100; i++) await round();
    await until('no connection', () => bench.server.connections() === 0);
    await pause(50);
    should(handles()).equal(before);
    should(bench.server.counters().connections).equal(101);
  });
});

import { Socket } from 'node:net';
import should from 'should';
import { ServerRequest } from '../../../../lib/simulator';
import {
  createModbusConnection,
  ModbusConnection,
  ModbusSettings,
  RegistersOutcome
} from '../../../../lib/transport/modbus';
import { pause } from './bench';
import { frame, RawServer, registers } from './raw-server';

type Handler = (request: ServerRequest, socket: Socket, connection: number) => void;
const ask = (address: number, count = 2) => ({ registerType: 'holding', address, count }) as const;
const code = (outcome: RegistersOutcome | { ok: boolean }): string =>
  outcome.ok ? 'ok' : (outcome as { code: string }).code;
/** Every register holds its own address. */
function right(outcome: RegistersOutcome, address: number, count = 2): void {
  if (!outcome.ok) throw new Error(outcome.message);
  const found = Array.from({ length: count }, (_, i) => outcome.bytes[i * 2] * 256 + outcome.bytes[i * 2 + 1]);
  should(found).eql(Array.from({ length: count }, (_, i) => address + i));
}

/** Of the tests in which one passes: long enough for an answer that comes at all. */
const DEADLINE = { requestTimeoutMs: 1000 };

describe('Modbus requests and answers', () => {
  let server: RawServer;
  let connection: ModbusConnection;
  const holder = {};

  async function open(handler: Handler, settings: Partial<ModbusSettings> = {}): Promise<void> {
    server = await new RawServer(handler).listen();
    connection = createModbusConnection({
      host: '127.0.0.1',
      port: server.port,
      requestTimeoutMs: 10_000,
      ...settings
    });
    should(await connection.acquire(holder)).eql({ ok: true });
  }
  afterEach(async () => {
    await connection.destroy();
    await server.close();
  });

  it('an answer that comes after its deadline is not that of the next request, nor of any other', async () => {
    const late: Buffer[] = [];
    await open((request, socket) => {
      // The third one is withheld and sent just before the answer to the fourth.
      if (request.address === 30) return void late.push(registers(request));
      if (request.address === 40) socket.write(late.splice(0)[0]);
      socket.write(registers(request));
    }, DEADLINE);
    right(await connection.registers(ask(10)), 10);
    should(code(await connection.registers(ask(30)))).equal('OPENOT_MODBUS_TIMEOUT');
    const next = connection.registers(ask(50));
    // One request is in flight at a time: while its answer may still come, nothing is sent.
    await pause(50);
    should(late.length).equal(1);
    for (const socket of server.sockets) socket.write(late.splice(0)[0]);
    right(await next, 50);
    should(connection.state()).have.properties({ state: 'connected', connections: 1 });
  });

  it('a device that stays silent after a deadline loses the connection; the next one works', async () => {
    await open(
      (request, socket, number) => void (number === 1 && request.address === 30 ? 0 : socket.write(registers(request))),
      DEADLINE
    );
    right(await connection.registers(ask(10)), 10);
    should(code(await connection.registers(ask(30)))).equal('OPENOT_MODBUS_TIMEOUT');
    const waiting = connection.registers(ask(40));
    should(code(await waiting)).equal('OPENOT_MODBUS_SILENT');
    should(connection.state()).have.properties({ state: 'failed' });
    should(await connection.acquire(holder)).eql({ ok: true });
    right(await connection.registers(ask(30)), 30);
    should(connection.state().connections).equal(2);
  });

  it('each request has its own deadline, counted from when it is sent', async () => {
    await open((request, socket) => void setTimeout(() => socket.write(registers(request)), 400), DEADLINE);
    // Three in a row take longer than one deadline.
    const outcomes = await Promise.all([10, 20, 30].map((address) => connection.registers(ask(address))));
    outcomes.forEach((outcome, i) => right(outcome, 10 + i * 10));
  });

  for (const pipeline of [1, 4, 16]) {
    it(`${pipeline} in flight, and never more`, async () => {
      let inFlight = 0;
      let most = 0;
      await open(
        (request, socket) => {
          most = Math.max(most, ++inFlight);
          setTimeout(() => {
            inFlight--;
            socket.write(registers(request));
          }, 5);
        },
        { pipeline, maxRegisters: 10 }
      );
      right(await connection.registers(ask(100, 400)), 100, 400);
      should(most).equal(pipeline);
    });
  }

  it('answers in another order than the requests are told apart', async () => {
    const held: Buffer[] = [];
    await open(
      (request, socket) => {
        held.unshift(registers(request));
        if (held.length === 4) socket.write(Buffer.concat(held.splice(0)));
      },
      { pipeline: 4, maxRegisters: 25 }
    );
    right(await connection.registers(ask(7, 100)), 7, 100);
  });

  it('frames cut at every byte, and many in one segment', async () => {
    await open((request, socket) => {
      const bytes = registers(request);
      for (const byte of bytes) socket.write(Buffer.from([byte]));
    });
    right(await connection.registers(ask(7, 60)), 7, 60);
    // Answers that nobody asked for, before and behind, in one segment.
    await server.close();
    await connection.destroy();
    await open(
      (request, socket) =>
        void socket.write(
          Buffer.concat([
            frame({ id: request.id ^ 0x5555, body: [2, 1, 1] }),
            registers(request),
            registers(request),
            frame({ id: 0, functionCode: 0x83, body: [2] })
          ])
        )
    );
    for (let i = 0; i < 20; i++) right(await connection.registers(ask(i * 3, 3)), i * 3, 3);
    should(connection.state().connections).equal(1);
  });

  const RUBBISH: [string, (request: ServerRequest) => Buffer][] = [
    ['another protocol', ({ id }) => Buffer.from([id >> 8, id & 255, 0, 1, 0, 3, 255, 0x83, 2])],
    ['a length beyond any frame', ({ id }) => Buffer.from([id >> 8, id & 255, 0, 0, 0xff, 0xff, 255, 3])],
    ['a length too small', ({ id }) => Buffer.from([id >> 8, id & 255, 0, 0, 0, 1, 255, 3])],
    ['a web page', () => Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['another function', ({ id }) => frame({ id, functionCode: 4, body: [4, 0, 0, 0, 0] })],
    ['an exception of another function', ({ id }) => frame({ id, functionCode: 0x84, body: [2] })],
    ['fewer registers than asked for', ({ id }) => frame({ id, body: [2, 0, 0] })],
    ['more registers than asked for', ({ id }) => frame({ id, body: [6, 0, 0, 0, 0, 0, 0] })],
    ['a byte count that is not that of the bytes', ({ id }) => frame({ id, body: [6, 0, 0, 0, 0] })]
  ];
  for (const [name, answer] of RUBBISH) {
    it(`${name} is no answer: told, and the connection is opened anew`, async () => {
      await open((request, socket, number) => void socket.write(number === 1 ? answer(request) : registers(request)), {
        unitId: 5
      });
      const outcome = await connection.registers(ask(10));
      should(code(outcome)).equal('OPENOT_MODBUS_PROTOCOL');
      should(outcome).have.property('remedy', 'reconnect');
      should(await connection.acquire(holder)).eql({ ok: true });
      right(await connection.registers(ask(10)), 10);
    });
  }

  it('a device that calls itself 255, whatever unit was asked, is believed', async () => {
    await open((request, socket) => void socket.write(registers(request)), { unitId: 5 });
    right(await connection.registers(ask(10)), 10);
  });

  it('busy is asked again until it is not, with pauses', async () => {
    let refused = 0;
    await open(
      (request, socket) =>
        void socket.write(
          refused++ < 3 ? frame({ id: request.id, functionCode: 0x83, body: [6] }) : registers(request)
        ),
      { requestTimeoutMs: 10_000 }
    );
    right(await connection.registers(ask(10)), 10);
    should(refused).equal(4);
  });

  it('transaction ids begin anew behind 65,535, and no id is used while its answer is due', async function () {
    const ids: number[] = [];
    await open(
      (request, socket) => {
        ids.push(request.id);
        socket.write(registers(request));
      },
      { pipeline: 16, maxRegisters: 1, requestTimeoutMs: 60_000 }
    );
    for (let i = 0; i < 2; i++) right(await connection.registers(ask(0, 35_000)), 0, 35_000);
    should(Math.max(...ids.slice(60_000))).equal(65_535);
    should(ids.slice(65_533, 65_538)).eql([65_534, 65_535, 1, 2, 3]);
  });

  it('a connection that breaks in the middle of an answer ends all that wait, each with the reason', async () => {
    await open(
      (request, socket) => {
        socket.write(registers(request).subarray(0, 9));
        socket.resetAndDestroy();
      },
      { pipeline: 2 }
    );
    const outcomes = await Promise.all([10, 20, 30].map((address) => connection.registers(ask(address))));
    should(outcomes.map(code)).eql(Array(3).fill('OPENOT_MODBUS_CONNECTION_LOST'));
    should(code(await connection.registers(ask(10)))).equal('OPENOT_MODBUS_CONNECTION_LOST');
  });

  it('a gateway that answers on the new connection what was asked on the old one is not believed', async () => {
    const before: Buffer[] = [];
    await open((request, socket, number) => {
      if (number === 1) {
        // Zeros, the answer of a device that was just starting.
        before.push(frame({ id: request.id, body: [4, 0, 0, 0, 0] }));
        return socket.resetAndDestroy() as unknown as void;
      }
      socket.write(Buffer.concat([...before.splice(0), registers(request)]));
    });
    should(code(await connection.registers(ask(10)))).equal('OPENOT_MODBUS_CONNECTION_LOST');
    should(await connection.acquire(holder)).eql({ ok: true });
    right(await connection.registers(ask(10)), 10);
  });
});

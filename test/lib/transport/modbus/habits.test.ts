import { Socket } from 'node:net';
import should from 'should';
import { ServerRequest } from '../../../../lib/simulator';
import { createModbusConnection, createModbusTransport, ModbusSettings } from '../../../../lib/transport/modbus';
import { ReadPart, Transport, TransportError } from '../../../../lib/transport/transport';
import { FakePlc } from '../../reader/fake-plc';
import { pause } from './bench';
import { frame, RawServer } from './raw-server';

const LOOK: ReadPart[] = [{ kind: 'control' }];
const RING_AT = 100;

/** One device: how it answers, given the whole answer and how to send it. */
interface Habit {
  readonly name: string;
  /** What is set in the node for it; nothing where it is read as it is. */
  readonly settings?: Partial<ModbusSettings>;
  /** What the error says while that is not set; absent where it is read without any setting. */
  readonly says?: RegExp;
  readonly device: () => (request: ServerRequest, answer: Buffer, socket: Socket, now: Moment) => void;
}

/** When something happened on a connection, in milliseconds of the monotonic clock. */
interface Moment {
  readonly sinceOpenMs: number;
  readonly sinceAnswerMs: number;
  /** Requests before this one on the connection. */
  readonly before: number;
}

const exception = (request: ServerRequest, code: number): Buffer =>
  frame({ id: request.id, unitId: request.unitId, functionCode: request.functionCode | 0x80, body: [code] });
const refusesAbove =
  (most: number, code: number): Habit['device'] =>
  () =>
  (request, answer, socket) =>
    void socket.write(request.count > most ? exception(request, code) : answer);
const firstTimes =
  (times: number, code: number): Habit['device'] =>
  () => {
    let left = times;
    return (request, answer, socket) => void socket.write(left-- > 0 ? exception(request, code) : answer);
  };
/** The answer with another unit id or transaction id. */
const patched = (answer: Buffer, patch: (copy: Buffer) => void): Buffer => {
  const copy = Buffer.from(answer);
  patch(copy);
  return copy;
};

const HABITS: Habit[] = [
  {
    name: 'quiet for a while after a connection: the first request is asked again on the same one',
    device:
      () =>
      (_, answer, socket, { sinceOpenMs }) =>
        void (sinceOpenMs > 300 && socket.write(answer))
  },
  {
    name: 'quiet for longer than two time-outs after a connection',
    settings: { connectPauseMs: 1500 },
    says: /asked twice within \d+ ms.*another master, or a reader of this or another Node-RED, may hold/,
    device:
      () =>
      (_, answer, socket, { sinceOpenMs }) =>
        void (sinceOpenMs > 1400 && socket.write(answer))
  },
  {
    name: 'needs 50 ms between an answer and the next request',
    settings: { requestPauseMs: 60 },
    says: /a pause between requests/,
    device: () => (_, answer, socket, now) =>
      void ((now.before === 0 || now.sinceAnswerMs > 50) && socket.write(answer))
  },
  {
    name: 'sends transaction id 0, whatever was asked',
    settings: { transactionId: 'tolerant' },
    says: /answers with transaction id 0, which belongs to no request: set the transaction id to tolerant/,
    device: () => (_, answer, socket) => void socket.write(patched(answer, (copy) => copy.writeUInt16BE(0, 0)))
  },
  {
    name: 'counts transaction ids by itself',
    settings: { transactionId: 'tolerant' },
    says: /which belongs to no request/,
    device: () => {
      let id = 40_000;
      return (_, answer, socket) => void socket.write(patched(answer, (copy) => copy.writeUInt16BE(id++, 0)));
    }
  },
  { name: 'at most 10 registers (exception 2)', device: refusesAbove(10, 2) },
  { name: 'at most 4 registers (exception 3)', device: refusesAbove(4, 3) },
  { name: 'one register at a time', device: refusesAbove(1, 3) },
  { name: 'at most 63 registers', device: refusesAbove(63, 2) },
  {
    name: 'drops requests of more than 20 registers without a word',
    settings: { maxRegisters: 20 },
    says: /fewer registers|check the unit id/,
    device: () => (request, answer, socket) => void (request.count <= 20 && socket.write(answer))
  },
  {
    name: 'closes the connection after every answer',
    device: () => (_, answer, socket) => void socket.end(answer)
  },
  {
    name: 'closes the connection after every third answer',
    device: () => (_, answer, socket, now) => void (now.before === 2 ? socket.end(answer) : socket.write(answer))
  },
  {
    name: 'answers as another unit',
    device: () => (_, answer, socket) => void socket.write(patched(answer, (copy) => (copy[6] = 17)))
  },
  { name: 'is busy (exception 6) for a while', device: firstTimes(3, 6) },
  { name: 'acknowledges first (exception 5)', device: firstTimes(3, 5) },
  { name: 'is behind a gateway without a path for a while (exception 10)', device: firstTimes(3, 10) },
  { name: 'is behind a gateway that does not reach it for a while (exception 11)', device: firstTimes(3, 11) },
  {
    name: 'counts an exception wrongly in its length field',
    device: () => {
      let left = 3;
      return (request, answer, socket) => {
        if (left-- <= 0) return void socket.write(answer);
        socket.write(patched(exception(request, 6), (copy) => copy.writeUInt16BE([0, 9, 255][left], 4)));
      };
    }
  },
  {
    name: 'fills an exception with zeros up to a length of its own',
    device: () => {
      let left = 3;
      return (request, answer, socket) => {
        if (left-- <= 0) return void socket.write(answer);
        const long = patched(exception(request, 6), (copy) => copy.writeUInt16BE(7, 4));
        socket.write(Buffer.concat([long, Buffer.alloc(4)]));
      };
    }
  },
  {
    name: 'answers byte by byte',
    device: () => (_, answer, socket) => answer.forEach((byte) => void socket.write(Buffer.from([byte])))
  },
  {
    name: 'answers everything twice',
    device: () => (_, answer, socket) => void socket.write(Buffer.concat([answer, answer]))
  },
  {
    name: 'answers only unit 1',
    settings: { unitId: 1 },
    says: /check the unit id \(now 255; 255, 1 and 0 are usual\)/,
    device: () => (request, answer, socket) => void (request.unitId === 1 && socket.write(answer))
  },
  {
    name: 'has exception 4 for requests that are too long',
    device: refusesAbove(32, 4)
  }
];

/** Of a device that does not answer: long enough for one that does. */
const DEADLINE = { requestTimeoutMs: 600 };

describe('Modbus devices and their habits', function () {
  this.timeout(60_000);
  let server: RawServer;
  const plc = new FakePlc(512);
  for (let i = 0; i < 512; i++) plc.writer.bytes[i] = (i * 7) & 0xff;

  /** Control block from register 0, ring from 100. */
  function answerOf(request: ServerRequest): Buffer {
    const memory = Buffer.alloc((RING_AT + 256 + 200) * 2);
    memory.set(plc.controlBytes(), 0);
    memory.set(plc.writer.bytes, RING_AT * 2);
    const bytes = memory.subarray(request.address * 2, (request.address + request.count) * 2);
    return frame({ id: request.id, unitId: request.unitId, body: [bytes.length, ...bytes] });
  }

  async function serve({ device }: Habit): Promise<void> {
    const does = device();
    const times = new WeakMap<Socket, { answeredMs: number; before: number }>();
    server = await new RawServer((request, socket) => {
      const nowMs = performance.now();
      const time = times.get(socket) ?? { answeredMs: -1e9, before: 0 };
      times.set(socket, time);
      const moment = {
        sinceOpenMs: nowMs - (server.openedMs.get(socket) ?? nowMs),
        sinceAnswerMs: nowMs - time.answeredMs,
        before: time.before++
      };
      does(request, answerOf(request), socket, moment);
      time.answeredMs = performance.now();
    }).listen();
  }
  afterEach(() => server.close());

  /** As the reader does it: again after whatever passes. All that was said. */
  async function outcome(settings: Partial<ModbusSettings>, tries: number): Promise<{ read: boolean; said: string }> {
    const connection = createModbusConnection({ host: '127.0.0.1', port: server.port, ...DEADLINE, ...settings });
    const transport = createModbusTransport(connection, {
      registerType: 'holding',
      controlAddress: 0,
      ringAddress: RING_AT,
      byteOrder: 'big'
    });
    let said = '';
    try {
      for (let i = 0; i < tries; i++) {
        const failed = await readOnce(transport);
        if (failed === undefined) return { read: true, said };
        said += `${failed.code}: ${failed.message}\n`;
        await pause(20);
      }
      return { read: false, said };
    } finally {
      await transport.close();
      await connection.destroy();
    }
  }

  async function readOnce(transport: Transport): Promise<TransportError | undefined> {
    const connected = await transport.connect();
    if (!connected.ok) return connected;
    const read = await transport.read([...LOOK, { kind: 'ring', offset: 10, length: 400 }, ...LOOK]);
    if (!read.ok) return read;
    should(Buffer.from(read.parts[0]).equals(Buffer.from(plc.controlBytes()))).be.true();
    should(Buffer.from(read.parts[1]).equals(Buffer.from(plc.ringBytes(10, 400)))).be.true();
    return undefined;
  }

  for (const habit of HABITS) {
    const { name, settings, says } = habit;
    if (says !== undefined)
      it(`${name}: says why not, and what to set`, async () => {
        await serve(habit);
        const { read, said } = await outcome({}, 4);
        should(read).be.false();
        should(said).match(says);
      });
    it(`${name}: is read${settings === undefined ? '' : ` with ${JSON.stringify(settings)}`}`, async () => {
      await serve(habit);
      const { read, said } = await outcome(settings ?? {}, settings === undefined ? 6 : 1);
      should(read).equal(true, said);
    });
  }
});

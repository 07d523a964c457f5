import { Socket } from 'node:net';
import should from 'should';
import { findModbusRings } from '../../../lib/discovery';
import { createSimulator, ServerRequest } from '../../../lib/simulator';
import { ModbusSettings } from '../../../lib/transport/modbus';
import { frame, RawServer } from '../transport/modbus/raw-server';

const CONTROL_AT = 300;
const RING_AT = 344;

type Device = (request: ServerRequest, answer: Buffer, socket: Socket) => void;

describe('searching Modbus devices with habits for rings', function () {
  this.timeout(60_000);
  let server: RawServer;
  const memory = Buffer.alloc(131_072);

  before(() => {
    const plc = createSimulator({ scenario: 'reactor', timer: false, ringBytes: 4096 });
    plc.command('burst', 200);
    memory.set(plc.producer.control, CONTROL_AT * 2);
    memory.set(plc.producer.ring, RING_AT * 2);
  });
  afterEach(() => server.close());

  async function find(device: Device, settings: Partial<ModbusSettings> = {}): ReturnType<typeof findModbusRings> {
    server = await new RawServer((request, socket) => {
      const { id, unitId, functionCode, address, count } = request;
      const bytes = memory.subarray(address * 2, (address + count) * 2);
      device(request, frame({ id, unitId, functionCode, body: [bytes.length, ...bytes] }), socket);
    }).listen();
    const place = { host: '127.0.0.1', port: server.port, requestTimeoutMs: 500, ...settings };
    return findModbusRings(place, { from: 0, to: 4000 });
  }

  async function finds(device: Device, settings?: Partial<ModbusSettings>): Promise<void> {
    const outcome = await find(device, settings);
    if (!outcome.ok) throw new Error(`${outcome.code}: ${outcome.message}`);
    should(outcome.rings.map(({ fields }) => [fields.controlAddress, fields.ringAddress])).eql([
      [String(CONTROL_AT), String(RING_AT)]
    ]);
  }

  const exception = ({ id, unitId, functionCode }: ServerRequest, code: number): Buffer =>
    frame({ id, unitId, functionCode: functionCode | 0x80, body: [code] });

  for (const code of [5, 6, 10, 11]) {
    it(`goes on after exception ${code} that passes`, async () => {
      let times = 0;
      await finds((request, answer, socket) => void socket.write(++times % 4 < 3 ? exception(request, code) : answer));
    });

    it(`goes on behind places that always answer exception ${code}`, async () => {
      await finds(
        (request, answer, socket) => void socket.write(request.address < 250 ? exception(request, code) : answer)
      );
    });
  }

  it('is given up where nothing but that comes, with what it means', async () => {
    const outcome = await find((request, _, socket) => void socket.write(exception(request, 11)));
    should(outcome).match({ ok: false, code: 'OPENOT_MODBUS_GATEWAY' });
  });

  it('goes on after a request that was not answered', async () => {
    let count = 0;
    await finds((_, answer, socket) => void (++count % 20 !== 0 && socket.write(answer)));
  });

  it('finds it in a device that closes the connection after every answer', async () => {
    await finds((_, answer, socket) => void socket.end(answer));
  });

  it('finds it in a device that sends transaction id 0 and needs a pause, when the node says so', async () => {
    let answeredMs = 0;
    await finds(
      (_, answer, socket) => {
        if (performance.now() - answeredMs < 5) return;
        answeredMs = performance.now();
        answer.writeUInt16BE(0, 0);
        socket.write(answer);
      },
      { transactionId: 'tolerant', requestPauseMs: 8 }
    );
  });
});

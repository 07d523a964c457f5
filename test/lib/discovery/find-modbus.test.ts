import should from 'should';
import { createServer } from 'node:net';
import { findModbusRings, FindOutcome, ModbusFields, ScanRange } from '../../../lib/discovery';
import { createSimulator, Simulator, SimulatorOptions } from '../../../lib/simulator';
import { until } from '../../support/until';

type Found = Extract<FindOutcome<ModbusFields>, { ok: true }>;

describe('searching a Modbus device for rings', function () {
  let plc: Simulator | undefined;

  afterEach(async () => {
    await plc?.stop();
    plc = undefined;
  });

  const start = async (
    quirks: SimulatorOptions['modbusQuirks'] = {},
    registers?: SimulatorOptions['modbusRegisters'],
    options: Partial<SimulatorOptions> = {}
  ): Promise<Simulator> => {
    plc = createSimulator({
      scenario: 'reactor',
      rate: 200,
      ringBytes: 8192,
      modbusPort: 'any',
      modbusQuirks: quirks,
      modbusRegisters: registers,
      ...options
    });
    should(await plc.start()).eql({ ok: true });
    plc.command('burst', 300);
    return plc;
  };
  const find = (range?: ScanRange, limits = {}, signal?: AbortSignal): Promise<FindOutcome<ModbusFields>> =>
    findModbusRings({ host: '127.0.0.1', port: plc!.modbus!.port, requestTimeoutMs: 30_000 }, range, limits, signal);
  const found = (outcome: FindOutcome<ModbusFields>): Found => {
    if (!outcome.ok) throw new Error(`${outcome.code}: ${outcome.message}`);
    return outcome;
  };

  for (const [name, quirks, registers, expected] of [
    ['right behind its control block', {}, { controlAddress: 0, ringAddress: 44 }, ['holding', '0', '44', 'big']],
    ['some registers behind it', {}, { controlAddress: 700, ringAddress: 900 }, ['holding', '700', '900', 'big']],
    ['before it', {}, { controlAddress: 20_000, ringAddress: 3000 }, ['holding', '20000', '3000', 'big']],
    [
      'with swapped bytes',
      { byteOrder: 'little' },
      { controlAddress: 12_288, ringAddress: 12_332 },
      ['holding', '12288', '12332', 'little']
    ],
    [
      'with swapped words',
      { wordsSwapped: true },
      { controlAddress: 1, ringAddress: 45 },
      ['holding', '1', '45', 'big']
    ],
    [
      'with both swapped',
      { byteOrder: 'little', wordsSwapped: true },
      { controlAddress: 10, ringAddress: 101 },
      ['holding', '10', '101', 'little']
    ],
    [
      'in a device that answers 64 registers at most',
      { maxRegisters: 64 },
      { controlAddress: 301, ringAddress: 345 },
      ['holding', '301', '345', 'big']
    ],
    [
      'in one that answers 16, and calls it a wrong address',
      { maxRegisters: 16, refuseWith: 2 },
      { controlAddress: 301, ringAddress: 345 },
      ['holding', '301', '345', 'big']
    ],
    [
      'in input registers alone',
      { functions: [4] },
      { controlAddress: 5, ringAddress: 49 },
      ['input', '5', '49', 'big']
    ],
    [
      'in a device that is busy now and then',
      { busy: 0.2 },
      { controlAddress: 30, ringAddress: 74 },
      ['holding', '30', '74', 'big']
    ],
    [
      'on the last registers there are',
      {},
      { controlAddress: 65_536 - 4096 - 44, ringAddress: 65_536 - 4096 },
      ['holding', '61396', '61440', 'big']
    ]
  ] as Array<[string, SimulatorOptions['modbusQuirks'], SimulatorOptions['modbusRegisters'], string[]]>) {
    it(`finds it ${name}`, async () => {
      await start(quirks, registers);
      const { rings } = found(await find());
      should(rings.length).equal(1);
      const { registerType, controlAddress, ringAddress, byteOrder } = rings[0].fields;
      should([registerType, controlAddress, ringAddress, byteOrder]).eql(expected);
      should(rings[0].isProved).be.true();
      should(plc!.modbus!.connections()).equal(0);
    });
  }

  it('takes one connection, and few requests: a little more than the registers need', async () => {
    await start({}, { controlAddress: 0, ringAddress: 44 });
    const { rings, looked } = found(await find({ from: 0, to: 4139 }));
    should(rings.length).equal(1);
    const { requests, connections } = plc!.modbus!.counters();
    should(connections).equal(1);
    // 34 of 125 for each kind of registers, and the looks at the control block and the oldest record.
    should(requests).be.within(68, 130);
    should(looked).match(
      new RegExp(`^holding registers 0 to 4139, input registers 0 to 4139; ${requests} requests in `)
    );
  });

  it('looks only where it is told to', async () => {
    await start({}, { controlAddress: 1000, ringAddress: 1044 });
    should(found(await find({ from: 0, to: 999 })).rings).eql([]);
    should(found(await find({ from: 1000, to: 1043 })).rings.map(({ fields }) => fields.controlAddress)).eql(['1000']);
  });

  it('says of a ring in which nothing was written that its place is a guess', async () => {
    await start({}, { controlAddress: 0, ringAddress: 44 }, { timer: false });
    await plc!.stop();
    const empty = Buffer.from(plc!.producer.control);
    empty.fill(0, 24, 48);
    empty.fill(0, 64, 72);
    const device = await deviceWith(new Map([[100, empty]]));
    const { rings } = found(await findModbusRings({ host: '127.0.0.1', port: device.port }, { from: 0, to: 5000 }));
    await device.stop();
    should(rings).match([
      { isProved: false, fields: { controlAddress: '100', ringAddress: '144' }, description: /nothing written yet/ }
    ]);
  });

  it('names a control block that begins in the middle of a register: nothing else could', async () => {
    await start({}, { controlAddress: 0, ringAddress: 44 }, { timer: false });
    const shifted = Buffer.concat([Buffer.alloc(1), Buffer.from(plc!.producer.control), Buffer.alloc(1)]);
    const device = await deviceWith(new Map([[200, shifted]]));
    const { rings, hints } = found(
      await findModbusRings({ host: '127.0.0.1', port: device.port }, { from: 0, to: 999 })
    );
    await device.stop();
    should(rings).eql([]);
    should(hints.join()).match(/begins in the middle of holding register 200 /);
  });

  it('names a control block whose ring cannot be read', async () => {
    await start({}, { controlAddress: 0, ringAddress: 44 }, { timer: false });
    const device = await deviceWith(new Map([[200, Buffer.from(plc!.producer.control)]]));
    const { rings, hints } = found(
      await findModbusRings({ host: '127.0.0.1', port: device.port }, { from: 0, to: 999 })
    );
    await device.stop();
    should(rings).eql([]);
    should(hints.join()).match(
      /holding register 200 .*begins a control block of a ring of 8192 bytes \(4096 registers\), but its records were not found/
    );
  });

  it(
    'finds areas that stand alone between addresses that do not exist, also such as are shorter than a ' + 'request',
    async () => {
      await start({}, { controlAddress: 0, ringAddress: 44 }, { timer: false });
      const { control, ring } = plc!.producer;
      for (const [controlAddress, ringAddress] of [
        [4321, 9000],
        [777, 30_001]
      ]) {
        const device = await deviceWith(
          new Map([
            [controlAddress, Buffer.from(control)],
            [ringAddress, Buffer.from(ring)]
          ]),
          false
        );
        const { rings } = found(await findModbusRings({ host: '127.0.0.1', port: device.port }));
        await device.stop();
        should(rings.map(({ fields }) => [fields.controlAddress, fields.ringAddress])).eql([
          [String(controlAddress), String(ringAddress)]
        ]);
      }
    }
  );

  it('is over in its time, and at once when it is called off', async () => {
    await start({ delay: 20 }, { controlAddress: 40_000, ringAddress: 40_044 });
    const late = found(await find(undefined, { timeMs: 300 }));
    should(late).match({ rings: [], isComplete: false });
    should(late.hints.join()).match(/give it a smaller range/);
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 100);
    const aborted = await find(undefined, {}, stop.signal);
    if (aborted.ok) should(aborted.isComplete).be.false();
    await until('no connection', () => plc!.modbus!.connections() === 0);
  });

  it('says why a device does not answer, or cannot be reached', async () => {
    await start({ silent: true });
    should(await findModbusRings({ host: '127.0.0.1', port: plc!.modbus!.port, requestTimeoutMs: 1000 })).match({
      ok: false,
      code: 'OPENOT_MODBUS_SILENT'
    });
    should(await findModbusRings({ host: '127.0.0.1', port: 1, requestTimeoutMs: 500 })).match({
      ok: false,
      code: 'OPENOT_MODBUS_UNREACHABLE'
    });
  });
});

/** A device of the test's own, with these bytes at these registers; elsewhere zeros, or nothing. */
function deviceWith(
  areas: ReadonlyMap<number, Buffer>,
  isFilled = true
): Promise<{ port: number; stop(): Promise<void> }> {
  const memory = Buffer.alloc(131_072);
  const exists = new Uint8Array(65_536).fill(isFilled ? 1 : 0);
  for (const [address, bytes] of areas) {
    bytes.copy(memory, address * 2);
    exists.fill(1, address, address + bytes.length / 2);
  }
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      for (let at = 0; at + 12 <= chunk.length; at += 12) {
        const [address, count] = [chunk.readUInt16BE(at + 8), chunk.readUInt16BE(at + 10)];
        const isThere =
          address + count <= 65_536 && exists.subarray(address, address + count).every((flag) => flag === 1);
        const body = isThere
          ? Buffer.concat([
              Buffer.from([chunk[at + 7], count * 2]),
              memory.subarray(address * 2, (address + count) * 2)
            ])
          : Buffer.from([chunk[at + 7] | 0x80, 2]);
        const head = Buffer.alloc(7);
        chunk.copy(head, 0, at, at + 4);
        head.writeUInt16BE(body.length + 1, 4);
        head[6] = chunk[at + 6];
        socket.write(Buffer.concat([head, body]));
      }
    });
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve({
        port: typeof address === 'object' && address !== null ? address.port : 0,
        stop: () => new Promise((done) => server.close(() => done()))
      });
    });
  });
}

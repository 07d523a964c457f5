import should from 'should';
import { ModbusQuirks } from '../../../../lib/simulator';
import { ModbusRing, ModbusSettings } from '../../../../lib/transport/modbus';
import { RingFacts, TransportError } from '../../../../lib/transport/transport';
import { Bench } from './bench';

type Mistake = [
  name: string,
  code: string,
  remedy: string,
  says: RegExp,
  ring: Partial<ModbusRing>,
  quirks?: ModbusQuirks,
  settings?: Partial<ModbusSettings>
];

const MISTAKES: Mistake[] = [
  [
    'an address one too low',
    'OPENOT_MODBUS_CONTROL_SHIFTED',
    'refused',
    /found one register later: set controlAddress to 10\. Addresses are counted from 0 here/,
    { controlAddress: 9 }
  ],
  [
    'an address one too high',
    'OPENOT_MODBUS_CONTROL_SHIFTED',
    'refused',
    /found one register earlier: set controlAddress to 10/,
    { controlAddress: 11 }
  ],
  [
    'a device that shows everything one register later',
    'OPENOT_MODBUS_CONTROL_SHIFTED',
    'refused',
    /found one register later: set controlAddress to 11/,
    {},
    { shift: 1, byteOrder: 'little' }
  ],
  [
    'a device that shows everything one register earlier',
    'OPENOT_MODBUS_CONTROL_SHIFTED',
    'refused',
    /found one register earlier: set controlAddress to 9/,
    {},
    { shift: -1, wordsSwapped: true }
  ],
  [
    'an address 40 too low',
    'OPENOT_MODBUS_CONTROL_SHIFTED',
    'refused',
    /found 10 registers later: set controlAddress to 10/,
    { controlAddress: 0 }
  ],
  [
    'the two addresses exchanged',
    'OPENOT_MODBUS_EXCHANGED',
    'refused',
    /exchange the two addresses/,
    { controlAddress: 500, ringAddress: 10 }
  ],
  [
    'an address of a record',
    'OPENOT_MODBUS_CONTROL_MISSING',
    'refused',
    /found a record of the ring: 4f 4f 54 32 /,
    { controlAddress: 500 }
  ],
  [
    'an address in the middle of nowhere',
    'OPENOT_MODBUS_CONTROL_ZERO',
    'refused',
    /found zeros: is that the right address/,
    { controlAddress: 200 }
  ],
  [
    'an address within the ring',
    'OPENOT_MODBUS_CONTROL_MISSING',
    'refused',
    /expected the control block \(4f 4f 54 32, OOT2, in any byte order\) from holding register 505 \(400506 in tools/,
    { controlAddress: 505 }
  ],
  [
    'registers that a watchdog cleared',
    'OPENOT_MODBUS_CONTROL_ZERO',
    'refused',
    /does no watchdog of the Modbus server clear the registers/,
    {},
    { zeroed: true }
  ],
  [
    'an address beyond the device',
    'OPENOT_MODBUS_ADDRESS_REFUSED',
    'refused',
    /44 registers from holding register 9000 .*exception 2 \(no such address\): check the address .*40001 or 30001 is 0 here/,
    { controlAddress: 9000 }
  ],
  [
    'an address that does not exist in Modbus',
    'OPENOT_MODBUS_ADDRESS_RANGE',
    'refused',
    /there are addresses 0 to 65535 only/,
    { controlAddress: 65_530 }
  ],
  [
    'an address that is no number',
    'OPENOT_MODBUS_ADDRESS_RANGE',
    'refused',
    /there are addresses 0 to 65535 only/,
    { controlAddress: Number.NaN }
  ],
  [
    'a ring that would end beyond the last address',
    'OPENOT_MODBUS_RING_BEYOND',
    'refused',
    /the ring has 4096 bytes: from holding register 64000 .*Check the address of the ring/,
    { ringAddress: 64_000 }
  ],
  [
    'a ring over the control block',
    'OPENOT_MODBUS_OVERLAP',
    'refused',
    /overlap: check both addresses/,
    { ringAddress: 40 }
  ],
  [
    'a ring that ends beyond the device',
    'OPENOT_MODBUS_ADDRESS_REFUSED',
    'refused',
    /the ring has 4096 bytes, so registers 501 to 2548, but they cannot all be read/,
    { ringAddress: 501 }
  ],
  [
    'a ring address that is no number',
    'OPENOT_MODBUS_ADDRESS_RANGE',
    'refused',
    /there are addresses 0 to 65535 only/,
    { ringAddress: 500.5 }
  ],
  [
    'holding registers where only input registers are served',
    'OPENOT_MODBUS_FUNCTION_REFUSED',
    'refused',
    /exception 1 \(function not supported\).*input registers \(function 4\) answer there: choose them/,
    {},
    { functions: [4] }
  ],
  [
    'a device that serves neither',
    'OPENOT_MODBUS_FUNCTION_REFUSED',
    'refused',
    /choose the other register type, or enable it in the controller$/,
    {},
    { functions: [] }
  ],
  [
    'a unit id that a gateway does not know',
    'OPENOT_MODBUS_GATEWAY',
    'retry',
    /exception 11 .*check the unit id/,
    {},
    { unitId: 7, foreignUnit: 'exception' }
  ],
  [
    'a unit id that is not answered',
    'OPENOT_MODBUS_SILENT',
    'reconnect',
    /check the unit id \(now 255; 255, 1 and 0 are usual\)/,
    {},
    { unitId: 7 },
    { requestTimeoutMs: 1000 }
  ],
  [
    'a device that fails',
    'OPENOT_MODBUS_DEVICE_FAILURE',
    'retry',
    /exception 4 \(failure in the device\)/,
    {},
    { exception: 4 }
  ],
  ['a device that says what nobody knows', 'OPENOT_MODBUS_EXCEPTION', 'retry', /exception 99/, {}, { exception: 99 }],
  [
    'a device that is busy for ever',
    'OPENOT_MODBUS_BUSY',
    'retry',
    /exception 6 \(busy\) again and again/,
    {},
    { busy: 1 },
    { requestTimeoutMs: 1000 }
  ],
  [
    'a port where nobody listens',
    'OPENOT_MODBUS_UNREACHABLE',
    'reconnect',
    /no connection to 127\.0\.0\.1:1 \(ECONNREFUSED\): nothing listens there/,
    {},
    {},
    { port: 1 }
  ],
  [
    'a host that is not known',
    'OPENOT_MODBUS_UNREACHABLE',
    'reconnect',
    /no connection to no-such-host\.invalid:502/,
    {},
    {},
    { host: 'no-such-host.invalid', port: 502 }
  ]
];

describe('Modbus transport: what a person can get wrong', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench(4096);
    for (let i = 0; i < 20; i++) bench.plc.append();
  });
  afterEach(() => bench.end());

  for (const [name, code, remedy, says, ring, quirks, settings] of MISTAKES) {
    it(`${name}: ${code}`, async () => {
      await bench.serve(quirks, { controlAddress: 10, ringAddress: 500 });
      const error = (await bench.transport(settings, ring).connect()) as TransportError;
      should(error).have.properties({ ok: false, code, remedy });
      should(error.message).match(says);
    });
  }

  for (const sync of ['OOT!', 'OO!T', 'T!OO', '!TOO']) {
    it(`a controller with wire version 1 (${sync}): OPENOT_WIRE_VERSION_1`, async () => {
      bench.plc.control = new Uint8Array(Buffer.from(sync.padEnd(88, '\u0001')));
      await bench.serve();
      const error = (await bench.transport().connect()) as TransportError;
      should(error).have.properties({ ok: false, code: 'OPENOT_WIRE_VERSION_1', remedy: 'refused' });
      should(error.message).match(/only version 2 \(OOT2\) is readable: update the logger/);
    });
  }

  it('what was wrong and is put right connects, with the same transport', async () => {
    await bench.serve({ zeroed: true });
    const transport = bench.transport();
    should(await transport.connect()).have.property('code', 'OPENOT_MODBUS_CONTROL_ZERO');
    bench.quirks.zeroed = false;
    should((await transport.connect()).ok).be.true();
  });

  it('a setting beyond its limits is brought within them: 126 registers are never asked for', async () => {
    await bench.serve();
    const connection = bench.connection({ maxRegisters: 126, pipeline: 99, unitId: 300, requestTimeoutMs: Number.NaN });
    should(connection.settings).have.properties({
      maxRegisters: 125,
      pipeline: 16,
      unitId: 255,
      requestTimeoutMs: 3000
    });
    const transport = bench.transport({}, {}, connection);
    await transport.connect();
    should((await transport.read([{ kind: 'ring', offset: 0, length: 4096 }])).ok).be.true();
    should(Math.max(...bench.requests.map(({ count }) => count))).equal(125);
  });

  it('says how the ring is reached', async () => {
    await bench.serve({ maxRegisters: 100, byteOrder: 'little' });
    const facts = (await bench.transport({ unitId: 1 }, { byteOrder: 'big' }).connect()) as RingFacts;
    should(facts).have.properties({ granularity: 2, lookFirst: true, ringBytes: undefined });
    should(facts.about).eql([
      `device: 127.0.0.1:${bench.server.port}, unit 1, function 3`,
      'control block: holding registers 0 to 43, in one request',
      'ring: holding registers 100 to 2147, 4096 bytes',
      'byte order: little, found from the sync; the setting says big: set byteOrder to little',
      'registers per request: at most 100 (the device refused 125)'
    ]);
  });
});

describe('Modbus transport: registers in one request', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench(4096);
  });
  afterEach(() => bench.end());

  for (const [limit, learned] of [
    [120, 120],
    [123, 120],
    [100, 100],
    [64, 64],
    [63, 60],
    [16, 16]
  ]) {
    for (const refuseWith of [2, 3] as const) {
      it(
        `a device that answers ${limit} and refuses more with exception ${refuseWith}: ${learned}, ` +
          'remembered over connections',
        async () => {
          await bench.serve({ maxRegisters: limit, refuseWith });
          const connection = bench.connection();
          const transport = bench.transport({}, {}, connection);
          should((await transport.connect()).ok).be.true();
          should(connection.state().maxRegisters).equal(learned);
          const { exceptions } = bench.server.counters();
          bench.server.dropConnections();
          should((await transport.read([{ kind: 'control' }])).ok).be.false();
          should((await transport.connect()).ok).be.true();
          should((await transport.read([{ kind: 'ring', offset: 0, length: 4096 }])).ok).be.true();
          should(bench.server.counters().exceptions).equal(exceptions);
        }
      );
    }
  }

  it('the end of the device is not taken for a limit of its requests', async () => {
    // Registers 0 to 2147 exist: the request from 2100 on ends beyond them, a shorter one does not.
    await bench.serve();
    const connection = bench.connection();
    await connection.acquire(bench);
    const read = await connection.registers({ registerType: 'holding', address: 2100, count: 100 });
    should(read).have.properties({ ok: false, code: 'OPENOT_MODBUS_ADDRESS_REFUSED' });
    should(connection.state().maxRegisters).equal(125);
    should((await connection.registers({ registerType: 'holding', address: 2100, count: 48 })).ok).be.true();
  });

  it('several requests that are refused at the same time learn it once', async () => {
    await bench.serve();
    const connection = bench.connection({ pipeline: 8 });
    const transport = bench.transport({}, {}, connection);
    await transport.connect();
    bench.quirks.maxRegisters = 64;
    const read = await transport.read([{ kind: 'ring', offset: 0, length: 4096 }]);
    should(read.ok && Buffer.from(read.parts[0]).equals(Buffer.from(bench.plc.writer.bytes))).be.true();
    should(connection.state().maxRegisters).equal(64);
    // Eight requests with 125, then two shorter ones that are refused as well.
    should(bench.server.counters().exceptions).equal(8 + 2);
  });
});

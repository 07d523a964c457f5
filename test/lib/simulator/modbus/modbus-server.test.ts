import should from 'should';
import {
  createSimulator,
  ModbusQuirks,
  ModbusServerOptions,
  Producer,
  SimulatorModbusServer,
  startModbusServer
} from '../../../../lib/simulator';
import { sleep as pause, until } from '../../../support/until';
import { RawClient } from './raw-client';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe("the simulator's Modbus server", () => {
  let producer: Producer;
  let server: SimulatorModbusServer;
  const quirks: ModbusQuirks = {};
  const clients: RawClient[] = [];

  async function serve(habits: ModbusQuirks = {}, options: Partial<ModbusServerOptions> = {}): Promise<RawClient> {
    let time = 1_000n;
    producer = new Producer({
      ringBytes: 1024,
      clock: () => (time += 1_000n),
      definitionHash: '00112233aabbccdd',
      stepped: habits.storesBetween !== undefined
    });
    for (let i = 0; i < 5; i++) producer.emit({ sourceId: 1, eventTypeId: 3, slots: [] });
    for (const key of Object.keys(quirks) as (keyof ModbusQuirks)[]) delete quirks[key];
    Object.assign(quirks, habits);
    server = await startModbusServer({ producer, port: 0, quirks, ...options });
    return client();
  }
  async function client(): Promise<RawClient> {
    const made = await RawClient.open(server.port);
    clients.push(made);
    return made;
  }
  afterEach(async () => {
    for (const one of clients.splice(0)) one.end();
    await server.stop();
  });

  it(
    'shows the control block from register 0 and the ring from 100 on, by functions 3 and 4, high byte ' + 'first',
    async () => {
      const one = await serve();
      for (const functionCode of [3, 4]) {
        const control = await one.ask(0, 44, { functionCode });
        should(control).have.properties({ functionCode, unitId: 255 });
        should(hex(control.body)).equal('58' + hex(producer.control));
        should(
          (await one.ask(100, 125, { functionCode })).body
            .subarray(1)
            .equals(Buffer.from(producer.ring.subarray(0, 250)))
        ).be.true();
      }
      should(hex((await one.ask(44, 56)).body.subarray(1))).equal('00'.repeat(112));
      should(hex((await one.ask(611, 1)).body.subarray(1))).equal(hex(producer.ring.subarray(1022)));
      should(server.counters()).have.properties({
        requests: 6,
        answers: 6,
        exceptions: 0,
        registers: 44 + 125 + 44 + 125 + 56 + 1,
        connections: 1,
        evicted: 0
      });
    }
  );

  it('shows both where it is told to', async () => {
    const one = await serve({}, { controlAddress: 4000, ringAddress: 1000 });
    should(server).have.properties({ controlAddress: 4000, ringAddress: 1000 });
    should(hex((await one.ask(4000, 2)).body.subarray(1))).equal('4f4f5432');
    should(hex((await one.ask(1000, 2)).body.subarray(1))).equal('4f4f5432');
  });

  const ORDERS: [string, ModbusQuirks, string][] = [
    ['little', { byteOrder: 'little' }, '4f4f3254'],
    ['words exchanged', { wordsSwapped: true }, '54324f4f'],
    ['words exchanged and little', { wordsSwapped: true, byteOrder: 'little' }, '32544f4f']
  ];
  for (const [name, habit, sync] of ORDERS) {
    it(`byte order: ${name}`, async () => {
      const one = await serve(habit);
      should(hex((await one.ask(0, 2)).body.subarray(1))).equal(sync);
      // Half of an exchanged word is the half that stands there.
      should(hex((await one.ask(1, 1)).body.subarray(1))).equal(sync.slice(4));
    });
  }

  const REFUSED: [string, ModbusQuirks, [number, number, object?], number][] = [
    ['more than 125 registers', {}, [0, 126], 3],
    ['no register', {}, [0, 0], 3],
    ['an address beyond the last register', {}, [600, 13], 2],
    ['an address that wraps', {}, [65_535, 2], 2],
    ['function 23', {}, [0, 2, { functionCode: 23 }], 1],
    ['function 43', {}, [0, 2, { functionCode: 43 }], 1],
    ['function 4 where only 3 is served', { functions: [3] }, [0, 2, { functionCode: 4 }], 1],
    ['more than its own limit', { maxRegisters: 120 }, [0, 121], 3],
    ['more than its own limit, as a wrong address', { maxRegisters: 16, refuseWith: 2 }, [0, 17], 2],
    ['everything', { exception: 4 }, [0, 2], 4],
    ['a foreign unit', { unitId: 3, foreignUnit: 'exception' }, [0, 2], 11],
    ['what it is too busy for', { busy: 1 }, [0, 2], 6]
  ];
  for (const [name, habit, [address, count, options], exception] of REFUSED) {
    it(`refuses ${name}: exception ${exception}`, async () => {
      const one = await serve(habit);
      const answer = await one.ask(address, count, options);
      should(answer.functionCode & 0x80).equal(0x80);
      should([...answer.body]).eql([exception]);
      should(server.counters()).have.properties({ answers: 0, exceptions: 1 });
    });
  }

  it('answers its own limit', async () => {
    const one = await serve({ maxRegisters: 120 });
    should((await one.ask(0, 120)).functionCode).equal(3);
  });

  it('stands a register later or earlier', async () => {
    const one = await serve({ shift: 1 });
    should(hex((await one.ask(0, 3)).body.subarray(1))).equal('00004f4f5432');
    should(hex((await one.ask(612, 1)).body.subarray(1))).equal(hex(producer.ring.subarray(1022)));
    quirks.shift = -1;
    should(hex((await one.ask(99, 2)).body.subarray(1))).equal('4f4f5432');
    should(hex((await one.ask(0, 1)).body.subarray(1))).equal('5432');
  });

  it('shows zeros after its watchdog has struck', async () => {
    const one = await serve({ zeroed: true });
    should(hex((await one.ask(0, 44)).body.subarray(1))).equal('00'.repeat(88));
    quirks.zeroed = false;
    should(hex((await one.ask(0, 1)).body.subarray(1))).equal('4f4f');
  });

  it('answers its own unit only, or nobody', async () => {
    const one = await serve({ unitId: 3 });
    one.send(0, 1);
    should((await one.ask(0, 1, { unitId: 3 })).unitId).equal(3);
    quirks.silent = true;
    one.send(0, 1, { unitId: 3 });
    await pause(50);
    should(one.answers).eql([]);
    should(server.counters()).have.properties({ requests: 3, answers: 1 });
  });

  it('is busy as often as it is told to', async () => {
    const one = await serve({ busy: { times: 2 } });
    const codes = [];
    for (let i = 0; i < 4; i++) codes.push((await one.ask(0, 1)).functionCode);
    should(codes).eql([0x83, 0x83, 3, 3]);
  });

  it('answers one request in each cycle of its program, whoever sent it', async () => {
    const one = await serve({ scan: 30 });
    const other = await client();
    for (let i = 0; i < 3; i++) {
      one.send(0, 1);
      other.send(0, 1);
    }
    for (const answers of await Promise.all([one.next(3), other.next(3)]))
      should(new Set(answers.map(({ segment }) => segment)).size).equal(3);
  });

  it('sends an answer late, under its old id', async () => {
    const one = await serve({ late: { every: 2, afterMs: 60 } });
    const ids = [one.send(0, 1), one.send(0, 2), one.send(0, 3)];
    const answers = await one.next(3);
    should(answers.map(({ id }) => id)).eql([ids[0], ids[2], ids[1]]);
    should(answers.map(({ body }) => body[0])).eql([2, 6, 4]);
  });

  it('answers the request before once more, with zeros', async () => {
    const one = await serve({ staleAnswers: true });
    const ids = [one.send(0, 1), one.send(0, 2)];
    const answers = await one.next(3);
    should(answers.map(({ id, body }) => `${id} ${hex(body)}`)).eql([
      `${ids[0]} 024f4f`,
      `${ids[0]} 020000`,
      `${ids[1]} 044f4f5432`
    ]);
  });

  it('puts two answers into one segment, or one into three', async () => {
    const one = await serve({ segments: 'joined' });
    one.send(0, 1);
    one.send(0, 2);
    const [first, second] = await one.next(2);
    should(second.segment).equal(first.segment);
    // The last one does not wait for ever.
    should((await one.ask(0, 1)).body[0]).equal(2);
    quirks.segments = 'split';
    const [before] = [(await one.ask(0, 20)).segment];
    one.send(0, 20);
    one.send(0, 30);
    const [third, fourth] = await one.next(2);
    should(third.segment - before).be.above(1);
    should([hex(third.body), hex(fourth.body)]).eql([
      '28' + hex(producer.control.subarray(0, 40)),
      '3c' + hex(producer.control.subarray(0, 60))
    ]);
  });

  it('closes the oldest connection when too many come', async () => {
    const one = await serve({ maxConnections: 2 });
    const others = [await client(), await client()];
    await until('the oldest is closed', () => one.closed);
    should((await others[0].ask(0, 1)).functionCode).equal(3);
    should((await others[1].ask(0, 1)).functionCode).equal(3);
    should(server.connections()).equal(2);
    should(server.counters()).have.properties({ connections: 3, evicted: 1 });
  });

  it('lets the program go on between two requests', async () => {
    const one = await serve({ storesBetween: 1 });
    const seqlocks = new Set<string>();
    for (let i = 0; i < 60; i++) seqlocks.add(hex((await one.ask(8, 2)).body.subarray(1)));
    should(seqlocks.size).be.above(2);
    should(producer.headAbs).be.above(0);
  });

  it('throws out who does not speak Modbus', async () => {
    const one = await serve();
    one.write([...Buffer.from('GET / HTTP/1.1\r\n\r\n')]);
    await until('thrown out', () => one.closed);
  });

  it('stops although somebody is connected and says nothing', async () => {
    const one = await serve({ silent: true });
    one.send(0, 1);
    await server.stop();
    await until('closed', () => one.closed);
    should(server.connections()).equal(0);
  });

  for (const [options, text] of [
    [{ controlAddress: 90, ringAddress: 100 }, /overlap/],
    [{ ringAddress: 65_500 }, /ends beyond the last register, 65535/]
  ] as const) {
    it(`refuses addresses that cannot be: ${text}`, async () => {
      await serve();
      await startModbusServer({ producer, port: 0, ...options }).should.be.rejectedWith(text);
    });
  }
});

describe('a simulator with a Modbus server', () => {
  it('says what was asked of it, and lets go of the port when it stops', async () => {
    const simulator = createSimulator({
      scenario: 'reactor',
      modbusPort: 'any',
      modbusRegisters: { controlAddress: 10, ringAddress: 60 },
      ringBytes: 4096
    });
    should(simulator.statistics().modbus).be.undefined();
    should(await simulator.start()).eql({ ok: true });
    const { port } = simulator.modbus!;
    const one = await RawClient.open(port);
    should(hex((await one.ask(10, 2)).body.subarray(1))).equal('4f4f5432');
    await one.ask(0, 126);
    should(simulator.statistics().modbus).eql({ requests: 2, exceptions: 1, registers: 2, connections: 1, open: 1 });
    const second = createSimulator({ scenario: 'reactor', modbusPort: port, timer: false });
    const failed = await second.start();
    should(failed).have.properties({ ok: false, code: 'OPENOT_SIMULATOR_SERVER' });
    should(failed.ok ? '' : failed.message).match(
      new RegExp(`Modbus server could not listen on port ${port}.*Choose another port`)
    );
    await simulator.stop();
    one.end();
    should(await second.start()).eql({ ok: true });
    await second.stop();
  });

  it('says that a ring is too large for Modbus', async () => {
    const simulator = createSimulator({ scenario: 'reactor', modbusPort: 'any', ringBytes: 131_072, timer: false });
    const failed = await simulator.start();
    should(failed.ok ? '' : failed.message).match(
      /cannot show this controller: a ring of 131072 bytes from register 100 on ends beyond the last register/
    );
  });
});

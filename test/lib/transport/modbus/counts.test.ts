import should from 'should';
import { ReaderSettings } from '../../../../lib/reader';
import { createSimulator, ModbusQuirks, Simulator } from '../../../../lib/simulator';
import { ModbusSettings } from '../../../../lib/transport/modbus';
import { until } from '../../../e2e/support/process';
import { pause } from './bench';
import { LiveReader, startLiveModbusReader } from '../../../support/live-reader';

const RING = { registerType: 'holding', controlAddress: 0, ringAddress: 100, byteOrder: 'big' } as const;

/*
 * Counted where it costs: the requests that reach the server. Polls are asked for one by one, so the counts are exact.
 */
describe('Modbus requests at the server, poll by poll', function () {
  let simulator: Simulator;
  let reader: LiveReader;

  async function start(
    settings: Partial<ReaderSettings> = {},
    device: Partial<ModbusSettings> = {},
    modbusQuirks: ModbusQuirks = {}
  ): Promise<void> {
    simulator = createSimulator({
      scenario: 'reactor',
      timer: false,
      modbusPort: 'any',
      modbusQuirks,
      ringBytes: 8192,
      heartbeatInterval: 0,
      highWaterInterval: 0
    });
    should(await simulator.start()).eql({ ok: true });
    reader = startLiveModbusReader({
      device: { port: simulator.modbus!.port, ...device },
      ring: RING,
      settings: { mode: 'trigger', ...settings }
    });
    await until('first contact', () => reader.status().state === 'idle');
    await poll();
    await poll();
  }
  afterEach(async () => {
    await reader.stop();
    await simulator.stop();
  });

  /** Nothing more comes: a poll that waits for a busy device is longer than its state shows. */
  async function quiet(): Promise<void> {
    for (let seen = -1; seen !== requests();) {
      seen = requests();
      await pause(120);
    }
  }
  const requests = (): number => simulator.modbus!.counters().requests;
  async function poll(): Promise<number> {
    const { polls } = reader.status().looks;
    const before = requests();
    reader.read();
    await until(
      'the poll',
      () => reader.status().looks.polls > polls && reader.status().state === 'idle' && reader.status().lag === 0
    );
    await quiet();
    return requests() - before;
  }
  const emit = (count: number): number => {
    const from = simulator.producer.headAbs;
    for (let i = 0; i < count; i++) simulator.producer.emit({ sourceId: 0, eventTypeId: 0x0100, slots: [] });
    return simulator.producer.headAbs - from;
  };
  /** Of the bytes and the anchor before them, rounded outward to registers. */
  const windowRequests = (bytes: number, maxRegisters = 125): number => Math.ceil((bytes + 4) / 2 / maxRegisters);

  for (const verify of ['extraCall', 'sameCall'] as const) {
    it(`${verify}: one for an idle poll; with data one look, the window in as few as it takes, one look`, async () => {
      await start({ verify });
      for (const count of [1, 5, 6, 20, 60]) {
        const seen = reader.items.length;
        should(await poll()).equal(1);
        // Not across the ring's end: there the last part of the lap is read twice, by design.
        if ((simulator.producer.headAbs % 8192) + count * 44 + 300 > 8192) {
          emit(Math.ceil((8192 - (simulator.producer.headAbs % 8192)) / 44) + 1);
          await poll();
        }
        const already = reader.items.length - seen;
        const bytes = emit(count);
        should(await poll()).equal(2 + windowRequests(bytes), `${count} records, ${bytes} bytes`);
        should(reader.items.length - seen - already).equal(count);
      }
    });
  }

  it('the registers asked for are those of the looks and of the window, and no more', async () => {
    await start();
    await poll();
    const before = simulator.modbus!.counters().registers;
    const bytes = emit(7);
    await poll();
    should(simulator.modbus!.counters().registers - before).equal(44 + (bytes + 4) / 2 + 44);
  });

  it('a device with 64 registers in a request: the limit is learned once, then as few as that allows', async () => {
    await start({}, {}, { maxRegisters: 64, refuseWith: 2 });
    const { exceptions } = simulator.modbus!.counters();
    // 125, 120 and 100 at the connect.
    should(exceptions).equal(3);
    for (const count of [1, 20]) {
      should(await poll()).equal(1);
      const bytes = emit(count);
      should(await poll()).equal(2 + windowRequests(bytes, 64));
    }
    should(simulator.modbus!.counters().exceptions).equal(exceptions);
  });

  it('a device with 16: the control block takes three requests', async () => {
    await start({}, {}, { maxRegisters: 16 });
    should(await poll()).equal(3);
    const bytes = emit(4);
    should(await poll()).equal(6 + windowRequests(bytes, 16));
    should(reader.status().about.join('\n')).containEql('in 3 requests');
  });

  it('a busy device costs its retries and nothing else', async () => {
    const quirks: ModbusQuirks = {};
    await start({}, {}, quirks);
    quirks.busy = { times: 2 };
    should(await poll()).equal(1 + 2);
    const bytes = emit(3);
    quirks.busy = { times: 1 };
    should(await poll()).equal(2 + windowRequests(bytes) + 1);
    should(reader.errors).eql([]);
  });

  it('a look that finds the control block changed is repeated, one request each time', async () => {
    await start();
    const { producer } = simulator;
    producer.stepped = true;
    const seen = reader.items.length;
    emit(1);
    producer.step();
    // The seqlock is odd: the poll looks eight times, asks for the anchor once and finds nothing to hand on.
    const before = requests();
    const { polls } = reader.status().looks;
    reader.read();
    await until('the poll', () => reader.status().looks.polls > polls && reader.status().state === 'updating');
    await quiet();
    should(requests() - before).equal(8 + 1);
    producer.flush();
    should(await poll()).be.above(2);
    should(reader.items.length - seen).equal(1);
  });
});

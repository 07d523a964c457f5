import should from 'should';
import { createSimulator, ModbusQuirks, Simulator } from '../../../../lib/simulator';
import { until } from '../../../e2e/support/process';
import { LiveReader, startLiveModbusReader } from '../../../support/live-reader';
import { pause } from './bench';

type Fault = [name: string, begin: (simulator: Simulator, quirks: ModbusQuirks) => void, code?: string];

/** Each lasts for a moment, then the device behaves again. */
const FAULTS: Fault[] = [
  ['registers cleared by a watchdog', (_, quirks) => (quirks.zeroed = true), 'OPENOT_CONTROL_WRONG_SYNC'],
  ['silence', (_, quirks) => (quirks.silent = true), 'OPENOT_MODBUS_SILENT'],
  ['a failure of the device', (_, quirks) => (quirks.exception = 4), 'OPENOT_MODBUS_DEVICE_FAILURE'],
  ['a device that is busy for long', (_, quirks) => (quirks.busy = 1), 'OPENOT_MODBUS_BUSY'],
  ['a gateway that does not reach the unit', (_, quirks) => (quirks.exception = 11), 'OPENOT_MODBUS_GATEWAY'],
  [
    'connections closed one after the other',
    (simulator) => void setTimeout(() => simulator.modbus?.dropConnections('reset'), 150)
  ],
  ['shorter requests only', (_, quirks) => (quirks.maxRegisters = 64)],
  ['answers that come too late', (_, quirks) => (quirks.late = { every: 5, afterMs: 1100 })]
];

/* A controller at 200 events a second behind a device with bad moments: in the end every record was handed on, once. */
describe('a reader over Modbus TCP through bad moments', function () {
  const quirks: ModbusQuirks = {};
  let simulator: Simulator;
  let reader: LiveReader;

  before(async () => {
    simulator = createSimulator({
      scenario: 'packaging',
      rate: 200,
      modbusPort: 'any',
      modbusQuirks: quirks,
      ringBytes: 120_000,
      truthLimit: 1_000_000
    });
    should(await simulator.start()).eql({ ok: true });
    reader = startLiveModbusReader({
      device: { port: simulator.modbus!.port, requestTimeoutMs: 1000 },
      ring: { registerType: 'holding', controlAddress: 0, ringAddress: 100, byteOrder: 'big' },
      settings: { intervalMs: 50, slowIntervalMs: 200 }
    });
    await until('first contact', () => reader.status().state === 'idle');
  });
  after(async () => {
    await reader.stop();
    await simulator.stop();
  });

  for (const [name, begin, code] of FAULTS) {
    it(`${name}: said while it lasts, and over when it is`, async () => {
      const seen = reader.items.length;
      begin(simulator, quirks);
      if (code === undefined) await pause(1500);
      else await until(code, () => reader.status().code === code);
      for (const key of Object.keys(quirks) as (keyof ModbusQuirks)[]) delete quirks[key];
      await until(
        'it goes on',
        () => reader.items.length > seen && reader.status().state === 'idle' && reader.status().code === undefined
      );
    });
  }

  it('in the end nothing is missing, doubled or invented, and one connection is open', async () => {
    simulator.command('stop-producer');
    await until(
      'the rest',
      () => reader.status().cursorAbs === simulator.statistics().headAbs && reader.status().lag === 0
    );
    const got = reader.items.map((item) =>
      item.kind === 'record' ? `${item.abs} ${item.runId}/${item.sourceId}/${item.seq}` : JSON.stringify(item)
    );
    should(got).eql(simulator.truth().map(({ abs, runId, sourceId, seq }) => `${abs} ${runId}/${sourceId}/${seq}`));
    should(simulator.modbus!.connections()).equal(1);
    await reader.stop();
    await until('no connection', () => simulator.modbus!.connections() === 0);
  });
});

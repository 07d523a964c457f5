import should from 'should';
import { createSimulator } from '../../../../lib/simulator';
import { until } from '../../../e2e/support/process';
import { startLiveModbusReader } from '../../../support/live-reader';
import { pause } from './bench';

const RING = { registerType: 'holding', controlAddress: 0, ringAddress: 100, byteOrder: 'big' } as const;

/* One request in each cycle of the program: what such a device carries is soon too little. */
describe('a reader over Modbus TCP that is lapped', function () {
  this.timeout(60_000);

  for (const { name, scan, rate, ringBytes, least } of [
    { name: 'after a pause, on a device that carries more than is produced: goes on and loses nothing more', scan: 12, rate: 120, ringBytes: 8192, least: 200 },
    { name: 'for good, because the device carries less than is produced: says exactly what is lost', scan: 10, rate: 1000, ringBytes: 32_768, least: 50 }
  ]) {
    it(name, async () => {
      const simulator = createSimulator({ scenario: 'packaging', rate, modbusPort: 'any', modbusQuirks: { scan }, ringBytes, truthLimit: 100_000, heartbeatInterval: 200 });
      should(await simulator.start()).eql({ ok: true });
      const reader = startLiveModbusReader({ device: { port: simulator.modbus!.port }, ring: RING, settings: { intervalMs: 50 } });
      await until('first contact', () => reader.status().cursorAbs !== undefined);
      // Twice around the ring within a moment.
      simulator.command('burst', Math.ceil((2 * ringBytes) / 64));
      await pause(3000);
      simulator.command('high-water');
      simulator.command('stop-producer');
      await until('the rest', () => reader.status().lag === 0 && reader.status().cursorAbs === simulator.statistics().headAbs, 20_000);
      await reader.stop();
      await simulator.stop();
      const truth = simulator.truth();
      const written = new Set(truth.map(({ abs, runId, sourceId, seq }) => `${abs} ${runId}/${sourceId}/${seq}`));
      const delivered = reader.items.flatMap((item) => (item.kind === 'record' ? [item] : []));
      for (const { abs, runId, sourceId, seq } of delivered) should(written.has(`${abs} ${runId}/${sourceId}/${seq}`)).be.true();
      // Of every source but the logger itself, whose own last losses show at its next record.
      for (const sourceId of new Set(truth.map((record) => record.sourceId))) {
        if (sourceId === 0) continue;
        const lost = reader.items.reduce((sum, item) => sum + (item.kind === 'loss' && item.sourceId === sourceId && !item.upgrade ? item.count : 0), 0);
        const count = delivered.filter((item) => item.sourceId === sourceId).length;
        should(count + lost).equal(truth.filter((record) => record.sourceId === sourceId).length, `source ${sourceId}`);
      }
      should(reader.status().totals.laps).be.above(0);
      should(delivered.length).be.above(least);
      should(reader.errors).eql([]);
      if (scan === 12) should(reader.items.slice(-40).every(({ kind }) => kind === 'record')).be.true();
    });
  }
});

import should from 'should';
import { Producer, SimulatorModbusServer, startModbusServer } from '../../../../lib/simulator';
import { until } from '../../../e2e/support/process';
import { LiveReader, startLiveModbusReader } from '../../../support/live-reader';

const RING = { registerType: 'holding', controlAddress: 0, ringAddress: 100, byteOrder: 'big' } as const;
const RECORD = 44;

/*
 * The program writes a number of records between any two requests, however fast they come: so no two looks are ever the
 * same, and how much more is written than read does not depend on the machine.
 */
describe('a reader over Modbus TCP that is lapped', function () {
  let producer: Producer;
  let server: SimulatorModbusServer;
  let reader: LiveReader;
  /** Records written at each request. */
  let perRequest = 0;

  beforeEach(async () => {
    let time = 1_000n;
    perRequest = 0;
    producer = new Producer({
      ringBytes: 16_384,
      clock: () => (time += 1_000_000n),
      definitionHash: '00112233aabbccdd',
      truthLimit: 1_000_000
    });
    server = await startModbusServer({ producer, port: 0, onRequest: () => emit(perRequest) });
    reader = startLiveModbusReader({ device: { port: server.port }, ring: RING, settings: { intervalMs: 10 } });
    emit(10);
    await until('first contact', () => delivered() === 10);
  });
  afterEach(async () => {
    await reader.stop();
    await server.stop();
  });

  function emit(count: number): void {
    for (let i = 0; i < count; i++) producer.emit({ sourceId: 1, eventTypeId: 3, slots: [] });
  }
  const delivered = (): number => reader.items.filter(({ kind }) => kind === 'record').length;

  async function stopAndCompare(): Promise<void> {
    perRequest = 0;
    emit(1);
    await until('the rest', () => reader.status().lag === 0 && reader.status().cursorAbs === producer.headAbs);
    const truth = new Set(producer.truth.all().map(({ abs, seq }) => `${abs} ${seq}`));
    for (const item of reader.items)
      if (item.kind === 'record') should(truth.has(`${item.abs} ${item.seq}`)).be.true(`${item.abs} ${item.seq}`);
    const lost = reader.items.reduce((sum, item) => sum + (item.kind === 'loss' ? item.count : 0), 0);
    should(delivered() + lost).equal(truth.size);
    should(reader.errors).eql([]);
  }

  it('goes on when more is carried than written, and loses nothing more', async () => {
    // Twice around the ring in a moment, then 88 bytes at each request of up to 250.
    emit(Math.ceil((2 * 16_384) / RECORD));
    perRequest = 2;
    await until('records', () => delivered() >= 2000);
    const { laps } = reader.status().totals;
    should(laps).be.within(1, 20);
    const before = delivered();
    await until('more records', () => delivered() >= before + 2000);
    should(reader.status().totals.laps).equal(laps);
    await stopAndCompare();
  });

  it('goes on when less is carried than written, and says exactly what is lost', async () => {
    perRequest = 9;
    await until('records', () => delivered() >= 500);
    should(reader.status().totals.laps).be.above(0);
    await stopAndCompare();
  });
});

import should from 'should';
import { createSimulator, ModbusQuirks } from '../../../../lib/simulator';
import { ModbusSettings } from '../../../../lib/transport/modbus';
import { until } from '../../../e2e/support/process';
import { LiveReader, startLiveModbusReader } from '../../../support/live-reader';

interface Play {
  readonly name: string;
  readonly quirks?: ModbusQuirks;
  readonly device?: Partial<ModbusSettings>;
}

const PLAYS: Play[] = [
  { name: 'a device that does everything right' },
  {
    name: 'a device that shows little-endian words, 120 registers at most',
    quirks: { byteOrder: 'little', maxRegisters: 120, refuseWith: 2 }
  },
  {
    name: 'a program that goes on between two requests and inside them',
    quirks: { torn: { granularity: 2, updateProbability: 0.002 }, storesBetween: 300 }
  },
  {
    name: 'answers in pieces, old ones between them, now and then busy',
    quirks: { segments: 'split', staleAnswers: true, busy: 0.02 }
  },
  { name: 'four requests in flight, two answers in a segment', quirks: { segments: 'joined' }, device: { pipeline: 4 } }
];

/*
 * A controller at 200 events a second; every record that comes out is held against what was written. All play at the
 * same time.
 */
describe('a reader over Modbus TCP, live', function () {
  let outcomes: Promise<{ reader: LiveReader; truth: string[] }>[];

  before(() => {
    outcomes = PLAYS.map(play);
    // Each is awaited by its own test.
    for (const outcome of outcomes) outcome.catch(() => undefined);
  });

  PLAYS.forEach(({ name }, i) => {
    it(`loses nothing and invents nothing: ${name}`, async () => {
      const { reader, truth } = await outcomes[i];
      compare(reader, truth);
      should(truth.length).be.above(1300);
    });
  });
});

async function play({ quirks, device }: Play): Promise<{ reader: LiveReader; truth: string[] }> {
  const simulator = createSimulator({
    scenario: 'packaging',
    rate: 200,
    // Not written around while a busy machine is slow.
    ringBytes: 120_000,
    modbusPort: 'any',
    modbusQuirks: quirks,
    truthLimit: 1_000_000,
    heartbeatInterval: 500
  });
  should(await simulator.start()).eql({ ok: true });
  const reader = startLiveModbusReader({
    device: { port: simulator.modbus!.port, ...device },
    ring: { registerType: 'holding', controlAddress: 0, ringAddress: 100, byteOrder: 'big' },
    settings: { intervalMs: 100 }
  });
  await until('many records', () => simulator.statistics().written > 1300);
  simulator.command('stop-producer');
  await until(
    'the rest',
    () => reader.status().lag === 0 && reader.status().cursorAbs === simulator.statistics().headAbs
  );
  await reader.stop();
  await simulator.stop();
  return {
    reader,
    truth: simulator.truth().map(({ abs, runId, sourceId, seq }) => `${abs} ${runId}/${sourceId}/${seq}`)
  };
}

function compare(reader: LiveReader, truth: string[]): void {
  should(reader.items.filter(({ kind }) => kind !== 'record')).eql([]);
  const got = reader.items.map((item) =>
    item.kind === 'record' ? `${item.abs} ${item.runId}/${item.sourceId}/${item.seq}` : item.kind
  );
  should(got.length).equal(truth.length);
  should(got).eql(truth);
  should(reader.errors).eql([]);
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import should from 'should';
import { systemClock, systemRandom } from '../../../../lib/base/system';
import { fileStore } from '../../../../lib/state/files';
import { createReader, Reader, ReaderError, ReaderSettings } from '../../../../lib/reader';
import { itemsOfBatch } from '../../../../lib/stream';
import { createSimulator, Quirks, SimulatorOpcuaServer, startOpcuaServer } from '../../../../lib/simulator';
import { createOpcuaConnection, createOpcuaTransport, OpcuaConnection } from '../../../../lib/transport/opcua';
import { sleep, until, WAIT_MS } from '../../../support/until';
import { keyAtHand } from '../../../support/key-at-hand';

/** Everything real but the plant: OPC UA over TCP, files, timers. */
class Plant {
  readonly folder = mkdtempSync(join(tmpdir(), 'openot-reading-'));
  readonly seen = new Map<string, number>();
  readonly lost = new Map<string, number>();
  readonly faults: string[] = [];
  readonly errors: ReaderError[] = [];
  readonly simulator;
  private readonly due = new Map<string, number>();

  constructor(
    readonly quirks: Quirks,
    rate: number,
    ringBytes = 65536
  ) {
    this.simulator = createSimulator({
      scenario: 'reactor',
      rate,
      ringBytes,
      quirks,
      opcuaPort: 'any',
      pkiFolder: keyAtHand(join(this.folder, 'server'))
    });
  }

  get server(): SimulatorOpcuaServer {
    const { server } = this.simulator;
    if (server === undefined) throw new Error('no server');
    return server;
  }

  connection(): OpcuaConnection {
    return createOpcuaConnection({
      endpoint: this.server.endpointUrl,
      pkiFolder: keyAtHand(join(this.folder, 'client')),
      requestTimeoutMs: WAIT_MS
    });
  }

  reader(settings: Partial<ReaderSettings>, connection = this.connection()): Reader {
    const reader: Reader = createReader({
      transport: createOpcuaTransport(connection, {
        controlNode: this.server.controlNodeId,
        ringNodes: this.server.ringNodeIds
      }),
      store: fileStore(join(this.folder, 'state', 'reader.bin')),
      clock: systemClock(),
      random: systemRandom(),
      settings: { host: 'simulator', ...settings },
      sink: (batch) => {
        for (const item of itemsOfBatch(batch.payload, batch.facts).items) {
          if (item.kind === 'lap') continue;
          if (item.kind !== 'record' && item.kind !== 'loss') {
            this.faults.push(JSON.stringify(item));
            continue;
          }
          const source = `${item.runId}/${item.sourceId}`;
          const [first, last] = item.kind === 'record' ? [item.seq, item.seq] : [item.firstSeq, item.lastSeq];
          if (item.kind === 'loss' && item.upgrade === true) continue;
          if (first !== (this.due.get(source) ?? 0))
            this.faults.push(`${item.kind} ${source}/${first}, ${this.due.get(source) ?? 0} was due`);
          this.due.set(source, last + 1);
          const sums = item.kind === 'record' ? this.seen : this.lost;
          sums.set(source, (sums.get(source) ?? 0) + last - first + 1);
        }
        reader.settle(batch.serial);
      },
      onError: (error) => this.errors.push(error)
    });
    return reader;
  }

  /** Waits until the reader has handed on, or reported lost, everything that was produced. */
  async drained(): Promise<void> {
    const sum = (map: Map<string, number>): number => [...map.values()].reduce((total, count) => total + count, 0);
    const isDrained = (): boolean => {
      const produced = Object.values(this.simulator.statistics().produced).reduce((total, count) => total + count, 0);
      return sum(this.seen) + sum(this.lost) >= produced;
    };
    await until(
      'everything produced',
      isDrained,
      () =>
        `seen ${sum(this.seen)}, lost ${sum(this.lost)}, produced ` +
        `${JSON.stringify(this.simulator.statistics().produced)}; ${this.faults.slice(0, 3).join('; ')}`
    );
  }

  async end(): Promise<void> {
    await this.simulator.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const total = (counts: Map<string, number>): number => [...counts.values()].reduce((sum, count) => sum + count, 0);

/** Bytes: not written around while a busy machine makes a session. */
const LARGE_RING = 1 << 20;

describe('reader over OPC UA', function () {
  let plant: Plant;
  afterEach(() => plant.end());

  async function started(quirks: Quirks, rate: number, ringBytes?: number): Promise<Plant> {
    plant = new Plant(quirks, rate, ringBytes);
    const result = await plant.simulator.start();
    should(result.ok).be.true();
    return plant;
  }

  it('at the server: one Read for an idle poll, two with data', async () => {
    await started({}, 200);
    await until('some records', () => plant.simulator.statistics().written > 20);
    plant.simulator.command('stop-producer');
    const reader = plant.reader({ intervalMs: 20 });
    reader.start();
    await plant.drained();
    await sleep(100);
    const idle = [reader.status().looks.polls, plant.server.counters().memoryReads];
    await until('idle polls', () => reader.status().looks.polls > idle[0] + 10);
    const polls = reader.status().looks.polls - idle[0];
    should(plant.server.counters().memoryReads - idle[1]).be.within(polls - 1, polls + 1);
    const before = reader.status();
    for (let i = 0; i < 10; i++) {
      plant.simulator.producer.emit({ sourceId: 0, eventTypeId: 0x0100, slots: [] });
      await plant.drained();
      const { polls } = reader.status().looks;
      await until('an idle poll', () => reader.status().looks.polls > polls + 1);
    }
    const after = reader.status();
    const withData = after.looks.reads - before.looks.reads - (after.looks.polls - before.looks.polls);
    should(withData).be.within(10, 12);
    await reader.stop();
    should(plant.faults).eql([]);
  });

  it('torn copies on a busy controller: nothing invented, nothing silently lost, nothing twice', async () => {
    await started({ torn: { granularity: 4, updateProbability: 0.05 }, midUpdate: 0.05 }, 500, LARGE_RING);
    const reader = plant.reader({ intervalMs: 20 });
    reader.start();
    await until('many records', () => total(plant.seen) > 1_000);
    plant.simulator.command('stop-producer');
    await plant.drained();
    await reader.stop();
    should(plant.faults).eql([]);
    should(plant.errors).eql([]);
    should(plant.lost.size).equal(0);
  });

  it('stopped and started ten times while the controller produces: every record exactly once', async () => {
    await started({}, 300, LARGE_RING);
    for (let life = 0; life < 10; life++) {
      const reader = plant.reader({ intervalMs: 20 });
      reader.start();
      const before = total(plant.seen);
      await until('some records', () => total(plant.seen) > before + life);
      await reader.stop();
      should(plant.server.sessions()).equal(0);
    }
    plant.simulator.command('stop-producer');
    const last = plant.reader({ intervalMs: 20 });
    last.start();
    await plant.drained();
    await last.stop();
    should(plant.faults).eql([]);
    should(plant.lost.size).equal(0);
  });

  it('goes on after the server was away, and finds its nodes where another namespace stands before them', async () => {
    await started({}, 200, LARGE_RING);
    const { server } = plant;
    const reader = plant.reader({ intervalMs: 20 });
    reader.start();
    await until('some records', () => total(plant.seen) > 20);
    await server.stop();
    await until('the outage', () => reader.status().state === 'outage');
    const before = total(plant.seen);
    const next = await startOpcuaServer({
      producer: plant.simulator.producer,
      port: server.port,
      pkiFolder: keyAtHand(join(plant.folder, 'server')),
      namespacesBefore: ['urn:new:first', 'urn:new:second']
    });
    await until('records again', () => total(plant.seen) > before + 20);
    plant.simulator.command('stop-producer');
    await plant.drained();
    await until('rest', () => reader.status().state === 'idle');
    await reader.stop();
    should(next.sessions()).equal(0);
    await next.stop();
    should(plant.faults).eql([]);
    should(plant.lost.size).equal(0);
  });

  it('two readers of one endpoint read the same ring over one session', async () => {
    await started({}, 200, LARGE_RING);
    const connection = plant.connection();
    const reader = plant.reader({ intervalMs: 20 }, connection);
    const other = createReader({
      transport: createOpcuaTransport(connection, {
        controlNode: plant.server.controlNodeId,
        ringNodes: plant.server.ringNodeIds
      }),
      store: fileStore(join(plant.folder, 'other.bin')),
      clock: systemClock(),
      random: systemRandom(),
      settings: { mode: 'subscribe', intervalMs: 50 },
      sink: (batch) => other.settle(batch.serial)
    });
    reader.start();
    other.start();
    await until('both to read', () => [reader, other].every((each) => each.status().totals.records > 20));
    should(plant.server.sessions()).equal(1);
    plant.simulator.command('stop-producer');
    await plant.drained();
    await until('the other one', () => other.status().totals.records >= reader.status().totals.records);
    should(other.status().totals.records).equal(reader.status().totals.records);
    await Promise.all([reader.stop(), other.stop()]);
    should(plant.server.sessions()).equal(0);
    should(plant.faults).eql([]);
  });
});

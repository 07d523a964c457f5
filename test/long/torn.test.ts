import should from 'should';
import { Item } from '../../lib/stream';
import { startPlc } from '../e2e/support/plc';
import { until } from '../e2e/support/process';
import { startLiveReader } from '../support/live-reader';

const MINUTES = Number(process.env.OPENOT_TORN_MINUTES ?? 5);

/*
 * A server that copies array elements one by one while the program goes on writing: the normal case on many
 * controllers.
 * Everything that comes out is held against what the producer knows it wrote.
 */
describe(`${MINUTES} minutes at 500 events/s from a server that tears its copies`, function () {
  this.timeout((MINUTES + 2) * 60_000);

  for (const granularity of [4]) {
    it(`invents nothing, loses nothing silently, gives nothing twice (${granularity} bytes at a time)`, async () => {
      const plc = await startPlc({
        rate: 500,
        ringBytes: 65_536,
        truthLimit: 1_000_000,
        quirks: { torn: { granularity, updateProbability: 0.02 } }
      });
      const delivered = new Map<string, number>();
      const lost = new Map<string, number>();
      const twice: string[] = [];
      const take = (items: Item[]): void => {
        for (const item of items) {
          if (item.kind === 'record') {
            const identity = `${item.runId}/${item.sourceId}/${item.seq}`;
            if (delivered.has(identity) || lost.has(identity)) twice.push(identity);
            delivered.set(identity, item.eventTypeId);
          } else if (item.kind === 'loss' && item.upgrade !== true) {
            for (let seq = item.firstSeq; seq <= item.lastSeq; seq++) {
              const identity = `${item.runId}/${item.sourceId}/${seq}`;
              if (delivered.has(identity) || lost.has(identity)) twice.push(identity);
              lost.set(identity, 1);
            }
          } else if (item.kind !== 'loss') notices.push(item);
        }
      };
      const notices: Item[] = [];
      const reader = startLiveReader({
        endpointUrl: plc.endpointUrl,
        nodes: { controlNode: plc.controlNodeId, ringNodes: plc.ringNodeIds },
        onItems: take
      });
      // Connecting takes longer than this ring lasts at that rate: what is measured begins when the reader has caught
      // up.
      plc.simulator.command('stop-producer');
      await until(
        'the reader to connect',
        () => reader.status().state === 'idle',
        () => JSON.stringify(reader.status())
      );
      const before = delivered.size + lost.size;
      const lostBefore = lost.size;
      const deliveredBefore = delivered.size;
      plc.simulator.command('start-producer');
      await new Promise((resolve) => setTimeout(resolve, MINUTES * 60_000));
      plc.simulator.command('stop-producer');
      const head = plc.simulator.statistics().headAbs;
      await until(
        'the reader to reach the head',
        () => reader.status().cursorAbs === head,
        () => JSON.stringify(reader.status())
      );
      const status = reader.status();
      await reader.stop();
      const truth = plc.simulator.truth();
      const copies = plc.simulator.server?.counters().copies;
      await plc.stop();

      const written = new Map(
        truth.map((record) => [`${record.runId}/${record.sourceId}/${record.seq}`, record.eventTypeId])
      );
      should(written.size - before).be.above(MINUTES * 60 * 400);
      const invented = [...delivered].filter(([identity, eventTypeId]) => written.get(identity) !== eventTypeId);
      const silent = [...written.keys()].filter((identity) => !delivered.has(identity) && !lost.has(identity));
      console.log(
        `      produced ${written.size}, delivered ${delivered.size}, lost ${lost.size - lostBefore} ` +
          `(${lostBefore} before the reader came), invented ${invented.length}, silently lost ${silent.length}, ` +
          `twice ${twice.length}`
      );
      console.log(
        `      copies ${copies?.copies}, of them cut ${copies?.cut}; polls ${status.looks.polls}, reads ` +
          `${status.looks.reads}, looks repeated ${status.looks.repeated}, unconfirmed ` +
          `${status.looks.unconfirmed}, records read again ${status.looks.reread}`
      );
      should(copies!.cut).be.above(100);
      should(delivered.size - deliveredBefore).be.above(MINUTES * 60 * 400);
      should(invented).eql([]);
      should(silent).eql([]);
      should(twice).eql([]);
      should([...lost.keys()].filter((identity) => delivered.has(identity))).eql([]);
      should(notices.filter((item) => item.kind !== 'lap')).eql([]);
    });
  }
});

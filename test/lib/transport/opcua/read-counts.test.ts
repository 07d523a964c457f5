import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import should from 'should';
import { ReaderSettings } from '../../../../lib/reader';
import { createSimulator } from '../../../../lib/simulator';
import { startLiveReader } from '../../../support/live-reader';
import { sleep, until } from '../../../support/until';
import { keyAtHand } from '../../../support/key-at-hand';

/*
 * Counted where it costs: the Read requests that reach the server. Polls are asked for one by one, so the counts are
 * exact.
 */
describe('Read requests at the server, poll by poll', function () {
  for (const [verify, withData] of [
    ['extraCall', 2],
    ['sameCall', 1]
  ] as [ReaderSettings['verify'], number][]) {
    it(`${verify}: one for an idle poll, ${withData} with data`, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'openot-counts-'));
      const simulator = createSimulator({
        scenario: 'reactor',
        timer: false,
        opcuaPort: 'any',
        pkiFolder: keyAtHand(folder),
        heartbeatInterval: 0,
        highWaterInterval: 0
      });
      const started = await simulator.start();
      should(started.ok).be.true();
      const server = simulator.server!;
      const reader = startLiveReader({
        endpointUrl: server.endpointUrl,
        nodes: { controlNode: server.controlNodeId, ringNodes: server.ringNodeIds },
        settings: { verify, mode: 'trigger' }
      });
      /** The Reads of one poll, until so many items have come in all. */
      const poll = async (items = reader.items.length): Promise<number> => {
        const { polls } = reader.status().looks;
        const before = server.counters().memoryReads;
        reader.read();
        await until('the poll', () => {
          const { looks, state, lag } = reader.status();
          return looks.polls > polls && state === 'idle' && lag === 0 && reader.items.length >= items;
        });
        await sleep(20);
        return server.counters().memoryReads - before;
      };
      await until('first contact', () => reader.status().state === 'idle');
      await poll();
      await poll();
      for (let round = 0; round < 5; round++) {
        const seen = reader.items.length;
        should(await poll()).equal(1);
        simulator.producer.emit({ sourceId: 0, eventTypeId: 0x0100, slots: [] });
        should(await poll(seen + 1)).equal(withData);
        should(reader.items.length).equal(seen + 1);
      }
      await reader.stop();
      await simulator.stop();
      rmSync(folder, { recursive: true, force: true });
    });
  }
});

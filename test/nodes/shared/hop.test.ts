import should from 'should';
import { EventEmitter } from 'node:events';
import { Hop } from '../../../nodes/shared/passage';

describe('a hop that is closed', () => {
  const RED = { events: new EventEmitter(), nodes: { getNode: () => undefined, eachNode: () => undefined } } as never;
  const turns = async (): Promise<void> => {
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  };

  for (const awaitsAck of [false, true]) {
    it(`tells that what still reaches it is lost, so that it is read again${awaitsAck ? ', where acknowledgements are awaited, too' : ''}`, async () => {
      let lost = 0;
      const settled: number[] = [];
      const account = new Hop(RED, { id: `reader ${awaitsAck}`, wires: [] } as never, false).openAccount('boot', { settled: (serial) => void settled.push(serial), onLost: () => void lost++, awaitsAck });
      const hop = new Hop(RED, { id: `mapper ${awaitsAck}`, wires: [] } as never);
      const token = account.begin(1);
      hop.close();
      // A node that closes asynchronously keeps its listeners for a while.
      should(hop.through({ openot: { commit: [token] } } as never, () => undefined, () => should.fail(1, 0, 'it worked on it', ''))).equal(undefined);
      await turns();
      should([lost, settled]).eql([1, []]);
      account.close();
    });
  }
});

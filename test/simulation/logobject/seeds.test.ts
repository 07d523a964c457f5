import { strict as assert } from 'node:assert';
import { playSeed, type Sabotage } from './run';

/* More of them: node --import tsx test/simulation/logobject/main.ts --seeds 500 --records 5000 */

const RECORDS = 600;

describe('reading a log of OPC UA, in a simulated world', function () {
  this.timeout(300_000);

  it('delivers every record, or says where some may be missing, whatever server and client do: 20 seeds', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { violation } = await playSeed(seed, RECORDS);
      assert.equal(violation, undefined, `seed ${seed}: ${violation}`);
    }
  });

  it('delivers every record and reports no gap where the log never lost one: 10 seeds', async () => {
    for (let seed = 1; seed <= 10; seed++) {
      const { violation, missing, gaps } = await playSeed(seed, RECORDS, { calm: true });
      assert.deepEqual({ violation, missing, gaps }, { violation: undefined, missing: 0, gaps: {} }, `seed ${seed}`);
    }
  });

  const sabotages: readonly { sabotage: Sabotage; what: string }[] = [
    { sabotage: 'overlap', what: 'the overlap of two polls' },
    { sabotage: 'multiset', what: 'the count of equal records' },
    { sabotage: 'anchor', what: 'the gap where no record read before came again' },
    { sabotage: 'server-end', what: "the server's own time as the end of a poll" },
    { sabotage: 'first-again', what: 'the look at the first records after several pages' }
  ];
  for (const { sabotage, what } of sabotages)
    it(`finds that something is missing without ${what}`, async () => {
      for (let seed = 10; seed < 60; seed++)
        if ((await playSeed(seed, RECORDS, { sabotage })).violation !== undefined) return;
      assert.fail('50 seeds, and nothing was found');
    });
});

import should from 'should';
import { encodeControlBlock } from '../../../lib/ring';
import type { ReadOutcome, Transport } from '../../../lib/transport/transport';
import { Budget } from '../../../lib/discovery/budget';
import { lookInPairs, timeReads } from '../../../lib/discovery/measure';

const block = (seqlock: number, head: number, oldest = 0): Uint8Array =>
  encodeControlBlock({
    version: 2,
    caps: 0,
    bufferId: 1,
    capacity: 1000,
    seqlock,
    headAbs: BigInt(head),
    oldestAbs: BigInt(oldest),
    lostCount: 0n,
    runId: 1n,
    epochId: 0n,
    epochFirstAbs: 0n,
    definitionHash: '0'.repeat(16),
    prevDefinitionHash: '0'.repeat(16)
  });

/** Answers with these images, one after the other. */
function showing(images: readonly (Uint8Array | 'lost')[]): Transport {
  let next = 0;
  const read = async (): Promise<ReadOutcome> => {
    const image = images[next++];
    return image === undefined || image === 'lost'
      ? { ok: false, code: 'OPENOT_MODBUS_CONNECTION_LOST', message: 'the link is gone', remedy: 'reconnect' }
      : { ok: true, parts: [image] };
  };
  return { read, connect: () => Promise.reject(new Error('not asked for')), close: () => Promise.resolve() };
}

describe('what a test measures', () => {
  let budget: Budget;
  beforeEach(() => void (budget = new Budget(5000)));
  afterEach(() => budget.close());

  it('sorts pairs of looks: the same, changed in between, in an update, torn', async () => {
    const looks = await lookInPairs(
      showing([
        block(2, 100),
        block(2, 100), // the same
        block(2, 100),
        block(4, 200), // written in between
        block(5, 200),
        block(6, 300), // the first in the middle of an update
        block(6, 300),
        block(6, 400), // one seqlock, two contents
        block(8, 2000, 500),
        block(8, 400), // more in the ring than it holds
        block(10, 100),
        block(10, 400) // head went back in one run
      ]),
      budget,
      6,
      5000
    );
    should(looks).match({ pairs: 6, same: 1, changed: 1, updating: 1, torn: 3, written: 300 });
    should(looks).not.have.property('failed');
  });

  it('ends with the link, and says so', async () => {
    const looks = await lookInPairs(showing([block(2, 100), block(2, 100), block(2, 100), 'lost']), budget, 100, 5000);
    should(looks).match({ pairs: 1, same: 1, failed: { code: 'OPENOT_MODBUS_CONNECTION_LOST' } });
  });

  it('times only what the ring has, and tells why a size was not read', async () => {
    const transport = showing(Array.from({ length: 30 }, () => block(2, 100)));
    const times = await timeReads(transport, 5000, budget);
    should(times.map(({ what, times: n, failed }) => [what, n, failed])).eql([
      ['control block, 88 bytes', 7, undefined],
      ['ring, 1 KiB', 7, undefined],
      ['ring, 4 KiB', 7, undefined]
    ]);
    should(
      (await timeReads(showing(Array.from({ length: 14 }, () => block(2, 100))), 600, budget)).map(({ what }) => what)
    ).eql(['control block, 88 bytes', 'ring, 600 bytes']);
    const failed = await timeReads(showing([block(2, 100), 'lost']), 5000, budget);
    should(failed[0]).match({ times: 1, failed: 'OPENOT_MODBUS_CONNECTION_LOST: the link is gone' });
    should(failed[1]).match({ times: 0, failed: 'not tried' });
  });
});

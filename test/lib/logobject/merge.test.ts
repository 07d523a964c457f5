import { strict as assert } from 'node:assert';
import { LogMerge } from '../../../lib/logobject';
import { SeededRandom } from '../../../lib/simulator/random';

interface Record {
  readonly correctedMs: number;
  readonly name: string;
}

const at = (correctedMs: number, name = `${correctedMs}`): Record => ({ correctedMs, name });
const names = (merge: LogMerge<Record>): string[] => merge.take().map(({ record }) => record.name);

describe('the records of several servers in one order', () => {
  it('come out by time once every server has got there', () => {
    const merge = new LogMerge<Record>(2);
    merge.page(0, [at(1), at(4)]);
    assert.deepEqual(names(merge), []);
    merge.page(1, [at(2), at(3)]);
    merge.end(0);
    merge.end(1);
    assert.deepEqual(names(merge), ['1', '2', '3', '4']);
  });

  it('wait for a server that may bring an earlier one', () => {
    const merge = new LogMerge<Record>(2);
    merge.page(0, [at(1), at(9)]);
    merge.end(0);
    merge.page(1, [at(5)]);
    assert.deepEqual(names(merge), ['1']);
    assert.equal(merge.needs(1), true);
    merge.end(1);
    assert.deepEqual(names(merge), ['5', '9']);
  });

  it('wait for no server that has ended or failed', () => {
    const merge = new LogMerge<Record>(2);
    merge.end(1);
    merge.page(0, [at(1)]);
    merge.end(0);
    assert.deepEqual(names(merge), ['1']);
  });

  it('stand by server, then as received, where their times are equal', () => {
    const merge = new LogMerge<Record>(2);
    merge.page(1, [at(1, 'b1'), at(1, 'b2')]);
    merge.page(0, [at(1, 'a1'), at(1, 'a2')]);
    merge.end(0);
    merge.end(1);
    assert.deepEqual(names(merge), ['a1', 'a2', 'b1', 'b2']);
  });

  it('go on where a server has got to a time without a hit', () => {
    const merge = new LogMerge<Record>(2);
    merge.page(0, [at(1), at(2)]);
    merge.end(0);
    merge.reached(1, 1.5);
    assert.deepEqual(names(merge), ['1']);
    merge.reached(1, 10);
    assert.deepEqual(names(merge), ['2']);
  });

  it('do not need a server whose next record is certain already', () => {
    const merge = new LogMerge<Record>(2);
    merge.page(0, [at(1)]);
    merge.page(0, [at(5)]);
    assert.equal(merge.needs(0), false);
    assert.equal(merge.needs(1), true);
  });

  it('come out whole and sorted, however the pages of sorted servers arrive: 50 seeds', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const random = new SeededRandom(seed);
      const servers = [0, 1, 2].map((server) =>
        Array.from({ length: random.below(40) }, (_, i) => at(random.below(500), `${server}.${i}`)).sort(
          (a, b) => a.correctedMs - b.correctedMs
        )
      );
      const all = servers.flat();
      const merge = new LogMerge<Record>(3);
      const out: Record[] = [];
      const left = servers.map((records) => [...records]);
      for (let open = [0, 1, 2]; open.length > 0;) {
        const server = random.pick(open);
        if (left[server].length > 0) merge.page(server, left[server].splice(0, 1 + random.below(5)));
        else {
          merge.end(server);
          open = open.filter((one) => one !== server);
        }
        out.push(...merge.take().map(({ record }) => record));
      }
      assert.equal(out.length, all.length, `seed ${seed}`);
      assert.deepEqual(
        out.map(({ correctedMs }) => correctedMs),
        all.map(({ correctedMs }) => correctedMs).sort((a, b) => a - b)
      );
    }
  });
});

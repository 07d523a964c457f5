import should from 'should';
import { COMPRESSION_AGAIN_MS } from '../../../lib/otlp';
import { answer, FakeSender, Got } from './support/fake-sender';
import { itemsOf, logsRequest, records, uidsOf } from './support/requests';

describe('the OTLP sender: a collector that cannot read compressed requests', () => {
  const isGzip = ({ headers }: Got): boolean => headers['content-encoding'] === 'gzip';

  for (const status of [400, 415]) {
    it(
      `and answers ${status} gets the same uncompressed, and so all that follow: nothing is bisected, ` +
        'nothing rejected',
      async () => {
        const fake = new FakeSender({ maxItems: 100 }, {}, true);
        fake.reply = (got) => (isGzip(got) ? answer(status, 'Invalid JSON') : answer(200));
        fake.offer('a', logsRequest(records(0, 250)));
        await fake.passReal(500, () => fake.sender.status().pending === 0);
        should(
          fake.got
            .filter((got) => !isGzip(got))
            .map(({ body }) => itemsOf(body).length)
            .sort()
        ).eql([100, 100, 50]);
        should(fake.rejected).eql([]);
        should(fake.said.filter(({ code }) => code === 'OPENOT_OTLP_COMPRESSION_REFUSED').length).equal(1);
        const before = fake.got.length;
        fake.offer('b', logsRequest(records(0, 100)));
        await fake.passReal(0, () => fake.sender.status().pending === 0);
        should(fake.got.slice(before).map(isGzip)).eql([false]);
      }
    );
  }

  it('is told from one that got a bad record: that one is found, and the others go on compressed', async () => {
    const fake = new FakeSender({}, {}, true);
    fake.reply = ({ body }) => (uidsOf(body).includes('uid/7') ? answer(400) : answer(200));
    fake.offer('a', logsRequest(records(0, 16)));
    await fake.passReal(500, () => fake.sender.status().pending === 0);
    should(fake.rejected).match([{ count: 1, uids: ['uid/7'] }]);
    should(fake.got.slice(0, 2).map(isGzip)).eql([true, false]);
    for (const first of [8, 0]) {
      fake.got.length = 0;
      fake.offer('b', logsRequest(records(first, 8)));
      await fake.passReal(500, () => fake.sender.status().pending === 0);
      should(isGzip(fake.got[0])).be.true();
    }
    // It has understood one by now: what it refuses is bad.
    should(fake.got.map(isGzip)).matchEach(true);
    should(fake.rejected.length).equal(2);
    should(fake.said.filter(({ code }) => code === 'OPENOT_OTLP_COMPRESSION_REFUSED')).eql([]);
  });

  it('is asked again after an hour: one passing 400 is not for ever', async () => {
    const fake = new FakeSender({ maxItems: 1 }, {}, true);
    fake.reply = (got) => (isGzip(got) && got.atMs < 60_000 ? answer(400) : answer(200));
    const next = async (ms: number): Promise<boolean[]> => {
      fake.got.length = 0;
      fake.offer('a', logsRequest(records(0, 1)));
      await fake.passReal(0, () => fake.sender.status().pending === 0);
      await fake.pass(ms);
      return fake.got.map(isGzip);
    };
    should(await next(COMPRESSION_AGAIN_MS - 1)).eql([true, false]);
    should(await next(1)).eql([false]);
    should(await next(0)).eql([true]);
    should(await next(0)).eql([true]);
    should(fake.rejected).eql([]);
  });
});

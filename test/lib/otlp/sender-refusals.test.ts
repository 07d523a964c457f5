import should from 'should';
import { MAX_FRUITLESS_REQUESTS } from '../../../lib/otlp';
import { answer, FakeSender, sums } from './support/fake-sender';
import { logsRequest, records, uidsOf } from './support/requests';

describe('the OTLP sender: a refusal', () => {
  it('with 400 sinks the bad ones only: 500 records, a few of them bad, whatever their places', async () => {
    for (const bad of [[0], [499], [250], [3, 4], [0, 125, 250, 375, 499]]) {
      const fake = new FakeSender();
      const isBad = (body: unknown): boolean => uidsOf(body).some((uid) => bad.includes(Number(uid.slice(4))));
      fake.reply = ({ body }) => (isBad(body) ? answer(400, { message: 'bad record' }) : answer(200));
      fake.offer('a', logsRequest(records(0, 500)), { hasToken: true });
      await fake.pass(500);
      should(fake.rejected.flatMap(({ uids }) => uids).sort()).eql(bad.map((n) => `uid/${n}`).sort());
      should(fake.rejected.every(({ count, code }) => count === 1 && code === 'OPENOT_OTLP_REFUSED')).be.true();
      const accepted = fake.got.filter(({ body }) => !isBad(body)).flatMap(({ body }) => uidsOf(body));
      should(new Set(accepted).size).equal(500 - bad.length);
      should(accepted.length).equal(500 - bad.length);
      should(fake.got.length).be.belowOrEqual(1 + 16 + 32 * bad.length);
      // Some stores keep what is good in what they refuse.
      const times = new Map<string, number>();
      for (const uid of fake.got.flatMap(({ body }) => uidsOf(body))) times.set(uid, (times.get(uid) ?? 0) + 1);
      should(Math.max(...times.values())).be.belowOrEqual(3);
      should(fake.left[0].counts).match({ accepted: 500 - bad.length, rejected: bad.length });
      should(fake.order.at(-1)).equal('left a');
      sums(fake);
    }
  });

  it(
    'with 400 sinks no good record either where so many are bad that each part of the first levels has ' + 'one',
    async () => {
      for (const every of [100, 40, 31, 25, 16, 8, 2]) {
        for (const maxInFlight of [1, 4, 64]) {
          const fake = new FakeSender({ maxInFlight });
          const isBad = (uid: string): boolean => Number(uid.slice(4)) % every === 0;
          fake.reply = ({ body }) => (uidsOf(body).some(isBad) ? answer(400) : answer(200));
          fake.offer('a', logsRequest(records(0, 500)));
          await fake.pass(500);
          const bad = Math.ceil(500 / every);
          should(fake.left[0].counts).match(
            { accepted: 500 - bad, rejected: bad },
            `1 of ${every} bad, ${maxInFlight} in flight`
          );
          should(fake.rejected.every(({ count, uids }) => count === 1 && isBad(uids[0]))).be.true();
          should(fake.got.length).be.belowOrEqual(1024);
          sums(fake);
        }
      }
    }
  );

  it('with 400 waits for the single items that it asks, also where they have to be sent again', async () => {
    const fake = new FakeSender();
    const busy = new Set<string>();
    fake.reply = ({ body }) => {
      const uids = uidsOf(body);
      if (uids.some((uid) => Number(uid.slice(4)) % 10 === 0)) return answer(400);
      if (uids.length > 1 || busy.has(uids[0])) return answer(200);
      busy.add(uids[0]);
      return answer(503);
    };
    fake.offer('a', logsRequest(records(0, 500)));
    await fake.pass(3_600_000);
    should(busy.size).be.above(0);
    should(fake.left[0].counts).match({ accepted: 450, rejected: 50 });
    sums(fake);
  });

  it('with 400 of everything is believed after a bounded number of requests', async () => {
    for (const maxInFlight of [1, 4, 64]) {
      for (const count of [2, 17, 18, 33, 500, 5000]) {
        const fake = new FakeSender({ maxItems: 5000, maxInFlight });
        fake.reply = () => answer(400);
        fake.offer('a', logsRequest(records(0, count)));
        await fake.pass(500);
        should(fake.got.length).be.belowOrEqual(MAX_FRUITLESS_REQUESTS);
        should(fake.rejected.reduce((sum, rejected) => sum + rejected.count, 0)).equal(count);
        should(new Set(fake.rejected.flatMap(({ uids }) => uids)).size).equal(count);
        if (count >= 500) should(fake.rejected.at(-1)!.message).match(/requests did not find which/);
        should(fake.left[0].counts).match({ rejected: count });
      }
    }
  });

  it('with 400 of every second record stops at the second bound, and accounts for each', async () => {
    const fake = new FakeSender({ maxItems: 5000 });
    fake.reply = ({ body }) =>
      uidsOf(body).some((uid) => Number(uid.slice(4)) % 2 === 0 && Number(uid.slice(4)) < 4000)
        ? answer(400)
        : answer(200);
    fake.offer('a', logsRequest(records(0, 5000)));
    await fake.pass(500);
    should(fake.got.length).be.belowOrEqual(1024);
    should(fake.sender.status()).match({ pending: 0, taken: 5000 });
    should(fake.sender.status().accepted).be.aboveOrEqual(900);
    sums(fake);
  });

  it('with 400 gives up no single item that was never asked alone', async () => {
    for (let count = 17; count < 64; count++) {
      const fake = new FakeSender({ maxInFlight: 1 });
      fake.reply = () => answer(400);
      fake.offer('a', logsRequest(records(0, count)));
      await fake.pass(500);
      const alone = fake.got
        .map(({ body }) => uidsOf(body))
        .filter(({ length }) => length === 1)
        .flat();
      should(fake.rejected.filter(({ uids }) => uids.length === 1 && !alone.includes(uids[0]))).eql([], `of ${count}`);
    }
  });

  it('with 413 is halved until it fits, down to one that never does', async () => {
    const fake = new FakeSender();
    fake.reply = ({ text }) => (Buffer.byteLength(text) > 2000 ? answer(413) : answer(200));
    fake.offer('a', logsRequest([...records(0, 40), ...records(40, 1, 'x'.repeat(2000)), ...records(41, 9)]));
    await fake.pass(500);
    should(fake.rejected).match([
      { reason: 'tooLarge', code: 'OPENOT_OTLP_TOO_LARGE', status: 413, count: 1, uids: ['uid/40'] }
    ]);
    should(fake.left[0].counts).match({ accepted: 49, rejected: 1 });
  });

  it('of a part whose endpoint then refuses everything is held with the others', async () => {
    const fake = new FakeSender();
    fake.reply = ({ body, atMs }) => {
      const uids = uidsOf(body);
      if (uids.length === 20) return answer(400);
      if (uids.includes('uid/0')) return atMs < 3000 ? answer(503) : atMs < 100_000 ? answer(401) : answer(400);
      return answer(200);
    };
    fake.offer('a', logsRequest(records(0, 20)));
    await fake.pass(90_000);
    should(fake.rejected).eql([]);
    should(fake.left).eql([]);
    await fake.pass(400_000);
    should(fake.rejected).match([{ status: 400, count: 1, uids: ['uid/0'] }]);
    should(fake.left[0].counts).match({ accepted: 19, rejected: 1 });
  });

  it('with 415 of everything says what takes no JSON there', async () => {
    const fake = new FakeSender();
    fake.reply = () => answer(415, '');
    fake.offer('a', logsRequest(records(0, 3)));
    await fake.pass(500);
    should(fake.rejected.length).equal(3);
    should(fake.rejected[0].message).match(/takes no JSON: it must be a receiver of OTLP\/HTTP with JSON$/);
  });

  it('with 400 that says itself how many were not kept is told like partial success, and nothing is sent again', async () => {
    const fake = new FakeSender();
    fake.reply = () =>
      answer(
        400,
        "entry with timestamp 2026-01-01 ignored, reason: 'entry too far behind',\n" +
          `user 'x', total ignored: 3 out of 10 for stream: {a="b"}`
      );
    fake.offer('a', logsRequest(records(0, 10)));
    await fake.pass(60_000);
    should(fake.got.length).equal(1);
    should(fake.rejected).match([{ reason: 'partial', code: 'OPENOT_OTLP_PARTIAL', status: 400, count: 3 }]);
    should(fake.rejected[0].message).match(
      /^3 of 10 rejected, the collector stored the others, and does not say which/
    );
    should(fake.sender.status()).match({ accepted: 7, rejected: 3, pending: 0 });
  });

  it('with 413 of every part of the first levels goes on to smaller ones', async () => {
    const fake = new FakeSender();
    fake.reply = ({ body }) => (uidsOf(body).length > 10 ? answer(413) : answer(200));
    fake.offer('a', logsRequest(records(0, 500)));
    await fake.pass(500);
    should(fake.left[0].counts).match({ accepted: 500, rejected: 0 });
  });

  it('says at which address, by which field, and what to do', async () => {
    for (const [reply, text] of [
      [
        answer(404, '<!DOCTYPE html><html><head><title>Not here</title></head><body>A long story</body></html>'),
        /^404 Not Found: a web page, "Not here"\. Nothing takes logs by OTLP\/HTTP at http:\/\/collector\/v1\/logs: correct the field "Endpoint"$/
      ],
      [
        answer(404, '<html><style>p { color: red }</style><p>nothing&nbsp;here</p></html>'),
        /^404 Not Found: a web page, "nothing&nbsp;here"\. /
      ],
      [answer(500, ''), /^500 Internal Server Error\. The collector failed on it: see its own log for why$/],
      [answer(401, {}), /^401 Unauthorized\. Set or renew/],
      [
        answer(307, '', { location: 'https://elsewhere/otlp?key=s3cret' }),
        /Redirects are not followed \(to https:\/\/elsewhere\/otlp\): set the field "Endpoint" to where the collector is$/
      ],
      [
        answer(400, 'Client sent an HTTP request to an HTTPS server.\n'),
        /This port speaks TLS: begin the address in the field "Endpoint" with https:\/\/$/
      ],
      [
        answer(400, '<html><head><title>400 The plain HTTP request was sent to HTTPS port</title></head></html>'),
        /This port speaks TLS/
      ]
    ] as const) {
      const fake = new FakeSender({}, {}, false, '?key=s3cret');
      fake.reply = () => reply;
      fake.offer('a', logsRequest(records(0, 100)));
      await fake.pass(500);
      should(fake.rejected).eql([]);
      should(fake.said[0]).match({ outcome: 'retry', message: text });
    }
  });
});

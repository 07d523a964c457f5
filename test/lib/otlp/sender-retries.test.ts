import should from 'should';
import { OFFERED_AGAIN_MS } from '../../../lib/otlp';
import { answer, cut, FakeSender, Reply, sizes, sums } from './support/fake-sender';
import { logsRequest, metricsRequest, point, records, span, tracesRequest, uidsOf } from './support/requests';

describe('the OTLP sender: an endpoint that does not answer, or says: later', () => {
  it('is tried again for ever, with waits that grow to the limit, and gets everything', async () => {
    const fake = new FakeSender({ maxItems: 10 });
    fake.reply = () => cut;
    fake.random = 1 - 1e-9;
    fake.offer('a', logsRequest(records(0, 30)), { hasToken: true });
    await fake.pass(3_600_000);
    const gaps = fake.got.map(({ atMs }, i) => atMs - (fake.got[i - 1]?.atMs ?? atMs));
    // Three were under way when the first one failed; from then on one at a time.
    should(gaps.slice(0, 9)).eql([0, 0, 0, 500, 1000, 2000, 4000, 8000, 10_000]);
    should(new Set(gaps.slice(9))).eql(new Set([10_000]));
    should(fake.got.length).be.above(300);
    should(fake.left).eql([]);
    should(fake.sender.status()).match({
      pending: 30,
      troubled: ['logs'],
      said: { outcome: 'retry', code: 'OPENOT_OTLP_UNREACHABLE', message: cut.message }
    });
    fake.reply = () => answer(200);
    fake.got.length = 0;
    await fake.pass(10_000);
    should(sizes(fake)).eql([10, 10, 10]);
    should(fake.left[0].counts).match({ accepted: 30 });
    should(fake.sender.status()).match({ pending: 0, troubled: [] });
    sums(fake);
  });

  it('waits half as long at the least: chance spreads the rest', async () => {
    const fake = new FakeSender();
    fake.reply = () => cut;
    fake.offer('a', logsRequest(records(0, 1)));
    await fake.pass(250 + 500 + 1000);
    should(fake.got.map(({ atMs }) => atMs - 1000)).eql([0, 250, 750, 1750]);
  });

  for (const status of [429, 502, 503, 504]) {
    it(`${status}: sends the same again, byte for byte`, async () => {
      const fake = new FakeSender();
      fake.reply = ({ atMs }) => (atMs < 5000 ? answer(status, '<html>busy</html>') : answer(200));
      fake.offer('a', logsRequest(records(0, 3)));
      await fake.pass(20_000);
      should(fake.got.length).be.above(2);
      should(new Set(fake.got.map(({ text }) => text)).size).equal(1);
      should(fake.left[0].counts).match({ accepted: 3, requests: 1 });
      should(fake.rejected).eql([]);
    });
  }

  it(
    'is left alone for as long as Retry-After says, in seconds or until a date, and up to a tenth ' + 'longer',
    async () => {
      for (const [headers, waitMs] of [
        [{ retryAfter: '7' }, 7000],
        [{ retryAfter: 'Thu, 01 Jan 2026 00:00:30 GMT', date: 'Thu, 01 Jan 2026 00:00:10 GMT' }, 20_000],
        [{ retryAfter: 'Thu, 01 Jan 2026 00:00:31 GMT' }, 29_500],
        [{ retryAfter: '999999' }, 600_000],
        [{ retryAfter: '0' }, 250],
        [{ retryAfter: 'Wed, 31 Dec 2025 00:00:31 GMT' }, 250],
        [{ retryAfter: 'soon' }, 250]
      ] as const) {
        for (const random of [0, 0.5]) {
          const fake = new FakeSender({ maxItems: 1 });
          fake.random = random;
          fake.reply = () => (fake.got.length === 1 ? answer(503, '', headers) : answer(200));
          fake.nowMs = 1500;
          fake.offer('a', logsRequest(records(0, 1)));
          await fake.pass(0);
          // What comes meanwhile waits as well.
          fake.offer('b', logsRequest(records(1, 1)));
          const expectedMs = random === 0 ? waitMs : waitMs === 250 ? 375 : waitMs * 1.05;
          await fake.pass(expectedMs - 1);
          should(fake.got.length).equal(1, `${JSON.stringify(headers)} was not waited for`);
          await fake.pass(1);
          should(fake.got.length).equal(3);
        }
      }
    }
  );

  it('is left alone although an earlier request is answered well meanwhile', async () => {
    const fake = new FakeSender({ maxItems: 1 });
    let open = (): void => undefined;
    fake.reply = () =>
      fake.got.length === 1
        ? new Promise((resolve) => (open = () => resolve(answer(200))))
        : fake.got.length === 2
          ? answer(503, '', { retryAfter: '60' })
          : answer(200);
    fake.offer('a', logsRequest(records(0, 2)));
    await fake.pass(1000);
    open();
    await fake.pass(58_000);
    should(fake.got.length).equal(2);
    await fake.pass(1000);
    should(fake.got.length).equal(3);
    should(fake.left.length).equal(1);
  });

  it('does not hold up the other signals', async () => {
    const fake = new FakeSender({ maxInFlight: 1 });
    fake.reply = ({ url }) => (url.endsWith('logs') ? cut : answer(200));
    fake.offer('l', logsRequest(records(0, 1)));
    await fake.pass(500);
    fake.offer('t', tracesRequest([span(1)]));
    await fake.pass(20_000);
    should(fake.sender.status()).match({ accepted: 1, pending: 1, troubled: ['logs'] });
    should(fake.left).eql([]);
  });

  it('keeps what it said out of texts where it repeats a secret', async () => {
    const fake = new FakeSender({}, { authorization: 'Bearer s3cret-token', 'x-key': 'k3y!' });
    fake.reply = () => answer(503, { message: 'Bearer s3cret-token is busy, k3y! too (s3cret-token)' });
    fake.offer('a', logsRequest(records(0, 1)));
    await fake.pass(500);
    should(fake.sender.status().said!.message).match(
      /^503 Service Unavailable: \*\*\* is busy, \*\*\* too \(\*\*\*\)\. The collector/
    );
    fake.reply = () => answer(401, 'bad s3cret-token');
    await fake.pass(5000);
    should(fake.sender.status().said!.message).match(/^401 Unauthorized: bad \*\*\*\. Set or renew/);
  });

  it('keeps secrets out of texts that are cut, of addresses, and however they are written', async () => {
    const secret = 'sk-live-0123456789/abcdefghijklmnopqrstuvwxyz';
    const said = async (reply: Reply, query = ''): Promise<string> => {
      const fake = new FakeSender(
        {},
        {
          authorization: `Bearer ${secret}`,
          'x-user': `Basic ${Buffer.from('me:passw0rd').toString('base64')}`,
          'x-quote': 'a"b&c<d'
        },
        false,
        query
      );
      fake.reply = () => reply;
      fake.offer('a', logsRequest(records(0, 1)));
      await fake.pass(500);
      return `${fake.said.map(({ message }) => message).join('\n')} ${JSON.stringify(fake.rejected)}`;
    };
    const parts = [secret.slice(0, 8), 'passw0rd', 'a"b', 'a\\"b', 'b&amp;c'];
    for (const reply of [
      answer(401, { message: `${'x'.repeat(260)} ${secret}` }),
      answer(503, `${'x'.repeat(285)} ${secret}`),
      answer(200, `no: ${'x'.repeat(40)} your authorization was ${secret}`),
      answer(200, `<html><title>${'x'.repeat(40)} ${secret}</title></html>`),
      answer(200, `<html>${'x'.repeat(40)} <b>a&quot;b&amp;c&lt;d</b></html>`),
      answer(200, { partialSuccess: { rejectedLogRecords: 0, errorMessage: `${'x'.repeat(290)} ${secret}` } }),
      answer(
        400,
        `{"error":"${secret.replace('/', '\\/')} ${JSON.stringify('a"b&c<d').slice(1, -1)} ` +
          `${encodeURIComponent(secret)} me:passw0rd"}`
      )
    ]) {
      const text = await said(reply);
      should(text).containEql('***');
      for (const part of parts) should(text).not.containEql(part);
    }
    for (const body of ['Cannot POST /v1/logs?api=k%65y%20s3', 'bad key: key s3', 'k%65y%20s3']) {
      const text = await said(answer(404, body), '?api=k%65y%20s3');
      should(text).containEql('***');
      should(text).not.match(/s3/);
    }
  });

  it('sends again in the order in which they were made', async () => {
    const fake = new FakeSender({ maxItems: 1 });
    fake.reply = ({ atMs }) => (atMs < 1500 ? cut : answer(200));
    fake.offer('a', logsRequest(records(0, 6)));
    await fake.pass(60_000);
    should(fake.got.filter(({ atMs }) => atMs >= 1500).map(({ body }) => uidsOf(body)[0])).eql(
      [0, 1, 2, 3, 4, 5].map((n) => `uid/${n}`)
    );
  });

  it(
    'shows the worst of what was said of the signals, until the signal is accepted again, or brings ' +
      'nothing for long',
    async () => {
      const fake = new FakeSender();
      fake.reply = ({ url }) => (url.endsWith('metrics') ? answer(404) : answer(200));
      fake.offer('m', metricsRequest({ a: [point(1)] }));
      await fake.pass(1000);
      for (let i = 0; i < 3; i++) {
        fake.offer('l', logsRequest(records(i, 1)));
        await fake.pass(1000);
        should(fake.sender.status().said).match({
          signal: 'metrics',
          outcome: 'refused',
          code: 'OPENOT_OTLP_NOT_OFFERED'
        });
      }
      fake.reply = () => answer(200);
      await fake.pass(OFFERED_AGAIN_MS);
      fake.offer('m', metricsRequest({ a: [point(1)] }));
      await fake.pass(1000);
      should(fake.sender.status().said).match({ outcome: 'accepted' });
      fake.reply = ({ url }) => (url.endsWith('metrics') ? answer(400) : answer(200));
      fake.offer('m', metricsRequest({ a: [point(1)] }));
      await fake.pass(601_000);
      should(fake.sender.status().said).match({ signal: 'metrics', outcome: 'refused' });
      fake.offer('l', logsRequest(records(9, 1)));
      await fake.pass(1000);
      should(fake.sender.status().said).match({ signal: 'logs', outcome: 'accepted' });
    }
  );
});

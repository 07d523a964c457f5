import should from 'should';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { loadHashes } from '../../../lib/otel/hashes';
import { otlpJson } from '../../../lib/otel/json';
import { createNetworkProfile, networkSettings } from '../../../lib/otel/network';
import { MAX_LOOSE_BYTES } from '../../../lib/otlp';
import { answer, cut, FakeSender, Got, turns } from './support/fake-sender';
import { itemsOf, logsRequest, metricsRequest, point, records, span, tracesRequest, uidsOf } from './support/requests';

const sizes = ({ got }: FakeSender): number[] => got.map(({ body }) => itemsOf(body).length);
const sums = (fake: FakeSender): void => {
  const { taken, accepted, rejected, pending } = fake.sender.status();
  should(accepted + rejected + pending).equal(taken);
};

describe('the OTLP sender', () => {
  it('waits until a request is full, or for maxAge', async () => {
    const fake = new FakeSender({ maxItems: 10, maxAgeMs: 500 });
    fake.offer('a', logsRequest(records(0, 4)));
    await fake.pass(400);
    fake.offer('b', logsRequest(records(4, 3)));
    should(fake.got.length).equal(0);
    await fake.pass(99);
    should(fake.got.length).equal(0);
    await fake.pass(1);
    should(sizes(fake)).eql([7]);
    fake.offer('c', logsRequest(records(7, 10)));
    await fake.pass(0);
    should(sizes(fake)).eql([7, 10]);
    should(fake.left.map(({ name }) => name)).eql(['a', 'b', 'c']);
    should(fake.left[0].counts).eql({ signal: 'logs', items: 4, accepted: 4, partial: 0, rejected: 0, requests: 1 });
    should(fake.waiting).equal(0);
    sums(fake);
  });

  it('cuts a large message at maxItems, and the rest waits for its age', async () => {
    const fake = new FakeSender({ maxItems: 10 });
    fake.offer('a', logsRequest(records(0, 25)));
    await fake.pass(0);
    should(sizes(fake)).eql([10, 10]);
    should(fake.left).eql([]);
    await fake.pass(500);
    should(sizes(fake)).eql([10, 10, 5]);
    should(fake.got.flatMap(({ body }) => uidsOf(body))).eql(Array.from({ length: 25 }, (_, i) => `uid/${i}`));
    should(fake.left[0].counts).match({ items: 25, accepted: 25, requests: 3 });
  });

  it('cuts at maxBytes, and reports an item that fits into no request without losing its neighbours', async () => {
    const fake = new FakeSender({ maxBytes: 1000 });
    fake.offer('a', logsRequest([...records(0, 3), ...records(3, 1, 'x'.repeat(900)), ...records(4, 3)]));
    await fake.pass(500);
    should(fake.got.every(({ text }) => Buffer.byteLength(text) <= 1000)).be.true();
    should(fake.got.flatMap(({ body }) => uidsOf(body))).eql(['uid/0', 'uid/1', 'uid/2', 'uid/4', 'uid/5', 'uid/6']);
    should(fake.rejected).match([{ signal: 'logs', reason: 'tooLarge', code: 'OPENOT_OTLP_TOO_LARGE', status: 0, count: 1, uids: ['uid/3'] }]);
    should((fake.rejected[0].items[0] as { body: { stringValue: string } }).body.stringValue.length).equal(900);
    should(fake.left[0].counts).match({ items: 7, accepted: 6, rejected: 1 });
    should(fake.order.slice(-1)).eql(['left a']);
    sums(fake);
  });

  it('sends each signal to its own endpoint, with its headers, and has at most maxInFlight under way', async () => {
    const fake = new FakeSender({ maxItems: 1, maxInFlight: 2 }, { 'x-tenant': 'plant', accept: 'text/plain' });
    const open: (() => void)[] = [];
    fake.reply = () => new Promise((resolve) => open.push(() => resolve(answer(200))));
    fake.offer('t', tracesRequest([span(1)]));
    fake.offer('l', logsRequest(records(0, 3)));
    fake.offer('m', metricsRequest({ a: [point(1)] }));
    await fake.pass(0);
    should(fake.got.map(({ url }) => url)).eql(['http://collector/v1/traces', 'http://collector/v1/logs']);
    should(fake.got[0].headers).eql({ accept: 'text/plain', 'user-agent': 'openot-node-red', 'x-tenant': 'plant', 'content-type': 'application/json', 'accept-encoding': 'identity' });
    for (let i = 0; i < 5; i++) {
      open[i]();
      await fake.pass(0);
      should(fake.got.length).be.belowOrEqual(i + 3);
    }
    should(fake.got.map(({ url }) => url.slice(20)).sort()).eql(['logs', 'logs', 'logs', 'metrics', 'traces']);
    should(fake.left.map(({ name }) => name)).eql(['t', 'l', 'm']);
  });

  it('lets messages leave in the order in which they came, whatever the order of the answers', async () => {
    const fake = new FakeSender({ maxItems: 2 });
    const open = new Map<string, () => void>();
    fake.reply = ({ url }: Got) => new Promise((resolve) => open.set(url.slice(20), () => resolve(answer(200))));
    fake.offer('spans', tracesRequest([span(1), span(2)]));
    fake.offer('nothing', { resourceMetrics: [] });
    fake.offer('logs', logsRequest(records(0, 2)), { hasToken: true });
    await fake.pass(0);
    open.get('logs')!();
    await fake.pass(0);
    should(fake.left).eql([]);
    should(fake.sender.status()).match({ accepted: 2, pending: 2, messages: 3 });
    open.get('traces')!();
    await fake.pass(0);
    should(fake.left.map(({ name }) => name)).eql(['spans', 'nothing', 'logs']);
    should(fake.sender.status()).match({ messages: 0, bytes: 0 });
  });

  it('puts the points of one metric of several messages together', async () => {
    const fake = new FakeSender();
    for (let i = 0; i < 3; i++) fake.offer(`m${i}`, metricsRequest({ a: [point(i)], b: [point(10 + i)] }));
    await fake.pass(500);
    should(fake.got.map(({ body }) => body)).eql([metricsRequest({ a: [point(0), point(1), point(2)], b: [point(10), point(11), point(12)] })]);
  });

  describe('an endpoint that does not answer, or says: later', () => {
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
      should(fake.sender.status()).match({ pending: 30, troubled: ['logs'], said: { outcome: 'retry', code: 'OPENOT_OTLP_UNREACHABLE', message: cut.message } });
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
      await fake.pass(500 + 250 + 500 + 1000);
      should(fake.got.map(({ atMs }) => atMs - 1000)).eql([500, 750, 1250, 2250]);
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

    it('is left alone for as long as Retry-After says, in seconds or until a date, and up to a tenth longer', async () => {
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
    });

    it('is left alone although an earlier request is answered well meanwhile', async () => {
      const fake = new FakeSender({ maxItems: 1 });
      let open = (): void => undefined;
      fake.reply = () => (fake.got.length === 1 ? new Promise((resolve) => (open = () => resolve(answer(200)))) : fake.got.length === 2 ? answer(503, '', { retryAfter: '60' }) : answer(200));
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
      should(fake.sender.status().said!.message).equal('503 Service Unavailable: *** is busy, *** too (***)');
      fake.reply = () => answer(401, 'bad s3cret-token');
      await fake.pass(5000);
      should(fake.rejected[0].message).match(/^401 Unauthorized: bad \*\*\*\. Set or renew/);
    });
  });

  describe('a refusal', () => {
    for (const [status, reason, code] of [[401, 'unauthorized', 'OPENOT_OTLP_UNAUTHORIZED'], [403, 'unauthorized', 'OPENOT_OTLP_UNAUTHORIZED'], [404, 'notFound', 'OPENOT_OTLP_NOT_FOUND'], [405, 'notFound', 'OPENOT_OTLP_NOT_FOUND'], [302, 'redirect', 'OPENOT_OTLP_REDIRECT'], [408, 'refused', 'OPENOT_OTLP_REFUSED'], [422, 'refused', 'OPENOT_OTLP_REFUSED'], [500, 'refused', 'OPENOT_OTLP_REFUSED'], [501, 'refused', 'OPENOT_OTLP_REFUSED']] as const) {
      it(`${status}: is not tried again; told once with everything that was in it, then the message leaves`, async () => {
        const fake = new FakeSender();
        fake.reply = () => answer(status, { code: 3, message: 'no\nthanks' });
        fake.offer('a', logsRequest(records(0, 3)));
        await fake.pass(60_000);
        should(fake.got.length).equal(1);
        should(fake.rejected).match([{ signal: 'logs', reason, code, status, count: 3, uids: ['uid/0', 'uid/1', 'uid/2'], items: records(0, 3) }]);
        should(fake.rejected[0].message).match(new RegExp(`^${status} .*: no thanks`));
        should(fake.order).eql(['rejected 3', 'left a']);
        should(fake.left[0].counts).match({ accepted: 0, rejected: 3 });
        should(fake.sender.status()).match({ troubled: [], rejected: 3, said: { outcome: 'refused', code } });
        sums(fake);
      });
    }

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
        should(fake.got.length).be.belowOrEqual(1 + 18 * bad.length);
        should(fake.left[0].counts).match({ accepted: 500 - bad.length, rejected: bad.length });
        should(fake.order.at(-1)).equal('left a');
        sums(fake);
      }
    });

    it('with 400 of everything is believed after a bounded number of requests', async () => {
      const fake = new FakeSender();
      fake.reply = () => answer(400);
      fake.offer('a', logsRequest(records(0, 500)));
      await fake.pass(500);
      should(fake.got.length).be.belowOrEqual(32);
      should(fake.rejected.reduce((sum, { count }) => sum + count, 0)).equal(500);
      should(fake.rejected[0].message).match(/requests did not find which/);
      should(fake.left[0].counts).match({ rejected: 500 });
    });

    it('with 400 of every second record stops at the second bound, and accounts for each', async () => {
      const fake = new FakeSender({ maxItems: 5000 });
      fake.reply = ({ body }) => (uidsOf(body).some((uid) => Number(uid.slice(4)) % 2 === 0 && Number(uid.slice(4)) < 4000) ? answer(400) : answer(200));
      fake.offer('a', logsRequest(records(0, 5000)));
      await fake.pass(500);
      should(fake.got.length).be.belowOrEqual(1024);
      should(fake.sender.status()).match({ pending: 0, taken: 5000 });
      should(fake.sender.status().accepted).be.aboveOrEqual(900);
      sums(fake);
    });

    it('with 413 is halved until it fits, down to one that never does', async () => {
      const fake = new FakeSender();
      fake.reply = ({ text }) => (Buffer.byteLength(text) > 2000 ? answer(413) : answer(200));
      fake.offer('a', logsRequest([...records(0, 40), ...records(40, 1, 'x'.repeat(2000)), ...records(41, 9)]));
      await fake.pass(500);
      should(fake.rejected).match([{ reason: 'tooLarge', code: 'OPENOT_OTLP_TOO_LARGE', status: 413, count: 1, uids: ['uid/40'] }]);
      should(fake.left[0].counts).match({ accepted: 49, rejected: 1 });
    });

    it('of a half that is refused for another reason, or waits, concerns that half alone', async () => {
      const fake = new FakeSender();
      fake.reply = ({ body, atMs }) => {
        const uids = uidsOf(body);
        if (uids.length === 8) return answer(400);
        if (uids.includes('uid/0')) return atMs < 3000 ? answer(503) : answer(401);
        return answer(200);
      };
      fake.offer('a', logsRequest(records(0, 8)));
      await fake.pass(20_000);
      should(fake.rejected).match([{ status: 401, count: 4, uids: ['uid/0', 'uid/1', 'uid/2', 'uid/3'] }]);
      should(fake.left[0].counts).match({ accepted: 4, rejected: 4 });
    });
  });

  describe('a 200', () => {
    for (const [signal, name, request] of [['logs', 'rejectedLogRecords', logsRequest(records(0, 10))], ['metrics', 'rejectedDataPoints', metricsRequest({ a: Array.from({ length: 10 }, (_, i) => point(i)) })], ['traces', 'rejectedSpans', tracesRequest(Array.from({ length: 10 }, (_, i) => span(i + 1)))]] as const) {
      for (const count of [3, '3', 10]) {
        it(`that rejects ${JSON.stringify(count)} of ${signal} is told with count, message and uids, and is not sent again`, async () => {
          const fake = new FakeSender();
          fake.reply = () => answer(200, { partialSuccess: { [name]: count, errorMessage: 'too old' } });
          fake.offer('a', request);
          await fake.pass(60_000);
          should(fake.got.length).equal(1);
          should(fake.rejected).match([{ signal, reason: 'partial', code: 'OPENOT_OTLP_PARTIAL', status: 200, count: Number(count), message: `${count} of 10 rejected, the collector does not say which: too old`, items: { length: 10 } }]);
          should(fake.rejected[0].uids.length).equal(signal === 'metrics' ? 0 : 10);
          should(fake.order).eql([`rejected ${count}`, 'left a']);
          should(fake.left[0].counts).match({ accepted: 0, partial: 10, rejected: 0 });
          should(fake.sender.status()).match({ accepted: 10 - Number(count), rejected: Number(count), said: { outcome: 'partial' } });
          sums(fake);
        });
      }
    }

    for (const [body, outcome] of [['', 'accepted'], [' ', 'accepted'], ['{}', 'accepted'], ['{"partialSuccess":{}}', 'accepted'], ['{"partialSuccess":null}', 'accepted'], ['{"partialSuccess":{"rejectedLogRecords":"0"}}', 'accepted'], ['{"partialSuccess":{"rejectedLogRecords":0,"errorMessage":"deprecated"}}', 'warning']] as const) {
      it(`with the body ${JSON.stringify(body)} is ${outcome}`, async () => {
        const fake = new FakeSender();
        fake.reply = () => answer(200, body);
        fake.offer('a', logsRequest(records(0, 2)));
        await fake.pass(500);
        should(fake.rejected).eql([]);
        should(fake.left[0].counts).match({ accepted: 2, partial: 0, rejected: 0 });
        should(fake.sender.status().said).match({ outcome, message: outcome === 'warning' ? 'deprecated' : '200' });
      });
    }

    for (const [body, text] of [['{"partialSuccess":{"rejectedLogRecords":"3"}}', /3 of 2 were rejected/], ['{"partialSuccess":{"rejectedLogRecords":-1}}', /-1 of 2/], ['{"partialSuccess":{"rejectedLogRecords":"x"}}', /no whole number/], ['{"partialSuccess":{"rejectedLogRecords":0.5}}', /no whole number/], ['{"partialSuccess":[]}', /no object/], ['<html>log in</html>', /no JSON object: "<html>log in/], ['ok', /no JSON object/], ['[]', /no JSON object/], ['"ok"', /no JSON object/]] as const) {
      it(`with the body ${body} is not believed, and not sent again: told as a fault of the protocol`, async () => {
        const fake = new FakeSender();
        fake.reply = () => answer(200, body);
        fake.offer('a', logsRequest(records(0, 2)));
        await fake.pass(60_000);
        should(fake.got.length).equal(1);
        should(fake.rejected).match([{ reason: 'protocol', code: 'OPENOT_OTLP_PROTOCOL', count: 2, uids: ['uid/0', 'uid/1'] }]);
        should(fake.rejected[0].message).match(text);
        should(fake.left[0].counts).match({ accepted: 0, rejected: 2 });
      });
    }

    it('whose body is longer than is read is not believed', async () => {
      const fake = new FakeSender();
      fake.reply = () => answer(200, '{}', { isCut: true });
      fake.offer('a', logsRequest(records(0, 1)));
      await fake.pass(500);
      should(fake.rejected).match([{ code: 'OPENOT_OTLP_PROTOCOL' }]);
    });

    it('concerns the messages whose items were in the request', async () => {
      const fake = new FakeSender({ maxItems: 4 });
      fake.reply = ({ body }) => (uidsOf(body).includes('uid/2') ? answer(200, { partialSuccess: { rejectedLogRecords: '1' } }) : answer(200));
      for (let i = 0; i < 6; i += 2) fake.offer(`m${i}`, logsRequest(records(i, 2)));
      await fake.pass(500);
      should(fake.left.map(({ counts: { accepted, partial, rejected } }) => [accepted, partial, rejected])).eql([[0, 2, 0], [0, 2, 0], [2, 0, 0]]);
    });
  });

  describe('a collector that cannot read compressed requests', () => {
    const isGzip = ({ headers }: Got): boolean => headers['content-encoding'] === 'gzip';

    for (const status of [400, 415]) {
      it(`and answers ${status} gets the same uncompressed, and so all that follow: nothing is bisected, nothing rejected`, async () => {
        const fake = new FakeSender({ maxItems: 100 }, {}, true);
        fake.reply = (got) => (isGzip(got) ? answer(status, 'Invalid JSON') : answer(200));
        fake.offer('a', logsRequest(records(0, 250)));
        await fake.passReal(500, () => fake.sender.status().pending === 0);
        should(fake.got.filter((got) => !isGzip(got)).map(({ body }) => itemsOf(body).length).sort()).eql([100, 100, 50]);
        should(fake.rejected).eql([]);
        should(fake.said.filter(({ code }) => code === 'OPENOT_OTLP_COMPRESSION_REFUSED').length).equal(1);
        const before = fake.got.length;
        fake.offer('b', logsRequest(records(0, 100)));
        await fake.passReal(0, () => fake.sender.status().pending === 0);
        should(fake.got.slice(before).map(isGzip)).eql([false]);
      });
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
  });

  describe('a batch that a checksum covers', () => {
    const covered = (items: object[]): string => JSON.stringify(logsRequest(items, 'x', { name: 's', attributes: [{ key: 'checksum', value: { stringValue: 'AB' } }] }), undefined, 2);

    it('is sent as it came, at once, alone, in its order', async () => {
      const fake = new FakeSender({ maxItems: 2, maxInFlight: 1 });
      fake.offer('a', logsRequest(records(0, 1)));
      fake.offer('b', covered(records(1, 5)));
      fake.offer('c', covered(records(6, 1)));
      fake.offer('d', logsRequest(records(7, 1)));
      await fake.pass(0);
      should(fake.got.slice(1).map(({ text }) => text)).eql([covered(records(1, 5)), covered(records(6, 1))]);
      await fake.pass(500);
      should(sizes(fake)).eql([1, 5, 1, 1]);
      should(fake.left.map(({ name }) => name)).eql(['a', 'b', 'c', 'd']);
    });

    it('is sent again as it came, and halved only where it is refused or too large', async () => {
      const fake = new FakeSender({ maxBytes: 2500 });
      fake.reply = ({ body, atMs }) => (atMs < 3000 ? cut : uidsOf(body).includes('uid/1') ? answer(400) : answer(200));
      fake.offer('a', covered(records(0, 4)));
      await loadHashes();
      await fake.passReal(10_000, () => fake.sender.status().pending === 0);
      should(fake.got[0].text).equal(covered(records(0, 4)));
      should(new Set(fake.got.filter(({ atMs }) => atMs < 3000).map(({ text }) => text)).size).equal(1);
      should(fake.rejected).match([{ count: 1, uids: ['uid/1'] }]);
      fake.got.length = 0;
      fake.offer('b', covered(records(10, 40)));
      await fake.passReal(500, () => fake.sender.status().pending === 0);
      should(fake.got.length).be.above(2);
      // A checksum that nobody here made stays as it was.
      should(fake.got.every(({ text }) => Buffer.byteLength(text) <= 2500 && text.includes('"AB"'))).be.true();
      should(fake.got.flatMap(({ body }) => uidsOf(body)).sort()).eql(records(10, 40).map((_, i) => `uid/${i + 10}`).sort());
      fake.offer('c', covered(records(50, 1, 'x'.repeat(3000))));
      await fake.passReal(500, () => fake.sender.status().pending === 0);
      should(fake.rejected.at(-1)).match({ code: 'OPENOT_OTLP_TOO_LARGE', count: 1, uids: ['uid/50'] });
    });

    it('of the open networks is halved with checksum, count and scope_uuid made anew', async () => {
      const hashes = await loadHashes();
      const settings = networkSettings({ encoding: 'otlp', producer: 'plant', domain: 'example', resource: [], checksum: 'md5' });
      if (!settings.ok) throw new Error(settings.message);
      const whole = createNetworkProfile({ hashes }).request('logs', { logs: records(0, 8) as never }, settings.settings);
      const fake = new FakeSender();
      fake.reply = ({ body }) => (uidsOf(body).includes('uid/5') ? answer(400) : answer(200));
      fake.offer('a', otlpJson(whole));
      await fake.passReal(500, () => fake.sender.status().pending === 0);
      should(sizes(fake).sort()).eql([1, 1, 2, 2, 4, 4, 8]);
      for (const { body } of fake.got) {
        const [{ scopeLogs: [{ scope, logRecords }] }] = (body as { resourceLogs: { scopeLogs: { scope: { attributes: { key: string; value: { stringValue?: string; intValue?: string } }[] }; logRecords: unknown[] }[] }[] }).resourceLogs;
        const of = (name: string) => scope.attributes.find(({ key }) => key === name)!.value;
        should(of('count').intValue).equal(String(logRecords.length));
        should(of('checksum').stringValue).equal(Buffer.from(hashes.md5(Buffer.from(JSON.stringify(logRecords)))).toString('hex').toUpperCase());
      }
      should(fake.rejected).match([{ count: 1, uids: ['uid/5'] }]);
    });
  });

  it('gives halves of the points of one metric a checksum, a count and an id of their own', async () => {
    const hashes = await loadHashes();
    const settings = networkSettings({ producer: 'plant', domain: 'example' });
    if (!settings.ok) throw new Error(settings.message);
    const network = createNetworkProfile({ hashes });
    const of = (values: number[]): object => network.request('metrics', { metrics: values.map((value) => ({ name: 'a', unit: '', kind: 'gauge', point: { attributes: [], timeUnixNano: '1780000000000000000', asDouble: value } })) }, settings.settings);
    const fake = new FakeSender();
    fake.reply = ({ text }) => (text.includes('"asDouble":3') ? answer(400) : answer(200));
    fake.offer('a', otlpJson(of([1, 2, 3, 4])));
    await fake.passReal(500, () => fake.sender.status().pending === 0);
    const sent = [[1, 2, 3, 4], [1, 2], [3, 4], [3], [4]];
    should(fake.got.map(({ text }) => text).sort()).eql(sent.map((values) => otlpJson(of(values))).sort());
    should(fake.rejected).match([{ count: 1 }]);
  });

  describe('messages that nobody would read again', () => {
    const large = (from: number): object => logsRequest(records(from, 8, 'x'.repeat(1 << 20)));

    it('are refused at the limit, aloud; those with tokens are not, nor those that a token covers', async () => {
      const fake = new FakeSender();
      fake.reply = () => cut;
      let refused: unknown;
      for (let i = 0; i < 8; i++) if (!(refused = fake.offer(`m${i}`, large(8 * i), { stream: 's' })).ok) break;
      should(fake.sender.status().bytes).be.within(MAX_LOOSE_BYTES - (9 << 20), MAX_LOOSE_BYTES);
      should(refused).match({ ok: false, code: 'OPENOT_OTLP_QUEUE_FULL' });
      should(fake.rejected).match([{ reason: 'queueFull', code: 'OPENOT_OTLP_QUEUE_FULL', status: 0, count: 8 }]);
      should(fake.rejected[0].uids).eql(records(24, 8).map((_, i) => `uid/${24 + i}`));
      sums(fake);
      // Of another stream: it covers nothing.
      should(fake.offer('other', logsRequest(records(100, 1)), { hasToken: true, stream: 't' })).match({ ok: true });
      should(fake.offer('large', large(150), { hasToken: true, stream: 't' })).match({ ok: true });
      should(fake.offer('again', large(200), { stream: 's' })).match({ ok: false });
      should(fake.offer('token', logsRequest(records(101, 1)), { hasToken: true, stream: 's' })).match({ ok: true });
      should(fake.offer('behind', large(300), { stream: 's' })).match({ ok: true });
      await fake.pass(0);
    });

    it('count also where nothing is in them', async () => {
      const fake = new FakeSender();
      fake.reply = () => cut;
      fake.offer('first', logsRequest(records(0, 1)));
      let taken = 0;
      while (taken < 100_000 && fake.offer('empty', '{"resourceLogs":[]}').ok) taken++;
      should(taken).be.within(10_000, 99_999);
    });

    it('make room when they have left', async () => {
      const fake = new FakeSender();
      for (let round = 0; round < 4; round++) {
        for (let i = 0; i < 3; i++) should(fake.offer(`m${i}`, large(8 * i))).match({ ok: true });
        await fake.pass(500);
      }
      should(fake.left.length).equal(12);
      should(fake.sender.status()).match({ bytes: 0, pending: 0 });
    });
  });

  describe('when it closes', () => {
    it('tries once more what nobody would read again, and leaves the rest to its tokens', async () => {
      const fake = new FakeSender();
      fake.reply = () => cut;
      fake.offer('covered', tracesRequest([span(1)]), { stream: 's' });
      fake.offer('token', logsRequest(records(0, 2)), { hasToken: true, stream: 's' });
      fake.offer('loose', logsRequest(records(2, 3)), { stream: 's' });
      fake.offer('nameless', logsRequest(records(5, 4)));
      await fake.pass(5000);
      fake.got.length = 0;
      fake.reply = () => answer(200);
      const dropped = fake.sender.close(4000);
      await fake.pass(0);
      should(await dropped).equal(0);
      // One request that had failed had both kinds in it.
      should(fake.got.flatMap(({ body }) => uidsOf(body))).containDeep(['uid/2', 'uid/3', 'uid/4', 'uid/5', 'uid/6', 'uid/7', 'uid/8']);
      should(fake.got.every(({ url }) => url.endsWith('logs'))).be.true();
      should(fake.left).eql([]);
      should(fake.isClosed).be.true();
    });

    it('says how many items are gone, and does not wait for ever', async () => {
      const fake = new FakeSender({ maxItems: 2 });
      fake.reply = ({ body }) => (uidsOf(body).includes('uid/0') ? new Promise(() => undefined) : cut);
      fake.offer('a', logsRequest(records(0, 5)));
      fake.offer('b', logsRequest(records(5, 2)), { hasToken: true, stream: 's' });
      await fake.pass(0);
      const dropped = fake.sender.close(4000);
      await fake.pass(3999);
      should(fake.isClosed).be.false();
      await fake.pass(1);
      should(await dropped).equal(5);
      should(fake.isClosed).be.true();
      should(fake.waiting).equal(0);
    });

    it('takes what is refused then for gone, since nobody can be told any more', async () => {
      for (const reply of [answer(401), answer(200, { partialSuccess: { rejectedLogRecords: 1 } })]) {
        const fake = new FakeSender();
        fake.reply = () => reply;
        fake.offer('a', logsRequest(records(0, 5)));
        const dropped = fake.sender.close(4000);
        await fake.pass(0);
        should(await dropped).equal(5);
        should(fake.rejected).eql([]);
      }
    });

    it('takes no token for that of another stream, or of none', async () => {
      const fake = new FakeSender();
      fake.reply = () => cut;
      fake.offer('nameless', logsRequest(records(0, 1)));
      fake.offer('s', logsRequest(records(1, 2)), { stream: 's' });
      fake.offer('nameless token', logsRequest(records(3, 4)), { hasToken: true });
      fake.offer('token', logsRequest(records(7, 4)), { hasToken: true, stream: 't' });
      await fake.pass(500);
      const dropped = fake.sender.close(4000);
      await fake.pass(0);
      should(await dropped).equal(3);
    });

    it('waits for what is under way', async () => {
      const fake = new FakeSender();
      let open = (): void => undefined;
      fake.reply = () => new Promise((resolve) => (open = () => resolve(answer(200))));
      fake.offer('a', logsRequest(records(0, 5)));
      await fake.pass(500);
      const dropped = fake.sender.close(4000);
      await fake.pass(1000);
      open();
      await fake.pass(0);
      should(await dropped).equal(0);
    });
  });

  it('lives on when those who listen to it throw', async () => {
    const fake = new FakeSender({ maxItems: 1 });
    const throws = (): void => {
      throw new Error('mine');
    };
    fake.sender.offer(JSON.stringify(logsRequest(records(0, 1))), { hasToken: false, done: throws });
    fake.offer('b', logsRequest(records(1, 1)));
    await fake.pass(0);
    should(fake.faults.map(String)).eql(['Error: mine']);
    fake.offer('c', logsRequest(records(2, 1)));
    await fake.pass(500);
    should(fake.left.map(({ name }) => name)).eql(['b', 'c']);
    fake.reply = () => answer(401);
    fake.rejected.push = throws as never;
    fake.offer('d', logsRequest(records(3, 1)));
    await fake.pass(500);
    should(fake.faults.length).equal(2);
    fake.reply = () => answer(200);
    fake.offer('e', logsRequest(records(4, 1)));
    await fake.pass(500);
    should(fake.sender.status()).match({ pending: 1, accepted: 4 });
  });

  it('says what is no request', () => {
    should(new FakeSender().offer('a', '{"resourceLogs":{}}')).eql({ ok: false, code: 'OPENOT_OTLP_PAYLOAD', message: 'resourceLogs must be an array' });
  });

  it('keeps nothing of what has left', async () => {
    const fake = new FakeSender({ maxItems: 1000 });
    const held: WeakRef<object>[] = [];
    const offer = (n: number): void => {
      const done = (): void => undefined;
      held.push(new WeakRef(done));
      fake.sender.offer(JSON.stringify(logsRequest(records(n, 1))), { hasToken: false, done });
    };
    for (let round = 0; round < 20; round++) {
      for (let n = 0; n < 100; n++) offer(n);
      await fake.pass(500);
      fake.got.length = 0;
    }
    should(fake.sender.status()).match({ accepted: 2000, pending: 0, messages: 0 });
    setFlagsFromString('--expose-gc');
    (runInNewContext('gc') as () => void)();
    await turns();
    (runInNewContext('gc') as () => void)();
    // The last round's may still hang on promises and frames of this test.
    should(held.slice(0, -200).filter((each) => each.deref() !== undefined).length).equal(0);
  });
});

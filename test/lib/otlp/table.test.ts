import should from 'should';
import { gzipSync } from 'node:zlib';
import { CREDENTIALS_AGAIN_MS, OFFERED_AGAIN_MS, SenderSettings } from '../../../lib/otlp';
import { createHttpTransport } from '../../../lib/otlp/http';
import { FakeSender, sums } from './support/fake-sender';
import { logsRequest, metricsRequest, point, records, uidsOf } from './support/requests';
import { accept, cutOff, say, Script, ScriptedReceiver } from './support/scripted-receiver';

/* The table of docs/format.md 25, row by row, against a real server; only the clock is in the test's hands. */
describe('the answers of a collector', () => {
  let receiver: ScriptedReceiver;
  let fake: FakeSender;

  const start = (
    settings: Partial<SenderSettings> = {},
    headers: Record<string, string> = {},
    isGzip = false
  ): void => {
    const endpoint = (signal: string): SenderSettings['endpoints']['logs'] => ({
      url: new URL(`${receiver.url}/v1/${signal}`),
      from: 'field "Endpoint"',
      headers,
      timeoutMs: 60_000,
      isGzip
    });
    fake = new FakeSender({
      endpoints: { logs: endpoint('logs'), metrics: endpoint('metrics'), traces: endpoint('traces') },
      ...settings
    });
    fake.real = createHttpTransport(4);
  };
  const offerLogs = (from: number, count: number): void =>
    void fake.offer(`l${from}`, logsRequest(records(from, count)), { hasToken: true });
  /** Lets the clock stand until something has come of what the server says. */
  const comes = (holds: () => boolean): Promise<void> => fake.passReal(0, holds);
  const pending = (): number => fake.sender.status().pending;

  beforeEach(async () => {
    receiver = await ScriptedReceiver.start();
    start();
  });
  afterEach(async () => {
    fake.real?.close();
    await receiver.kill();
  });

  const troubles: [string, Script, string][] = [
    ['a connection that is cut', cutOff, 'OPENOT_OTLP_UNREACHABLE'],
    ['301', say(301, '', { location: 'http://elsewhere/' }), 'OPENOT_OTLP_REDIRECT'],
    ...[401, 402, 403, 407, 431].map((status): [string, Script, string] => [
      String(status),
      say(status),
      'OPENOT_OTLP_UNAUTHORIZED'
    ]),
    ...[404, 405, 410, 421, 501].map((status): [string, Script, string] => [
      String(status),
      say(status),
      'OPENOT_OTLP_NOT_FOUND'
    ]),
    ...[408, 429, 502, 503, 504].map((status): [string, Script, string] => [
      String(status),
      say(status),
      'OPENOT_OTLP_BUSY'
    ]),
    ['500', say(500), 'OPENOT_OTLP_FAILED'],
    ['200 with plain text', say(200, 'OK'), 'OPENOT_OTLP_PROTOCOL'],
    ['200 with a page', say(200, '<html><title>Log in</title></html>'), 'OPENOT_OTLP_PROTOCOL']
  ];
  for (const [what, script, code] of troubles)
    it(`${what}: held, sent again, nothing reported; then all is accepted, in order`, async () => {
      receiver.script = script;
      offerLogs(0, 3);
      await comes(() => fake.said.length > 0);
      offerLogs(3, 2);
      const times = receiver.requests;
      await fake.pass(CREDENTIALS_AGAIN_MS + 60_000);
      await comes(() => receiver.requests > times);
      should(fake.said.every((said) => said.outcome === 'retry' && said.code === code)).be.true();
      should([fake.left, fake.rejected]).eql([[], []]);
      should(fake.sender.status()).match({ pending: 5, rejected: 0, troubled: ['logs'], said: { sinceMs: 1000 } });
      receiver.script = accept;
      await fake.pass(CREDENTIALS_AGAIN_MS + 60_000);
      await comes(() => pending() === 0);
      should(fake.left.map(({ name, counts }) => [name, counts.accepted])).eql([
        ['l0', 3],
        ['l3', 2]
      ]);
      sums(fake);
    });

  it('no server at all: held, and sent again when there is one', async () => {
    await receiver.kill();
    offerLogs(0, 3);
    await comes(() => fake.said.length > 0);
    should(fake.said[0]).match({ code: 'OPENOT_OTLP_UNREACHABLE', cause: 'connection refused' });
    await receiver.start();
    await fake.pass(1000);
    await comes(() => pending() === 0);
    should(fake.left[0].counts).match({ accepted: 3 });
  });

  for (const status of [401, 403, 407])
    it(`${status}: the credentials are tried once in five minutes, by all signals together`, async () => {
      start({}, { authorization: 'Bearer s3cret' });
      receiver.script = say(status);
      for (let i = 0; i < 3; i++) {
        offerLogs(10 * i, 2);
        fake.offer('m', metricsRequest({ a: [point(i)] }));
        await comes(() => receiver.requests === 1);
        await fake.pass(CREDENTIALS_AGAIN_MS / 4);
      }
      should(receiver.requests).equal(1);
      await fake.pass(CREDENTIALS_AGAIN_MS / 4);
      await comes(() => receiver.requests > 1);
      should(receiver.requests).equal(2);
      should(fake.sender.status().troubled).eql(['logs', 'metrics']);
      receiver.script = accept;
      await fake.pass(2 * CREDENTIALS_AGAIN_MS);
      await comes(() => pending() === 0);
      should(fake.rejected).eql([]);
    });

  it('404 for metrics while logs are accepted: told once with the items, counted, asked again in five minutes', async () => {
    receiver.script = (received, response) => (received.path === '/v1/metrics' ? say(404) : accept)(received, response);
    const metricsAsked = (): number => receiver.received.filter(({ path }) => path === '/v1/metrics').length;
    const batch = async (n: number): Promise<void> => {
      fake.offer(`m${n}`, metricsRequest({ a: [point(n)] }), { stream: 's' });
      offerLogs(n, 1);
      await comes(() => fake.sender.status().accepted === n + 1);
      await fake.pass(2000);
      await comes(() => pending() === 0);
    };
    for (let n = 0; n < 4; n++) await batch(n);
    const asked = metricsAsked();
    should(asked).be.belowOrEqual(2);
    should(fake.rejected).match([
      { signal: 'metrics', reason: 'notOffered', code: 'OPENOT_OTLP_NOT_OFFERED', status: 404, count: 1 }
    ]);
    should(fake.rejected[0].items).eql([point(0)]);
    should(fake.left.length).equal(8);
    should(fake.sender.status()).match({ accepted: 4, rejected: 4, troubled: [] });
    await fake.pass(OFFERED_AGAIN_MS);
    await batch(4);
    should(metricsAsked()).equal(asked + 1);
    // With those that were only counted.
    should(fake.rejected[1]).match({ reason: 'notOffered', count: 4, items: { length: 1 } });
    receiver.script = accept;
    await fake.pass(OFFERED_AGAIN_MS);
    fake.offer('m5', metricsRequest({ a: [point(5)] }));
    await comes(() => pending() === 0);
    should(fake.sender.status()).match({ accepted: 6, rejected: 5 });
    sums(fake);
  });

  it('404 for everything is a wrong address: nothing is told as not offered', async () => {
    receiver.script = say(404);
    fake.offer('m', metricsRequest({ a: [point(1)] }));
    offerLogs(0, 1);
    await comes(() => receiver.requests === 2);
    await fake.pass(200_000);
    should([fake.rejected, fake.left]).eql([[], []]);
    should(fake.sender.status()).match({ pending: 2, troubled: ['logs', 'metrics'] });
  });

  it('500 for one bad item among good ones: five times, others being accepted, then it alone is refused', async () => {
    start({ maxItems: 50 });
    const bad = 'uid/77';
    let whole = 0;
    receiver.script = (received, response) => {
      const uids = uidsOf(JSON.parse(received.text));
      if (uids.includes(bad) && uids.length === 50) whole++;
      (uids.includes(bad) ? say(500, 'cannot do it') : accept)(received, response);
    };
    for (let n = 0; n < 200; n += 50) offerLogs(n, 50);
    for (let i = 0; i < 400 && pending() > 0; i++) {
      await fake.pass(500);
      await comes(() => receiver.requests === fake.got.length);
    }
    should(whole).equal(5);
    should(fake.rejected).match([{ reason: 'refused', status: 500, count: 1, uids: [bad] }]);
    should(fake.sender.status()).match({ accepted: 199, rejected: 1, pending: 0 });
    should(fake.left.map(({ name }) => name)).eql(['l0', 'l50', 'l100', 'l150']);
  });

  it('500 for the only request that there is: single items show that it is not the endpoint', async () => {
    receiver.script = (received, response) =>
      (uidsOf(JSON.parse(received.text)).includes('uid/3') ? say(500) : accept)(received, response);
    offerLogs(0, 20);
    for (let i = 0; i < 400 && pending() > 0; i++) {
      await fake.pass(500);
      await comes(() => receiver.requests === fake.got.length);
    }
    should(fake.rejected).match([{ status: 500, count: 1, uids: ['uid/3'] }]);
    should(fake.sender.status()).match({ accepted: 19, rejected: 1 });
  });

  for (const status of [400, 415])
    it(`${status} on a compressed request: the same once more uncompressed, then all`, async () => {
      start({}, {}, true);
      receiver.script = (received, response) =>
        (received.headers['content-encoding'] === 'gzip' ? say(status) : accept)(received, response);
      offerLogs(0, 3);
      await comes(() => pending() === 0);
      should(receiver.received.map(({ headers }) => headers['content-encoding'])).eql(['gzip', undefined]);
      should([fake.rejected, fake.sender.status().accepted]).eql([[], 3]);
    });

  for (const status of [400, 406, 409, 415, 422])
    it(`${status}: about the content: the bad item is found, the others are accepted, none is sent four times`, async () => {
      const times = new Map<string, number>();
      receiver.script = (received, response) => {
        const uids = uidsOf(JSON.parse(received.text));
        for (const uid of uids) times.set(uid, (times.get(uid) ?? 0) + 1);
        (uids.includes('uid/123') ? say(status, 'bad') : accept)(received, response);
      };
      offerLogs(0, 300);
      await comes(() => pending() === 0);
      should(fake.rejected).match([{ status, count: 1, uids: ['uid/123'] }]);
      should(fake.sender.status()).match({ accepted: 299, rejected: 1 });
      should(Math.max(...times.values())).be.belowOrEqual(3);
    });

  it('413: smaller requests; an item that fits into none is refused', async () => {
    receiver.script = (received, response) => (received.raw.length > 3000 ? say(413) : accept)(received, response);
    fake.offer('a', logsRequest([...records(0, 20), ...records(20, 1, 'x'.repeat(3000)), ...records(21, 20)]));
    await comes(() => pending() === 0);
    should(fake.rejected).match([{ reason: 'tooLarge', status: 413, count: 1, uids: ['uid/20'] }]);
    should(fake.sender.status()).match({ accepted: 40, rejected: 1 });
  });

  it('a middlebox that resets large bodies: smaller requests, which grow again', async () => {
    let limit = 20_000;
    receiver.script = (received, response) => (received.raw.length > limit ? cutOff : accept)(received, response);
    offerLogs(0, 500);
    for (let i = 0; i < 100 && pending() > 0; i++) {
      await fake.pass(2000);
      await comes(() => receiver.requests >= fake.got.length && fake.said.length > i);
    }
    should(fake.sender.status()).match({ accepted: 500, rejected: 0, pending: 0 });
    limit = Infinity;
    for (let n = 500; n < 20_500; n += 500) {
      await fake.pass(20_000);
      offerLogs(n, 500);
      await comes(() => pending() === 0);
    }
    should(Math.max(...receiver.received.slice(-2).map(({ text }) => uidsOf(JSON.parse(text)).length))).equal(500);
  });

  for (const [what, script] of [
    ['a mark of UTF-8', say(200, '\ufeff{"partialSuccess":{"rejectedLogRecords":"1"}}')],
    [
      'gzip that was not asked for',
      (_received, response) =>
        void response.writeHead(200).end(gzipSync('{"partialSuccess":{"rejectedLogRecords":"1"}}'))
    ],
    ['keys as in the protobuf file', say(200, { partial_success: { rejected_log_records: 1 } })]
  ] as [string, Script][])
    it(`200 with ${what} is understood`, async () => {
      receiver.script = script;
      offerLogs(0, 2);
      await comes(() => pending() === 0);
      should(fake.rejected).match([{ reason: 'partial', count: 1 }]);
    });

  it('any trouble, with best effort: messages leave, all is sent when it is over, the oldest go where it is too much', async () => {
    for (const status of [401, 404, 500, 503]) {
      start({ whenAway: 'bestEffort', awayItems: 30 });
      receiver.script = say(status);
      for (let n = 0; n < 50; n += 10) {
        offerLogs(n, 10);
        await comes(() => fake.left.length === n / 10 + 1);
      }
      should(fake.left.map(({ counts }) => counts.kept)).eql([10, 10, 10, 10, 10]);
      should(fake.sender.status()).match({ pending: 30, kept: 30, dropped: 20, messages: 0 });
      receiver.script = accept;
      receiver.received.length = 0;
      await fake.pass(2 * CREDENTIALS_AGAIN_MS);
      await comes(() => pending() === 0);
      should(fake.sender.status()).match({ accepted: 30, dropped: 20, kept: 0, rejected: 0 });
      const stored = receiver.received.flatMap(({ text }) => uidsOf(JSON.parse(text)));
      should(stored).containEql('uid/49');
      sums(fake);
      fake.real?.close();
    }
  });

  it('with best effort, what is in memory at a stop is lost, and counted', async () => {
    start({ whenAway: 'bestEffort' });
    receiver.script = say(503);
    offerLogs(0, 10);
    await comes(() => fake.left.length === 1);
    const closing = fake.sender.close(4000);
    await fake.pass(5000);
    await comes(() => fake.isClosed);
    should(await closing).eql({ items: 0, points: 0, kept: 10 });
  });
});

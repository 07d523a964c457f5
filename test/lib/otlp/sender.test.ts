import should from 'should';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { answer, FakeSender, Got, sizes, sums, turns } from './support/fake-sender';
import { logsRequest, metricsRequest, point, records, span, tracesRequest, uidsOf } from './support/requests';

describe('the OTLP sender', () => {
  it('sends what comes in the same moment together, and waits for nothing more', async () => {
    const fake = new FakeSender({ maxItems: 10 });
    fake.offer('a', logsRequest(records(0, 4)));
    fake.offer('b', logsRequest(records(4, 3)));
    should(fake.got.length).equal(0);
    await fake.pass(0);
    should(sizes(fake)).eql([7]);
    fake.offer('c', logsRequest(records(7, 1)));
    await fake.pass(0);
    should(sizes(fake)).eql([7, 1]);
    should(fake.left.map(({ name }) => name)).eql(['a', 'b', 'c']);
    should(fake.left[0].counts).eql({
      signal: 'logs',
      items: 4,
      accepted: 4,
      partial: 0,
      rejected: 0,
      dropped: 0,
      kept: 0,
      requests: 1
    });
    should(fake.waiting).equal(0);
    sums(fake);
  });

  it('makes fuller requests of what comes while all that may be under way are', async () => {
    const fake = new FakeSender({ maxItems: 10, maxInFlight: 2 });
    const answers: (() => void)[] = [];
    fake.reply = () => new Promise((resolve) => answers.push(() => resolve(answer(200))));
    for (let i = 0; i < 20; i++) {
      fake.offer(`m${i}`, logsRequest(records(i, 1)));
      await fake.pass(100);
    }
    should(sizes(fake)).eql([1, 1]);
    for (let turn = 0; turn < 4; turn++) {
      answers.splice(0).forEach((give) => give());
      await fake.pass(0);
    }
    should(sizes(fake)).eql([1, 1, 10, 8]);
    should(fake.left.length).equal(20);
    sums(fake);
  });

  it('cuts a large message at maxItems', async () => {
    const fake = new FakeSender({ maxItems: 10 });
    fake.offer('a', logsRequest(records(0, 25)));
    await fake.pass(0);
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
    should(fake.rejected).match([
      { signal: 'logs', reason: 'tooLarge', code: 'OPENOT_OTLP_TOO_LARGE', status: 0, count: 1, uids: ['uid/3'] }
    ]);
    should((fake.rejected[0].items[0] as { body: { stringValue: string } }).body.stringValue.length).equal(900);
    should(fake.left[0].counts).match({ items: 7, accepted: 6, rejected: 1 });
    should(fake.order.slice(-1)).eql(['left a']);
    sums(fake);
  });

  it('sends each signal to its own endpoint, with its headers, and has at most maxInFlight under way', async () => {
    const fake = new FakeSender({ maxItems: 1, maxInFlight: 2 }, { 'x-tenant': 'plant', accept: 'text/plain' });
    const open: (() => void)[] = [];
    // The first one shows that the headers are taken.
    fake.offer('first', logsRequest(records(9, 1)));
    await fake.pass(0);
    fake.got.length = fake.left.length = 0;
    fake.reply = () => new Promise((resolve) => open.push(() => resolve(answer(200))));
    fake.offer('t', tracesRequest([span(1)]));
    fake.offer('l', logsRequest(records(0, 3)));
    fake.offer('m', metricsRequest({ a: [point(1)] }));
    await fake.pass(0);
    should(fake.got.map(({ url }) => url)).eql(['http://collector/v1/traces', 'http://collector/v1/logs']);
    should(fake.got[0].headers).eql({
      accept: 'text/plain',
      'user-agent': 'openot-node-red',
      'x-tenant': 'plant',
      'content-type': 'application/json',
      'accept-encoding': 'identity'
    });
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
    should(fake.got.map(({ body }) => body)).eql([
      metricsRequest({ a: [point(0), point(1), point(2)], b: [point(10), point(11), point(12)] })
    ]);
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
    fake.reply = () => answer(400);
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
    should(new FakeSender().offer('a', '{"resourceLogs":{}}')).eql({
      ok: false,
      code: 'OPENOT_OTLP_PAYLOAD',
      message: 'resourceLogs must be an array'
    });
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

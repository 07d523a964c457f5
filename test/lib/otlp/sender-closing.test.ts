import should from 'should';
import { MAX_LOOSE_BYTES } from '../../../lib/otlp';
import { answer, cut, FakeSender, sums } from './support/fake-sender';
import { logsRequest, metricsRequest, point, records, span, tracesRequest, uidsOf } from './support/requests';

describe('the OTLP sender: messages that nobody would read again', () => {
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

describe('the OTLP sender: when it closes', () => {
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
    should(await dropped).eql({ items: 0, points: 0, kept: 0 });
    // One request that had failed had both kinds in it.
    should(fake.got.flatMap(({ body }) => uidsOf(body))).containDeep([
      'uid/2',
      'uid/3',
      'uid/4',
      'uid/5',
      'uid/6',
      'uid/7',
      'uid/8'
    ]);
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
    should(await dropped).eql({ items: 5, points: 0, kept: 0 });
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
      should(await dropped).eql({ items: 5, points: 0, kept: 0 });
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
    should(await dropped).eql({ items: 3, points: 0, kept: 0 });
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
    should(await dropped).eql({ items: 0, points: 0, kept: 0 });
  });

  it('asks no collector that asked to be left alone for longer, and waits for one that did for a moment', async () => {
    for (const [retryAfter, requests, gone] of [
      ['60', 0, 5],
      ['2', 1, 0]
    ] as const) {
      const fake = new FakeSender();
      fake.reply = () => answer(503, '', { retryAfter });
      fake.offer('a', logsRequest(records(0, 5)));
      await fake.pass(0);
      should(fake.got.length).equal(1);
      fake.got.length = 0;
      fake.reply = () => answer(200);
      const dropped = fake.sender.close(4000);
      await fake.pass(1999);
      should(fake.got.length).equal(0);
      should(fake.isClosed).equal(gone > 0);
      await fake.pass(1);
      should(await dropped).eql({ items: gone, points: 0, kept: 0 });
      should(fake.got.length).equal(requests);
      should(fake.waiting).equal(0);
    }
  });

  it('leaves the parts of a sequence to the token of a later part, whatever their stream', async () => {
    const fake = new FakeSender();
    fake.reply = () => cut;
    for (let i = 0; i < 16; i++) {
      // As the mapper sends a batch of two readers: the tokens of both ride on the last part.
      for (let part = 0; part < 3; part++)
        should(
          fake.offer('a', logsRequest(records(part * 500, 500, 'x'.repeat(1600))), { stream: 'a', sequence: `s${i}` })
        ).match({ ok: true });
      fake.offer('b', logsRequest(records(1500, 500)), { stream: 'b', sequence: `s${i}`, hasToken: true });
    }
    fake.offer('a', logsRequest(records(0, 7)), { stream: 'a', sequence: 'another' });
    fake.offer('none', logsRequest(records(7, 2)));
    const dropped = fake.sender.close(10);
    await fake.pass(20);
    should(await dropped).eql({ items: 9, points: 0, kept: 0 });
    should(fake.rejected).eql([]);
  });

  it('tries data points once more, although a token stands for them, and tells of those that are gone', async () => {
    for (const reply of [answer(200), cut]) {
      const fake = new FakeSender();
      fake.reply = () => cut;
      fake.offer('status', metricsRequest({ a: [point(1), point(2)] }), { stream: 's' });
      fake.offer('spans', tracesRequest([span(1)]), { stream: 's' });
      fake.offer('logs', logsRequest(records(0, 3)), { stream: 's', hasToken: true });
      await fake.pass(500);
      fake.got.length = 0;
      fake.reply = () => reply;
      const dropped = fake.sender.close(4000);
      await fake.pass(0);
      should(await dropped).eql({ items: 0, points: reply.ok ? 0 : 2, kept: 0 });
      should(fake.got.map(({ url }) => url)).eql(['http://collector/v1/metrics']);
    }
  });
});

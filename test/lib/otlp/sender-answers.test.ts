import should from 'should';
import { answer, FakeSender, sums } from './support/fake-sender';
import { logsRequest, metricsRequest, point, records, span, tracesRequest, uidsOf } from './support/requests';

describe('the OTLP sender: a 200', () => {
  for (const [signal, name, request] of [
    ['logs', 'rejectedLogRecords', logsRequest(records(0, 10))],
    ['metrics', 'rejectedDataPoints', metricsRequest({ a: Array.from({ length: 10 }, (_, i) => point(i)) })],
    ['traces', 'rejectedSpans', tracesRequest(Array.from({ length: 10 }, (_, i) => span(i + 1)))]
  ] as const) {
    for (const count of [3, '3', 10]) {
      it(
        `that rejects ${JSON.stringify(count)} of ${signal} is told with count, message and uids, and is not ` +
          'sent again',
        async () => {
          const fake = new FakeSender();
          fake.reply = () => answer(200, { partialSuccess: { [name]: count, errorMessage: 'too old' } });
          fake.offer('a', request);
          await fake.pass(60_000);
          should(fake.got.length).equal(1);
          should(fake.rejected).match([
            {
              signal,
              reason: 'partial',
              code: 'OPENOT_OTLP_PARTIAL',
              status: 200,
              count: Number(count),
              message: `${count} of 10 rejected, the collector does not say which: too old`,
              items: { length: 10 }
            }
          ]);
          should(fake.rejected[0].uids.length).equal(signal === 'metrics' ? 0 : 10);
          should(fake.order).eql([`rejected ${count}`, 'left a']);
          should(fake.left[0].counts).match({ accepted: 0, partial: 10, rejected: 0 });
          should(fake.sender.status()).match({
            accepted: 10 - Number(count),
            rejected: Number(count),
            said: { outcome: 'partial' }
          });
          sums(fake);
        }
      );
    }
  }

  for (const [body, outcome] of [
    ['', 'accepted'],
    [' ', 'accepted'],
    ['{}', 'accepted'],
    ['{"partialSuccess":{}}', 'accepted'],
    ['{"partialSuccess":null}', 'accepted'],
    ['{"partialSuccess":{"rejectedLogRecords":"0"}}', 'accepted'],
    ['{"partialSuccess":{"rejectedLogRecords":0,"errorMessage":"deprecated"}}', 'warning']
  ] as const) {
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

  for (const [body, text] of [
    ['{"partialSuccess":{"rejectedLogRecords":"3"}}', /3 of 2 were rejected/],
    ['{"partialSuccess":{"rejectedLogRecords":-1}}', /-1 of 2/],
    ['{"partialSuccess":{"rejectedLogRecords":"x"}}', /no whole number/],
    ['{"partialSuccess":{"rejectedLogRecords":0.5}}', /no whole number/],
    ['{"partialSuccess":[]}', /no object/],
    [
      '<html>log in</html>',
      /no JSON object: a web page, "log in"\. .*what stands at http:\/\/collector\/v1\/logs \(field "Endpoint"\) is no receiver/
    ],
    ['ok', /no JSON object: "ok"/],
    ['[]', /no JSON object/],
    ['"ok"', /no JSON object/],
    ['{"error":"no tenant"}', /the answer is an error: "\{"error":"no tenant"\}"/],
    ['{"code":3,"message":"no"}', /is an error/],
    ['{"success":false}', /is an error/]
  ] as const) {
    it(`with the body ${body} is not believed: it is held, and sent again until the answer is one`, async () => {
      const fake = new FakeSender();
      fake.reply = () => answer(200, body);
      fake.offer('a', logsRequest(records(0, 2)), { hasToken: true });
      await fake.pass(60_000);
      should(fake.got.length).be.within(4, 12);
      should(fake.rejected).eql([]);
      should(fake.left).eql([]);
      should(fake.sender.status()).match({
        pending: 2,
        troubled: ['logs'],
        said: { code: 'OPENOT_OTLP_PROTOCOL', cause: '200, no OTLP answer', message: text }
      });
      fake.reply = () => answer(200);
      await fake.pass(60_000);
      should(fake.left[0].counts).match({ accepted: 2 });
    });
  }

  it('whose body is longer than is read is not believed', async () => {
    const fake = new FakeSender();
    fake.reply = () => answer(200, '{}', { isCut: true });
    fake.offer('a', logsRequest(records(0, 1)));
    await fake.pass(500);
    should(fake.said).match([{ outcome: 'retry', code: 'OPENOT_OTLP_PROTOCOL' }]);
  });

  it('is read with keys as in the protobuf file, too, and with a mark of UTF-8 before it', async () => {
    const fake = new FakeSender();
    fake.reply = () => answer(200, '\ufeff{"partial_success":{"rejected_log_records":"1","error_message":"too old"}}');
    fake.offer('a', logsRequest(records(0, 2)));
    await fake.pass(500);
    should(fake.rejected).match([{ reason: 'partial', count: 1, message: /too old$/ }]);
  });

  it('with keys that OTLP does not know is accepted, and they are said', async () => {
    for (const [body, text] of [
      ['{"status":"queued"}', /^the answer has what OTLP does not know \(status\): \{"status":"queued"\}$/],
      ['{"partialSuccess":{"rejectedSpans":"1"}}', /\(partialSuccess\.rejectedSpans\)/]
    ] as const) {
      const fake = new FakeSender();
      fake.reply = () => answer(200, body);
      fake.offer('a', logsRequest(records(0, 2)));
      await fake.pass(500);
      should(fake.left[0].counts).match({ accepted: 2 });
      should(fake.said).match([{ outcome: 'warning', code: 'OPENOT_OTLP_WARNING', message: text }]);
    }
  });

  it('concerns the messages whose items were in the request', async () => {
    const fake = new FakeSender({ maxItems: 4 });
    fake.reply = ({ body }) =>
      uidsOf(body).includes('uid/2') ? answer(200, { partialSuccess: { rejectedLogRecords: '1' } }) : answer(200);
    for (let i = 0; i < 6; i += 2) fake.offer(`m${i}`, logsRequest(records(i, 2)));
    await fake.pass(500);
    should(fake.left.map(({ counts: { accepted, partial, rejected } }) => [accepted, partial, rejected])).eql([
      [0, 2, 0],
      [0, 2, 0],
      [2, 0, 0]
    ]);
  });
});

import should from 'should';
import { missingOf } from '../../../support/network/missing-of';
import { requirementsOfCalls } from '../../../support/network/requirements';
import { assertValid } from '../../../support/otlp/validator';
import { seeded } from '../../../support/seeded';
import { Call, mappedCalls, made, requestOf, served } from './support/calls';

/** Stands in what nobody asked for, and in fields that are wrong. */
const MARKER = 'S3CRET-of-somebody';
const required = [
  ...['name', 'method', 'route', 'host', 'statusCode', 'startNs', 'endNs', 'senderId', 'recipientId']
] as const;
const event = (changes: Call): Call => ({
  events: [{ name: 'info', timeNs: '1780000000000000002', attributes: {}, ...changes }]
});

const problemsOf = (call: unknown): unknown[] => mappedCalls(call).problems.map(({ code, path }) => [code, path]);
const CODE = 'OPENOT_OTEL_NOT_AN_API_DOCUMENT';

describe('an API document that is wrong is refused, and the field is named', () => {
  for (const name of required)
    it(`without ${name}`, () => {
      for (const value of [undefined, null, '', {}, [], true, -1, 1.5, Number.NaN])
        should(problemsOf(served({ [name]: value }))).eql([[CODE, name]], `${name} ${JSON.stringify(value)}`);
    });

  for (const [name, values] of Object.entries({
    statusCode: [1, 99, 1000, '99', '2e2', 'OK'],
    startNs: ['0', 0, '-1', '1e18', '1780000000250000003', 2n ** 64n],
    endNs: ['1780000000000000000', '1'],
    observedNs: ['0', 'now'],
    status: ['ok', 'OK', 2],
    spanKind: ['server', 'SPAN_KIND_SERVER', 2],
    traceId: ['0'.repeat(32), 'b7ad6b7169203331', 'x'.repeat(32), '0af7651916cd43dd-8448-eb21-1c80-319c', 7],
    spanId: ['0'.repeat(16), '0'.repeat(32), 'b7ad6b716920333', 'b7ad6b716920333g'],
    parentSpanId: ['0'.repeat(16), 'b7ad6b71692033311'],
    transactionId: [7, {}, ' '],
    userAgent: [7, ['curl']],
    scheme: [true],
    events: [{}, 'none', Array.from({ length: 129 }, () => ({}))]
  }))
    it(`with another ${name}`, () => {
      for (const value of values) {
        // A time that begins behind its end is told of the end.
        const at = name === 'startNs' && value === '1780000000250000003' ? 'endNs' : name;
        should(problemsOf(served({ [name]: value }))).eql(
          [[CODE, at]],
          JSON.stringify(value, (_, v) => String(v))
        );
      }
    });

  it('in an event, down to the attribute', () => {
    should(problemsOf(served(event({ name: '' })))).eql([[CODE, 'events[0].name']]);
    should(problemsOf(served(event({ timeNs: '2023-04-29T18:52:58Z' })))).eql([[CODE, 'events[0].timeNs']]);
    should(problemsOf(served(event({ attributes: [1] })))).eql([[CODE, 'events[0].attributes']]);
    should(problemsOf(served(event({ attributes: { body: { a: 1 } } })))).eql([[CODE, 'events[0].attributes.body']]);
    should(problemsOf(served(event({ attributes: { n: Infinity } })))).eql([[CODE, 'events[0].attributes.n']]);
    should(problemsOf(served(event({ attributes: { n: [[1]] } })))).eql([[CODE, 'events[0].attributes.n']]);
    should(problemsOf(served(event({ attributes: { ' ': 1 } })))).eql([[CODE, 'events[0].attributes. ']]);
    should(problemsOf(served({ events: [, 1] }))).eql([[CODE, 'events[0]']]);
  });

  it('with its place in the message, what was expected and what to do, but not what stood there', () => {
    const { problems, spans } = mappedCalls([served(), served({ host: { secret: MARKER } }), made()]);
    should(spans.length).equal(2);
    should(problems).eql([
      {
        code: CODE,
        index: 1,
        path: 'host',
        message:
          `${CODE}: msg.payload[1].host must be text, found an object: API documents are made by openot-api, or by a ` +
          'flow as docs/format.md 24 says'
      }
    ]);
  });
});

describe('10,000 random API documents', () => {
  const random = seeded(1406);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random.next() * list.length)];
  const junk: readonly unknown[] = [
    ...[undefined, null, '', ' ', MARKER, 0, 1, -1, 200, 404, 1000, 1.5, NaN, Infinity, true, 12n, -1n, 2n ** 64n],
    ...['0', '1780000000000000001', '99999999999999999999', 'Ok', 'Error', 'Server', 'ü🏭', '\ud800', 'x'.repeat(5000)],
    ...['0'.repeat(16), 'a'.repeat(16), 'A'.repeat(32), '0'.repeat(32), 'd4ae99ec-ab00-11ee-be29-325096b39f48'],
    ...[{}, [], { secret: MARKER }, [MARKER], [{ name: MARKER }], new Date(0), Buffer.from(MARKER), () => MARKER],
    [{ name: 'info', timeNs: '1780000000000000002', attributes: { n: 1, t: 'x', l: [true, 2n] } }],
    [{ name: 'info', timeNs: 1780000000000000002n }],
    [{ name: 'info', timeNs: '1', attributes: { inner: { secret: MARKER } } }],
    [{ name: 'info', timeNs: MARKER }]
  ];
  const names = Object.keys(served());

  it('are valid in both encodings, or refused with the field named; nothing leaves that was not asked for', () => {
    const counts = { valid: 0, refused: 0 };
    for (let i = 0; i < 10_000; i++) {
      const call: Call = served({ body: MARKER, headers: { authorization: MARKER }, payload: [MARKER] });
      const changed = Array.from({ length: Math.floor(random.next() * 4) }, () => pick([...names.slice(1), 'events']));
      for (const name of changed) call[name] = pick(junk);
      // A marker in a field of its own kind was asked for.
      for (const [name, value] of Object.entries(call)) if (value === MARKER && name !== 'body') call[name] = 'told';
      const { problems, spans } = mappedCalls(call);
      if (problems.length > 0) {
        counts.refused++;
        should(spans).eql([]);
        const [{ code, path, message }] = problems;
        should(code).equal(CODE);
        const field = path.split(/[.[]/)[0];
        should([...changed, 'endNs']).containEql(field);
        should(message).containEql(`msg.payload.${field}`).and.not.containEql(MARKER);
        continue;
      }
      counts.valid++;
      for (const encoding of ['otlp', 'literal'] as const) {
        const request = JSON.stringify(requestOf(call, { encoding }));
        should(request).not.containEql(MARKER);
        const missing = missingOf('traces', encoding, JSON.parse(request), [], requirementsOfCalls(encoding));
        should(missing.filter((line) => !/nowhere to be|item \.kind|TimeUnixNano|event attributes/.test(line))).eql([]);
        if (encoding === 'otlp') assertValid('traces', request);
      }
    }
    should(counts.valid).be.above(2000);
    should(counts.refused).be.above(2000);
  }).timeout(60_000);
});

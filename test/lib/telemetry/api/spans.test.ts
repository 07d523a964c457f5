import should from 'should';
import { createHash } from 'node:crypto';
import { assembleRequest } from '../../../../lib/telemetry/assemble';
import type { LiteralTracesRequest } from '../../../../lib/telemetry/network';
import type { Span } from '../../../../lib/telemetry/otlp-types';
import { assertValid } from '../../../support/otlp/validator';
import { transition } from '../network/support/documents';
import { allKinds, made, mappedCalls, requestOf, served } from './support/calls';

const spanOf = (call: unknown): Span => {
  const { spans, problems } = mappedCalls(call);
  should(problems).eql([]);
  return spans[0];
};
const attributes = ({ attributes }: Pick<Span, 'attributes'>): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('an API document', () => {
  it('becomes a span that says who called whom, what, and how it was answered', () => {
    const span = spanOf(served());
    should(attributes(span)).eql({
      'sender.id': 'bap-1',
      'recipient.id': 'plant-4711',
      'http.method': 'GET',
      'http.server_name': 'plant',
      'http.route': '/orders/:id',
      'http.user_agent': 'curl/8',
      'http.scheme': 'https',
      'http.host': 'plant.example:1880',
      'http.flavor': '1.1',
      'http.status.code': '200'
    });
    const { traceId, spanId, parentSpanId, name, kind, startTimeUnixNano, endTimeUnixNano, status, events } = span;
    should({ traceId, spanId, parentSpanId, name, kind, startTimeUnixNano, endTimeUnixNano, status, events }).eql({
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      parentSpanId: '00f067aa0ba902b7',
      name: 'orders',
      kind: 2,
      startTimeUnixNano: '1780000000000000001',
      endTimeUnixNano: '1780000000250000002',
      status: { code: 1 },
      events: []
    });
  });

  it('is no log record and no point, and does not disturb the documents around it', () => {
    const mapped = mappedCalls([served(), transition({ seq: 0, at: 0 }, 'Idle', 'Running'), made()]);
    should(mapped.problems).eql([]);
    should([mapped.logs.length, mapped.documents.length, mapped.calls.length, mapped.spans.length]).eql([1, 1, 2, 2]);
  });

  it('is a span of plain OTLP, too', () => {
    const mapped = mappedCalls(Object.values(allKinds));
    const envelope = { resource: { attributes: [] }, scope: { name: 'calls' } };
    assertValid('traces', JSON.stringify(assembleRequest('traces', mapped, envelope)));
  });

  it('failed from status 400 on, and where no answer came, unless it says itself how it ended', () => {
    const code = (changes: object): unknown => spanOf(served({ ...changes })).status.code;
    should([0, 100, 200, 304, 399, 400, 404, 500, 999].map((statusCode) => code({ statusCode }))).eql([
      2, 1, 1, 1, 1, 2, 2, 2, 2
    ]);
    should(code({ statusCode: 404, status: 'Ok' })).equal(1);
    should(code({ statusCode: 200, status: 'Error' })).equal(2);
    should(code({ status: 'Unset' })).equal(0);
  });

  it('gives each event its values as text, under the keys of the flow: one key has one type', () => {
    const events = [
      {
        name: 'request_info',
        timeNs: 1780000000000000000n,
        attributes: { body: '{}', n: 7, real: 0.5, minus: -0, yes: true, big: 2n ** 63n, list: ['a', 1], gone: null }
      }
    ];
    const [event] = spanOf(served({ events })).events;
    should(event).eql({
      timeUnixNano: '1780000000000000000',
      name: 'request_info',
      attributes: [
        { key: 'body', value: { stringValue: '{}' } },
        { key: 'n', value: { stringValue: '7' } },
        { key: 'real', value: { stringValue: '0.5' } },
        { key: 'minus', value: { stringValue: '0' } },
        { key: 'yes', value: { stringValue: 'true' } },
        { key: 'big', value: { stringValue: '9223372036854775808' } },
        { key: 'list', value: { stringValue: '["a",1]' } }
      ]
    });
  });

  it('may have an event attribute called time: the one that the specification requires keeps its name', () => {
    const events = [{ name: 'e', timeNs: '1780000000000000000', attributes: { time: 'noon' } }];
    const { resourceSpans } = requestOf(served({ events })) as { resourceSpans: [{ scopeSpans: [{ spans: Span[] }] }] };
    should(resourceSpans[0].scopeSpans[0].spans[0].events[0].attributes).eql([
      { key: 'time_2', value: { stringValue: 'noon' } },
      { key: 'time', value: { stringValue: '2026-05-28T20:26:40.000000000Z' } }
    ]);
  });

  it('without ids has those of its transaction and of its content: the same for both participants', () => {
    const bare = { traceId: undefined, spanId: undefined, parentSpanId: undefined };
    const [one, other] = [spanOf(served(bare)), spanOf(made(bare))];
    should(one.traceId).equal(sha256('tx-1').slice(0, 32));
    should(other.traceId).equal(one.traceId);
    should(other.spanId).not.equal(one.spanId);
    should(spanOf(served(bare))).eql(one);
    const alone = { ...bare, transactionId: undefined };
    should(spanOf(served(alone)).traceId).match(/^[0-9a-f]{32}$/);
    should(spanOf(served(alone)).traceId).equal(spanOf(served(alone)).traceId);
    should(spanOf(served({ ...alone, startNs: '1780000000000000000' })).traceId).not.equal(
      spanOf(served(alone)).traceId
    );
  });

  it('takes ids as uuids: `literal` writes a long span id as it is, `otlp` 16 digits of its hash', () => {
    const trace = 'D4AE9294-AB00-11EE-9DB4-325096B39F47';
    const long = 'd4ae99ec-ab00-11ee-be29-325096b39f48';
    const call = served({ traceId: trace, spanId: long, parentSpanId: '00000000-0000-0000-00f0-67aa0ba902b7' });
    should(spanOf(call)).containEql({
      traceId: 'd4ae9294ab0011ee9db4325096b39f47',
      spanId: sha256(long.replaceAll('-', '')).slice(0, 16),
      parentSpanId: '00f067aa0ba902b7'
    });
    const { resourceSpans } = requestOf(call, { encoding: 'literal' }) as LiteralTracesRequest;
    should(resourceSpans[0].scopeSpans[0].spans[0]).containEql({
      traceId: trace.toLowerCase(),
      spanId: long,
      parentSpanId: '00000000-0000-0000-00f0-67aa0ba902b7'
    });
  });

  it('was observed when it says, else when it ended, whatever else is in the message', () => {
    const observed = (calls: unknown[], at: number): unknown => {
      const { resourceSpans } = requestOf(calls) as { resourceSpans: [{ scopeSpans: [{ spans: Span[] }] }] };
      return attributes(resourceSpans[0].scopeSpans[0].spans[at]).observedTimeUnixNano;
    };
    should(observed([transition({ seq: 0, at: 0 }, 'Idle', 'Running'), served()], 0)).equal('1780000000250000002');
    should(observed([served({ observedNs: '1780000000900000000' })], 0)).equal('1780000000900000000');
  });
});

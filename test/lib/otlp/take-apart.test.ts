import should from 'should';
import { RequestBuilder } from '../../../lib/otlp/assemble';
import { takeApart, TakenApart } from '../../../lib/otlp/take-apart';
import { seeded, Seeded } from '../../support/seeded';
import { itemsOf, logsRequest, metricsRequest, point, records, span, tracesRequest } from './support/requests';

const taken = (request: unknown): TakenApart => {
  const outcome = takeApart(typeof request === 'string' ? request : JSON.stringify(request));
  if (!outcome.ok) throw new Error(outcome.message);
  return outcome;
};
const together = (...requests: TakenApart[]): string => {
  const builder = new RequestBuilder(Infinity);
  for (const { items } of requests) for (const item of items) should(builder.add(item)).be.true();
  const text = builder.text();
  should(builder.bytes).equal(Buffer.byteLength(text));
  return text;
};

describe('export requests taken apart and put together', () => {
  it('finds the items of every signal, each byte for byte', () => {
    const logs = taken(logsRequest(records(0, 3)));
    should(logs.signal).equal('logs');
    should(logs.items.map(({ text }) => text)).eql(records(0, 3).map((item) => JSON.stringify(item)));
    should(taken(tracesRequest([span(1), span(2)]))).match({ signal: 'traces', items: { length: 2 } });
    const metrics = taken(metricsRequest({ a: [point(1), point(2)], b: [point(3)] }));
    should(metrics.signal).equal('metrics');
    should(metrics.items.map(({ text }) => JSON.parse(text) as unknown)).eql([point(1), point(2), point(3)]);
  });

  it('keeps numbers and texts as they were written, where a parser would change them', () => {
    const item = '{"body" : {"intValue":18446744073709551615, "doubleValue":5.0},"x":"\\u00e9\\"]}😀"}';
    const { items } = taken(
      `{ "resourceLogs" : [ {"scopeLogs":[{"logRecords":[ ${item} , {} ]}] , "resource":{"n":1e400} } ] }`
    );
    should(items.map(({ text, bytes }) => [text, bytes])).eql([
      [item, Buffer.byteLength(item)],
      ['{}', 2]
    ]);
    should(together(taken(`{"resourceLogs":[{"scopeLogs":[{"logRecords":[${item}]}],"resource":{"n":1.0}}]}`))).equal(
      `{"resourceLogs":[{"resource":{"n":1.0},"scopeLogs":[{"logRecords":[${item}]}]}]}`
    );
  });

  it('puts what has the same resource, scope and metric under one, and nothing else', () => {
    const text = together(
      taken(logsRequest(records(0, 2))),
      taken(logsRequest(records(2, 1), 'line 2')),
      taken(logsRequest(records(3, 2))),
      taken(logsRequest(records(5, 1), 'line 1', { name: 'other' }))
    );
    const { resourceLogs } = JSON.parse(text) as {
      resourceLogs: { scopeLogs: { scope: { name: string }; logRecords: unknown[] }[] }[];
    };
    should(
      resourceLogs.map(({ scopeLogs }) => scopeLogs.map(({ scope, logRecords }) => [scope.name, logRecords.length]))
    ).eql([
      [
        ['openot', 4],
        ['other', 1]
      ],
      [['openot', 1]]
    ]);
    const metrics = JSON.parse(
      together(taken(metricsRequest({ a: [point(1)], b: [point(2)] })), taken(metricsRequest({ a: [point(3)] })))
    ) as unknown;
    should(metrics).eql(metricsRequest({ a: [point(1), point(3)], b: [point(2)] }));
  });

  it('keeps what it does not know of resources, scopes and metrics', () => {
    const request = {
      resourceMetrics: [
        {
          resource: { attributes: [], eid: 'METRIC' },
          schemaUrl: 'https://a',
          own: [1, { x: 'y' }],
          scopeMetrics: [
            {
              scope: { name: 's', own: null },
              schemaUrl: 'https://b',
              metrics: [
                {
                  name: 'm',
                  metadata: [{ key: 'k' }],
                  sum: { aggregationTemporality: 2, isMonotonic: true, dataPoints: [point(1)] }
                },
                { name: 'of a kind to come', spline: { knots: [] } }
              ]
            }
          ]
        }
      ]
    };
    const apart = taken(request);
    should(apart.items.length).equal(2);
    should(JSON.parse(together(apart))).eql(request);
  });

  it('knows a request that a checksum or a count covers, and keeps its text', () => {
    for (const key of ['checksum', 'count', 'scope_uuid']) {
      const text = JSON.stringify(
        logsRequest(records(0, 2), 'x', { name: 's', attributes: [{ key, value: { stringValue: 'ABC' } }] }),
        undefined,
        1
      );
      should(taken(text)).match({ checksummed: text, items: { length: 2 } });
    }
    should(
      taken(logsRequest(records(0, 2), 'x', { name: 's', attributes: [{ key: 'schema_url', value: {} }] })).checksummed
    ).equal(undefined);
    // Of a record, not of its scope.
    should(
      taken(logsRequest([{ attributes: [{ key: 'count', value: {} }], scope: { attributes: [{ key: 'checksum' }] } }]))
        .checksummed
    ).equal(undefined);
  });

  it('says where something is that is no request', () => {
    const messages: Record<string, unknown> = {
      'the request must be an object': [[], 'text', 7, null],
      'an object with resourceLogs, resourceMetrics or resourceSpans was expected': [
        {},
        { resource_logs: [] },
        { logs: [] }
      ],
      'resourceLogs must be an array': [{ resourceLogs: {} }],
      'resourceLogs[1] must be an object': [{ resourceLogs: [{}, null] }],
      'resourceSpans[0].scopeSpans must be an array': [{ resourceSpans: [{ scopeSpans: 1 }] }],
      'resourceSpans[0].scopeSpans[0] must be an object': [{ resourceSpans: [{ scopeSpans: [[]] }] }],
      'resourceMetrics[0].scopeMetrics[0].metrics[0].gauge.dataPoints must be an array': [
        { resourceMetrics: [{ scopeMetrics: [{ metrics: [{ gauge: { dataPoints: 1 } }] }] }] }
      ],
      'the request has resourceLogs and resourceSpans: only one was expected': [{ resourceLogs: [], resourceSpans: [] }]
    };
    for (const [message, requests] of Object.entries(messages))
      for (const request of requests as unknown[])
        should(takeApart(JSON.stringify(request))).eql({ ok: false, message });
  });

  it('takes requests without items for what they are', () => {
    for (const request of [
      { resourceLogs: [] },
      { resourceLogs: [{}] },
      { resourceSpans: [{ scopeSpans: [{ scope: {} }] }] },
      { resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: 'x', gauge: { dataPoints: [] } }] }] }] }
    ]) {
      should(taken(request)).match({ ok: true, items: [] });
    }
  });

  it('never makes a request larger than it may be, and counts every byte', () => {
    const { items } = taken(logsRequest(records(0, 50, 'Zürich 😀')));
    for (const maxBytes of [10, 300, 1000, 5000, 20_000]) {
      const builder = new RequestBuilder(maxBytes);
      const count = items.filter((item) => builder.add(item)).length;
      const bytes = count === 0 ? 0 : Buffer.byteLength(builder.text());
      should(builder.bytes).equal(bytes);
      should(bytes).be.belowOrEqual(maxBytes);
      if (maxBytes > 300) should(count).be.above(0);
    }
  });

  it('gives back the items of a thousand random requests, in order', () => {
    for (let seed = 1; seed <= 1000; seed++) {
      const request = randomRequest(seeded(seed));
      const text = JSON.stringify(request, undefined, seed % 3 === 0 ? 2 : undefined);
      const apart = taken(text);
      should(apart.items.map((item) => JSON.parse(item.text) as unknown)).eql(itemsOf(request));
      if (apart.items.length === 0) continue;
      const again = JSON.parse(together(apart)) as unknown;
      should(
        itemsOf(again)
          .map((item) => JSON.stringify(item))
          .sort()
      ).eql(
        itemsOf(request)
          .map((item) => JSON.stringify(item))
          .sort()
      );
    }
  });
});

function randomRequest(random: Seeded): object {
  const some = <T>(make: () => T): T[] => Array.from({ length: random.below(4) }, make);
  const text = (): string =>
    ['', 'a"b', '\\', '\\"', ']}', '{[', ' ', '\u2028😀', '\n', '\\\\"', '/', 'é'][random.below(12)];
  const value = (depth: number): unknown =>
    [
      () => text(),
      () => random.below(1e6) - 5e5,
      () => null,
      () => random.below(2) === 1,
      () => 1.5e-7,
      () => (depth > 2 ? [] : some(() => value(depth + 1))),
      () => (depth > 2 ? {} : Object.fromEntries(some(() => [text(), value(depth + 1)])))
    ][random.below(7)]();
  const item = (): unknown => ({ [text()]: value(0), attributes: some(() => ({ key: text(), value: value(1) })) });
  const scope = (): object => ({ name: text(), attributes: some(() => ({ key: text(), value: value(1) })) });
  const shape = random.below(3);
  if (shape === 0)
    return {
      resourceLogs: some(() => ({
        resource: value(1),
        scopeLogs: some(() => ({ scope: scope(), logRecords: some(item), schemaUrl: text() }))
      }))
    };
  if (shape === 1)
    return {
      resourceSpans: some(() => ({
        scopeSpans: some(() => ({ spans: some(item), scope: scope() })),
        resource: value(1)
      }))
    };
  return {
    resourceMetrics: some(() => ({
      resource: value(1),
      scopeMetrics: some(() => ({
        scope: scope(),
        metrics: some(() => ({
          name: text(),
          [random.below(2) === 0 ? 'gauge' : 'sum']: { dataPoints: some(item), more: text() },
          unit: text()
        }))
      }))
    }))
  };
}

import { Signal } from '../../../lib/telemetry/otlp-types';
import { definition, requestName } from '../../support/otlp/definitions';
import { goodRequests } from '../../support/otlp/good-requests';
import { Rule } from '../../support/otlp/rules';
import { assertValid, problemsOf } from '../../support/otlp/validator';

type Json = Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any

const signals: Signal[] = ['logs', 'metrics', 'traces'];
const log = (request: Json): Json => request.resourceLogs[0].scopeLogs[0].logRecords[0];
const metric = (request: Json, index = 0): Json => request.resourceMetrics[0].scopeMetrics[0].metrics[index];
const point = (request: Json): Json => metric(request).gauge.dataPoints[0];
const sumPoint = (request: Json): Json => metric(request, 1).sum.dataPoints[0];
const span = (request: Json): Json => request.resourceSpans[0].scopeSpans[0].spans[0];
const attribute = (request: Json, key: string): Json =>
  log(request).attributes.find((entry: Json) => entry.key === key).value;

/** Renames a property in its place. */
function rename(object: Json, from: string, to: string): void {
  object[to] = object[from];
  delete object[from];
}

/** One mutation: the signal whose good request is spoilt, how, what must be found, and where. */
type Mutation = [signal: Signal, what: string, spoil: (request: Json) => void, rule: Rule, path: RegExp];

const mutations: Mutation[] = [
  // Keys
  ['logs', 'an unknown key of the request', (r) => (r.extra = 1), 'unknown-key', /^extra$/],
  ['logs', 'an unknown key of a record', (r) => (log(r).logUuid = 'x'), 'unknown-key', /logRecords\[0\]\.logUuid$/],
  [
    'logs',
    'an unknown key of a resource',
    (r) => (r.resourceLogs[0].resource.name = 'x'),
    'unknown-key',
    /resource\.name$/
  ],
  [
    'logs',
    'an unknown kind of value',
    (r) => rename(attribute(r, 'flag'), 'boolValue', 'booleanValue'),
    'unknown-key',
    /booleanValue$/
  ],
  [
    'metrics',
    'an end time in a data point',
    (r) => (point(r).endTimeUnixNano = '1'),
    'unknown-key',
    /endTimeUnixNano$/
  ],
  ['metrics', 'a unit in a data point', (r) => (point(r).unit = 'Cel'), 'unknown-key', /dataPoints\[0\]\.unit$/],
  [
    'traces',
    'a time of its own name in a span event',
    (r) => (span(r).events[0].time = '1'),
    'unknown-key',
    /events\[0\]\.time$/
  ],
  ['traces', 'logs in the request of traces', (r) => (r.resourceLogs = []), 'unknown-key', /^resourceLogs$/],
  [
    'logs',
    'snake case in a record',
    (r) => rename(log(r), 'timeUnixNano', 'time_unix_nano'),
    'snake-case',
    /time_unix_nano$/
  ],
  ['logs', 'snake case at the top', (r) => rename(r, 'resourceLogs', 'resource_logs'), 'snake-case', /^resource_logs$/],
  ['metrics', 'snake case in a value', (r) => rename(point(r), 'asDouble', 'as_double'), 'snake-case', /as_double$/],
  [
    'traces',
    'snake case in a span',
    (r) => rename(span(r), 'endTimeUnixNano', 'end_time_unix_nano'),
    'snake-case',
    /end_time_unix_nano$/
  ],
  // 64-bit integers
  ['logs', 'a time as a number', (r) => (log(r).timeUnixNano = 1764000000123456), 'int64-not-text', /timeUnixNano$/],
  ['logs', 'intValue as a number', (r) => (attribute(r, 'lint.max').intValue = 5), 'int64-not-text', /intValue$/],
  ['metrics', 'asInt as a number', (r) => (sumPoint(r).asInt = 5), 'int64-not-text', /asInt$/],
  ['logs', 'intValue as a bigint', (r) => (attribute(r, 'lint.max').intValue = 5n), 'int64-not-text', /intValue$/],
  ['logs', 'intValue with a fraction', (r) => (attribute(r, 'lint.max').intValue = '5.0'), 'int64-form', /intValue$/],
  ['logs', 'intValue in hex', (r) => (attribute(r, 'lint.max').intValue = '0x10'), 'int64-form', /intValue$/],
  ['logs', 'intValue without a digit', (r) => (attribute(r, 'lint.max').intValue = ''), 'int64-form', /intValue$/],
  [
    'logs',
    'intValue with a leading zero',
    (r) => (attribute(r, 'lint.max').intValue = '007'),
    'int64-form',
    /intValue$/
  ],
  ['logs', 'intValue with an exponent', (r) => (attribute(r, 'lint.max').intValue = '1e3'), 'int64-form', /intValue$/],
  [
    'logs',
    'intValue one too high',
    (r) => (attribute(r, 'lint.max').intValue = '9223372036854775808'),
    'int64-range',
    /intValue$/
  ],
  [
    'logs',
    'intValue one too low',
    (r) => (attribute(r, 'lint.min').intValue = '-9223372036854775809'),
    'int64-range',
    /intValue$/
  ],
  ['metrics', 'asInt one too high', (r) => (sumPoint(r).asInt = '9223372036854775808'), 'int64-range', /asInt$/],
  ['logs', 'a time before 1970', (r) => (log(r).timeUnixNano = '-1'), 'int64-range', /timeUnixNano$/],
  [
    'logs',
    'a time beyond 64 bits',
    (r) => (log(r).timeUnixNano = '18446744073709551616'),
    'int64-range',
    /timeUnixNano$/
  ],
  // Ids
  [
    'logs',
    'a trace id with dashes',
    (r) => (log(r).traceId = '0af76519-16cd-43dd-8448-eb211c80319c'),
    'id-form',
    /traceId$/
  ],
  ['logs', 'a trace id in upper case', (r) => (log(r).traceId = log(r).traceId.toUpperCase()), 'id-form', /traceId$/],
  ['logs', 'a trace id in base64', (r) => (log(r).traceId = 'CvdlGRbNQ92ESOshHIAxnA=='), 'id-form', /traceId$/],
  ['traces', 'a span id that is no text', (r) => (span(r).spanId = 12), 'id-form', /spanId$/],
  [
    'traces',
    'a trace id of a span id’s length',
    (r) => (span(r).traceId = 'b7ad6b7169203331'),
    'id-length',
    /traceId$/
  ],
  ['logs', 'a span id of a trace id’s length', (r) => (log(r).spanId = log(r).traceId), 'id-length', /spanId$/],
  ['traces', 'an empty parent', (r) => (span(r).parentSpanId = ''), 'id-length', /parentSpanId$/],
  ['logs', 'a trace id of zeros', (r) => (log(r).traceId = '0'.repeat(32)), 'id-zero', /traceId$/],
  ['traces', 'a span id of zeros', (r) => (span(r).spanId = '0'.repeat(16)), 'id-zero', /spanId$/],
  ['logs', 'a span id without its trace', (r) => delete log(r).traceId, 'id-alone', /spanId$/],
  // Enumerations and small integers
  [
    'logs',
    'a severity’s name',
    (r) => (log(r).severityNumber = 'SEVERITY_NUMBER_ERROR'),
    'enumeration',
    /severityNumber$/
  ],
  ['logs', 'a severity as text', (r) => (log(r).severityNumber = '17'), 'enumeration', /severityNumber$/],
  ['logs', 'a severity beyond 24', (r) => (log(r).severityNumber = 25), 'enumeration', /severityNumber$/],
  [
    'metrics',
    'a temporality’s name',
    (r) => (metric(r, 1).sum.aggregationTemporality = 'AGGREGATION_TEMPORALITY_CUMULATIVE'),
    'enumeration',
    /aggregationTemporality$/
  ],
  ['traces', 'a kind’s name', (r) => (span(r).kind = 'SPAN_KIND_INTERNAL'), 'enumeration', /kind$/],
  ['traces', 'a status’s name', (r) => (span(r).status.code = 'ERROR'), 'enumeration', /status\.code$/],
  ['traces', 'a status that is true', (r) => (span(r).status.code = true), 'enumeration', /status\.code$/],
  ['logs', 'flags as text', (r) => (log(r).flags = '1'), 'int32', /flags$/],
  ['logs', 'flags below zero', (r) => (log(r).flags = -1), 'int32', /flags$/],
  ['traces', 'half a dropped event', (r) => (span(r).droppedEventsCount = 0.5), 'int32', /droppedEventsCount$/],
  // Other scalars
  ['metrics', 'a double as text', (r) => (point(r).asDouble = '5'), 'double', /asDouble$/],
  ['metrics', 'NaN', (r) => (point(r).asDouble = NaN), 'double', /asDouble$/],
  ['logs', 'an infinity', (r) => (attribute(r, 'real.five').doubleValue = Infinity), 'double', /doubleValue$/],
  ['logs', 'a number for a bool', (r) => (attribute(r, 'flag').boolValue = 0), 'bool', /boolValue$/],
  ['logs', 'a bool’s name', (r) => (attribute(r, 'flag').boolValue = 'false'), 'bool', /boolValue$/],
  ['metrics', 'a monotonic that is 1', (r) => (metric(r, 1).sum.isMonotonic = 1), 'bool', /isMonotonic$/],
  ['logs', 'a number for a text', (r) => (attribute(r, 'nan').stringValue = NaN), 'string', /stringValue$/],
  ['logs', 'half a surrogate pair', (r) => (attribute(r, 'nan').stringValue = '\ud83c'), 'string', /stringValue$/],
  ['logs', 'hex for bytes', (r) => (attribute(r, 'bytes').bytesValue = '00017f80fe'), 'base64', /bytesValue$/],
  ['logs', 'base64 for addresses', (r) => (attribute(r, 'bytes').bytesValue = 'AAF_gP7_'), 'base64', /bytesValue$/],
  ['logs', 'base64 without its padding', (r) => (attribute(r, 'bytes').bytesValue = 'AAE'), 'base64', /bytesValue$/],
  ['logs', 'bytes as a list', (r) => (attribute(r, 'bytes').bytesValue = [0, 1]), 'base64', /bytesValue$/],
  // Values
  ['logs', 'a value without a member', (r) => delete attribute(r, 'flag').boolValue, 'one-of-none', /value\.value$/],
  [
    'logs',
    'a value with two members',
    (r) => (attribute(r, 'flag').stringValue = 'false'),
    'one-of-many',
    /value\.value$/
  ],
  ['logs', 'an empty body', (r) => (log(r).body = {}), 'one-of-none', /body\.value$/],
  [
    'logs',
    'a value without a member inside a list',
    (r) => attribute(r, 'list').arrayValue.values.push({}),
    'one-of-none',
    /values\[3\]\.value$/
  ],
  ['metrics', 'a point without a value', (r) => delete point(r).asDouble, 'one-of-none', /dataPoints\[0\]\.value$/],
  ['metrics', 'a point with two values', (r) => (point(r).asInt = '5'), 'one-of-many', /dataPoints\[0\]\.value$/],
  ['metrics', 'a metric without data', (r) => delete metric(r).gauge, 'one-of-none', /metrics\[0\]\.data$/],
  [
    'metrics',
    'a metric that is gauge and sum',
    (r) => (metric(r).sum = metric(r, 1).sum),
    'one-of-many',
    /metrics\[0\]\.data$/
  ],
  // Structure
  ['logs', 'no request', (r) => delete r.resourceLogs, 'missing', /^resourceLogs$/],
  ['logs', 'no resource', (r) => delete r.resourceLogs[0].resource, 'missing', /resource$/],
  ['logs', 'no scope', (r) => delete r.resourceLogs[0].scopeLogs[0].scope, 'missing', /scope$/],
  [
    'logs',
    'a scope without records',
    (r) => (r.resourceLogs[0].scopeLogs[0].logRecords = []),
    'missing',
    /logRecords$/
  ],
  [
    'logs',
    'a record without its observed time',
    (r) => (log(r).observedTimeUnixNano = '0'),
    'missing',
    /observedTimeUnixNano$/
  ],
  ['logs', 'a record without a severity', (r) => delete log(r).severityNumber, 'missing', /severityNumber$/],
  ['logs', 'a record without an event name', (r) => (log(r).eventName = ''), 'missing', /eventName$/],
  ['logs', 'a record without a body', (r) => delete log(r).body, 'missing', /body$/],
  ['logs', 'an attribute without a key', (r) => (log(r).attributes[2].key = ''), 'missing', /attributes\[2\]\.key$/],
  [
    'logs',
    'an attribute without a value',
    (r) => delete log(r).attributes[2].value,
    'missing',
    /attributes\[2\]\.value$/
  ],
  [
    'logs',
    'a list without its values',
    (r) => (attribute(r, 'list').arrayValue = {}),
    'missing',
    /arrayValue\.values$/
  ],
  ['metrics', 'a metric without a name', (r) => (metric(r).name = ''), 'missing', /metrics\[0\]\.name$/],
  ['metrics', 'a gauge without points', (r) => (metric(r).gauge.dataPoints = []), 'missing', /dataPoints$/],
  ['metrics', 'a point without a time', (r) => delete point(r).timeUnixNano, 'missing', /timeUnixNano$/],
  [
    'metrics',
    'a sum without a temporality',
    (r) => delete metric(r, 1).sum.aggregationTemporality,
    'missing',
    /aggregationTemporality$/
  ],
  [
    'metrics',
    'a sum of unspecified temporality',
    (r) => (metric(r, 1).sum.aggregationTemporality = 0),
    'missing',
    /aggregationTemporality$/
  ],
  ['metrics', 'a sum without its start', (r) => delete sumPoint(r).startTimeUnixNano, 'missing', /startTimeUnixNano$/],
  ['traces', 'a span without its id', (r) => delete span(r).spanId, 'missing', /spanId$/],
  ['traces', 'a span without an end', (r) => delete span(r).endTimeUnixNano, 'missing', /endTimeUnixNano$/],
  ['traces', 'a span without a name', (r) => (span(r).name = ''), 'missing', /name$/],
  ['traces', 'a span event without a time', (r) => (span(r).events[0].timeUnixNano = '0'), 'missing', /timeUnixNano$/],
  ['logs', 'an attribute that is null', (r) => (log(r).attributes[1] = null), 'null', /attributes\[1\]$/],
  ['logs', 'a text that is null', (r) => (log(r).severityText = null), 'null', /severityText$/],
  ['logs', 'a field that is there and undefined', (r) => (log(r).flags = undefined), 'null', /flags$/],
  ['logs', 'a list for a message', (r) => (log(r).body = ['x']), 'not-an-object', /body$/],
  ['logs', 'a text for a value', (r) => (log(r).attributes[1].value = 'x'), 'not-an-object', /attributes\[1\]\.value$/],
  ['logs', 'an instance of a class', (r) => (log(r).body = new Map()), 'not-an-object', /body$/],
  ['logs', 'a message for a list', (r) => (r.resourceLogs = r.resourceLogs[0]), 'not-an-array', /^resourceLogs$/],
  ['logs', 'attributes as a map', (r) => (log(r).attributes = { a: 1 }), 'not-an-array', /attributes$/],
  // What belongs together
  [
    'logs',
    'an attribute twice',
    (r) => log(r).attributes.push({ key: 'flag', value: { boolValue: true } }),
    'duplicate-attribute',
    /attributes\[18\]\.key$/
  ],
  [
    'logs',
    'a resource attribute twice',
    (r) => r.resourceLogs[0].resource.attributes.push({ key: 'service.name', value: { stringValue: 'x' } }),
    'duplicate-attribute',
    /resource\.attributes\[2\]\.key$/
  ],
  [
    'logs',
    'a key twice within a map',
    (r) => attribute(r, 'map').kvlistValue.values.push({ key: 'a', value: { boolValue: true } }),
    'duplicate-attribute',
    /kvlistValue\.values\[2\]\.key$/
  ],
  [
    'traces',
    'an event’s attribute twice',
    (r) => span(r).events[0].attributes.push({ key: 'user', value: { stringValue: 'x' } }),
    'duplicate-attribute',
    /events\[0\]\.attributes\[1\]\.key$/
  ],
  [
    'metrics',
    'a point’s attribute twice',
    (r) => point(r).attributes.push({ key: 'openot.source.id', value: { intValue: '5' } }),
    'duplicate-attribute',
    /attributes\[1\]\.key$/
  ],
  [
    'metrics',
    'a metric twice',
    (r) => r.resourceMetrics[0].scopeMetrics[0].metrics.push({ ...metric(r), description: 'again' }),
    'duplicate-metric',
    /metrics\[2\]\.name$/
  ],
  [
    'traces',
    'a span that ends before it begins',
    (r) => (span(r).endTimeUnixNano = '1764000000123456788'),
    'time-order',
    /endTimeUnixNano$/
  ],
  [
    'metrics',
    'a sum of before it began',
    (r) => (sumPoint(r).timeUnixNano = '1764000000000000000'),
    'time-order',
    /timeUnixNano$/
  ]
];

describe('the validator of OTLP/JSON', () => {
  it('reads the official definitions completely', () => {
    const seen = new Map<string, number>();
    const visit = (name: string): void => {
      if (seen.has(name)) return;
      const { fields } = definition(name);
      seen.set(name, fields.size);
      for (const { type } of fields.values()) if ('message' in type) visit(type.message);
    };
    for (const signal of signals) visit(requestName(signal));
    // 43 messages less the three of stored data and the six of answers.
    seen.size.should.equal(34);
    [...seen.values()].reduce((sum, count) => sum + count, 0).should.equal(149);
  });

  it('knows the types, lists, enumerations and alternatives of the definitions', () => {
    const record = definition('opentelemetry.proto.logs.v1.LogRecord').fields;
    [...record.keys()]
      .sort()
      .should.deepEqual([
        'attributes',
        'body',
        'droppedAttributesCount',
        'eventName',
        'flags',
        'observedTimeUnixNano',
        'severityNumber',
        'severityText',
        'spanId',
        'timeUnixNano',
        'traceId'
      ]);
    record
      .get('timeUnixNano')!
      .should.deepEqual({ name: 'timeUnixNano', repeated: false, type: { scalar: 'fixed64' } });
    record.get('attributes')!.should.deepEqual({
      name: 'attributes',
      repeated: true,
      type: { message: 'opentelemetry.proto.common.v1.KeyValue' }
    });
    record
      .get('severityNumber')!
      .type.should.deepEqual({ enumeration: Array.from({ length: 25 }, (_, number) => number) });
    definition('opentelemetry.proto.common.v1.AnyValue')
      .fields.get('intValue')!
      .should.deepEqual({ name: 'intValue', repeated: false, type: { scalar: 'int64' }, oneOf: 'value' });
    definition('opentelemetry.proto.metrics.v1.HistogramDataPoint')
      .fields.get('bucketCounts')!
      .should.deepEqual({ name: 'bucketCounts', repeated: true, type: { scalar: 'fixed64' } });
    definition('opentelemetry.proto.common.v1.EntityRef')
      .fields.get('idKeys')!
      .should.deepEqual({ name: 'idKeys', repeated: true, type: { scalar: 'string' } });
  });

  for (const signal of signals) {
    it(`takes a good request of ${signal}, as object and as text`, () => {
      assertValid(signal, goodRequests[signal]());
      assertValid(signal, JSON.stringify(goodRequests[signal]()));
    });
  }

  it('takes a request that carries nothing', () => {
    assertValid('logs', { resourceLogs: [] });
    assertValid('metrics', { resourceMetrics: [] });
    assertValid('traces', { resourceSpans: [] });
  });

  for (const [signal, what, spoil, rule, path] of mutations) {
    it(`refuses ${what} (${signal}: ${rule})`, () => {
      const request = goodRequests[signal]() as Json;
      spoil(request);
      const found = problemsOf(signal, request).filter((problem) => problem.rule === rule);
      found
        .map((problem) => problem.path)
        .some((place) => path.test(place))
        .should.equal(true, JSON.stringify(problemsOf(signal, request)));
    });
  }

  it('refuses a bare NaN in the text', () => {
    const text = JSON.stringify(goodRequests.metrics()).replace('"asDouble":5', '"asDouble":NaN');
    text.should.containEql(':NaN');
    problemsOf('metrics', text)
      .map(({ rule }) => rule)
      .should.deepEqual(['not-json']);
  });

  it('refuses what is no request at all', () => {
    for (const nothing of [null, undefined, 5, [], new Date()]) problemsOf('logs', nothing).should.have.length(1);
  });

  it('has a mutation for every rule', () => {
    const rules: Rule[] = [
      'not-json',
      'not-an-object',
      'not-an-array',
      'null',
      'unknown-key',
      'snake-case',
      'int64-not-text',
      'int64-form',
      'int64-range',
      'int32',
      'enumeration',
      'double',
      'bool',
      'string',
      'base64',
      'id-form',
      'id-length',
      'id-zero',
      'one-of-none',
      'one-of-many',
      'missing',
      'duplicate-attribute',
      'duplicate-metric',
      'time-order',
      'id-alone'
    ];
    new Set([...mutations.map(([, , , rule]) => rule), 'not-json' as const]).should.deepEqual(new Set(rules));
  });
});

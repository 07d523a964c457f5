/**
 * The three examples of an API event in the open networks' telemetry specification (docs/otel-specification.md of
 * Sunbird-Obsrv/network-telemetry-spec), written down as they stand there, mistakes included.
 */
import should from 'should';
import type { LiteralTracesRequest } from '../../../../lib/telemetry/network';
import { Call, requestOf } from './support/calls';

const TRACE = 'd4ae9294-ab00-11ee-9db4-325096b39f47';
const OBSERVED = '1581452772000000321';
const START = '1544712660000000000';
const EVENT_TIME = '2023-04-29T18:52:58.114561Z';
const EVENT_NS = '1682794378114561000';

interface Example {
  readonly name: string;
  readonly spanId: string;
  readonly end: string;
  readonly spanUuid: string;
  readonly sender: string;
  readonly recipient: string;
  readonly route: string;
  readonly host: string;
  readonly code: number;
  readonly event: string;
  readonly told: Readonly<Record<string, string>>;
}

const examples: readonly Example[] = [
  {
    name: 'search',
    spanId: 'd4ae99ec-ab00-11ee-be29-325096b39f47',
    end: '1544712661000000000',
    spanUuid: '3fae2d5f-3cfb-4e6e-b6a2-0ee5d6579832',
    sender: 'np1',
    recipient: 'gateway1',
    route: '/search',
    host: 'api.gateway.com',
    code: 200,
    event: 'request_info',
    told: { reqBody: '{"context":{},"message":{}}', deviceid: '9db4-325096b39f47' }
  },
  {
    name: 'on_search',
    spanId: 'd4ae99ec-ab00-11ee-be29-325096b39f48',
    end: '1544712661590000000',
    spanUuid: '2eds2d5f-3cfb-4e6e-b6a2-0ee5d6523898',
    sender: 'np2',
    recipient: 'np1',
    route: '/on_search',
    host: 'api.np1.com',
    code: 200,
    event: 'response_info',
    told: { resBody: '{"context":{},"message":{"catalog":[]}}' }
  },
  {
    name: 'on_search',
    spanId: 'd4ae99ec-ab00-11ee-be29-325096b39f49',
    end: '1544712671230000000',
    spanUuid: '43kr3d5f-3cfb-4e6e-b6a2-0ee5d6508923',
    sender: 'np3',
    recipient: 'np1',
    route: '/on_search',
    host: 'api.np1.com',
    code: 500,
    event: 'error',
    told: { type: 'CORE-ERROR', code: 'ERR_BPP_1010', msg: 'Unable to fetch the catalog. Please try later' }
  }
];

const text = (key: string, stringValue: string): unknown => ({ key, value: { stringValue } });
const texts = (values: Readonly<Record<string, string>>): unknown[] =>
  Object.entries(values).map(([key, value]) => text(key, value));

/** The span as it stands in the specification. */
const asSpecified = (example: Example): unknown => ({
  name: example.name,
  traceId: TRACE,
  spanId: example.spanId,
  startTimeUnixNano: START,
  endTimeUnixNano: example.end,
  status: 'Ok',
  attributes: [
    text('span_uuid', example.spanUuid),
    text('observedTimeUnixNano', OBSERVED),
    text('sender.id', example.sender),
    text('recipient.id', example.recipient),
    text('http.method', 'POST'),
    text('http.route', example.route),
    text('http.host', example.host),
    text('http.status.code', String(example.code))
  ],
  events: [{ name: example.event, time: EVENT_TIME, attributes: texts(example.told) }]
});

/** The same call as an API document. */
const asDocument = (example: Example): Call => ({
  kind: 'api',
  name: example.name,
  method: 'POST',
  route: example.route,
  host: example.host,
  statusCode: example.code,
  startNs: START,
  endNs: example.end,
  observedNs: OBSERVED,
  senderId: example.sender,
  recipientId: example.recipient,
  traceId: TRACE,
  spanId: example.spanId,
  events: [{ name: example.event, timeNs: EVENT_NS, attributes: example.told }]
});

/** What differs, as `path: theirs -> ours`. */
function differences(theirs: unknown, ours: unknown, path = ''): string[] {
  if (typeof theirs !== 'object' || theirs === null || typeof ours !== 'object' || ours === null)
    return Object.is(theirs, ours) ? [] : [`${path}: ${JSON.stringify(theirs)} -> ${JSON.stringify(ours)}`];
  const keys = [...new Set([...Object.keys(theirs), ...Object.keys(ours)])];
  return keys.flatMap((key) =>
    differences(
      (theirs as Call)[key],
      (ours as Call)[key],
      Array.isArray(theirs) ? `${path}[${key}]` : `${path}.${key}`
    )
  );
}

describe("the specification's own examples of API events", () => {
  const { resourceSpans } = JSON.parse(
    JSON.stringify(
      requestOf(examples.map(asDocument), {
        encoding: 'literal',
        producer: 'bap-1234',
        domain: 'Retail',
        scopeName: 'discovery_service',
        schemaUrl: '',
        resource: [{ key: 'deviceid', value: { stringValue: '45ba-8f9f-6f8e756b7513' } }]
      })
    )
  ) as LiteralTracesRequest;
  const [{ resource, scopeSpans }] = resourceSpans;

  it('come out in the same envelope; its uuid and its checksum are of what is in it', () => {
    should(resource).eql({
      attributes: [
        text('eid', 'API'),
        text('producer', 'bap-1234'),
        text('domain', 'Retail'),
        text('deviceid', '45ba-8f9f-6f8e756b7513')
      ]
    });
    const { attributes, ...scope } = scopeSpans[0].scope;
    should(scope).eql({ name: 'discovery_service', version: '1.0' });
    should(attributes.map(({ key }) => key)).eql(['scope_uuid', 'checksum', 'count']);
    should(attributes[2]).eql({ key: 'count', value: { intValue: 3 } });
    should(attributes[1].value.stringValue).match(/^[0-9A-F]{32}$/);
  });

  examples.forEach((example, at) => {
    it(`come out as they are but for their known mistakes: ${at + 1}, ${example.name} ${example.code}`, () => {
      const found = differences(asSpecified(example), scopeSpans[0].spans[at]).filter(
        (line) => !line.startsWith('.attributes[0].value.stringValue: ')
      );
      should(found).eql([
        // A failure is no success.
        ...(example.code === 500 ? ['.status: "Ok" -> "Error"'] : []),
        // The structure above the examples says Int.
        `.attributes[7].value.stringValue: "${example.code}" -> undefined`,
        `.attributes[7].value.intValue: undefined -> ${example.code}`,
        // The same moment, with all its digits.
        `.events[0].time: "${EVENT_TIME}" -> "${EVENT_TIME.replace('Z', '000Z')}"`
      ]);
      // Two of the three in the specification have letters that are no hex digits; ours is made of the two ids.
      should(scopeSpans[0].spans[at].attributes[0].value.stringValue).match(
        /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
      );
    });
  });
});

import { assembleRequest } from '../../lib/telemetry/assemble';
import { otlpJson } from '../../lib/telemetry/json';
import { createOtelMapper, defaultMappingSettings } from '../../lib/telemetry/mapper';
import { foreignRecords, HARD_DATA, hardRecord, readingOf } from '../support/otlp/log-readings';
import { Autotel } from '../support/otlp/receivers/autotel';
import { Rotel } from '../support/otlp/receivers/rotel';
import { attributesOf, itemsOf, Json } from '../support/otlp/requests';
import { said, sameAs } from '../support/otlp/said';
import { send } from '../support/otlp/send';
import { shownAsSent } from '../support/otlp/shown-as-sent';
import { assertValid } from '../support/otlp/validator';

const NAMESPACES = ['http://opcfoundation.org/UA/', 'urn:plc', 'urn:plc:types', 'urn:three', 'urn:four'];
const OTHER_PLACES = ['http://opcfoundation.org/UA/', 'urn:new', 'urn:four', 'urn:plc:types', 'urn:plc', 'urn:three'];
const FIRST = { receiveTimeNs: '1796162400000000001', pageSize: 500 };
const LATER = { receiveTimeNs: '1796162400123456789', pageSize: 7 };
const envelope = {
  resource: { attributes: [{ key: 'service.name', value: { stringValue: 'plant' } }] },
  scope: { name: '@openot/node-red', version: '0.2.0' }
};

/** The request that openot-otel makes of documents of a log. */
function requestOf(documents: readonly unknown[]): string {
  const mapped = createOtelMapper({}).documents(documents, { stream: 's' }, defaultMappingSettings);
  mapped.problems.should.deepEqual([]);
  mapped.logs.length.should.equal(documents.length);
  const request = otlpJson(assembleRequest('logs', mapped, envelope));
  assertValid('logs', request);
  return request;
}

const parsed = (requests: readonly string[]): Json[] => requests.map((text) => JSON.parse(text) as Json);
const logsOf = (requests: readonly Json[]): Json[] => requests.flatMap((request) => itemsOf('logs', request));
const uidOf = (log: Json): string => String(attributesOf(log)['log.record.uid']?.stringValue);

async function deliver(endpoint: string, requests: readonly string[]): Promise<void> {
  const { accepted, rejected } = await send(endpoint, requests, 'gzip');
  rejected.should.deepEqual([]);
  accepted.should.equal(logsOf(parsed(requests)).length);
}

/** The records whose every part is checked here: one with a span of its own, one whose span is made of its group. */
const hard = (namespaces: readonly string[]): ReturnType<typeof hardRecord>[] =>
  [1n, 0n].map((spanId) => hardRecord(spanId, namespaces));

describe('logs of OPC UA at a collector written by others (Rotel)', function () {
  let rotel: Rotel;

  beforeEach(async () => (rotel = await Rotel.start()));
  afterEach(() => rotel.stop());

  /** Sends, and gives what came out. */
  async function passedOn(requests: readonly string[]): Promise<Json[]> {
    await deliver(rotel.endpoint, requests);
    await rotel.items('logs', logsOf(parsed(requests)).length);
    return logsOf(rotel.passedOn.logs);
  }

  it('come back with ids, severities, times to 100 ns and the type of every value', async () => {
    const back = await passedOn([requestOf(readingOf(hard(NAMESPACES), NAMESPACES, FIRST))]);
    back.length.should.equal(3);
    const own = back.find(({ spanId }) => spanId === '0000000000000001')!;
    own.traceId!.should.equal('0af7651916cd43dd8448eb211c80319c');
    own.flags!.should.equal(2);
    [own.severityNumber, own.severityText].should.deepEqual([13, 'Warning']);
    own.timeUnixNano!.should.equal('1796076573123456800');
    own.observedTimeUnixNano!.should.equal(FIRST.receiveTimeNs);
    (own.body as Json).should.deepEqual({ stringValue: 'heiß' });
    const attributes = attributesOf(own);
    attributes['opcua.source.node']!.should.deepEqual({ stringValue: 'nsu=urn:plc;s=Motor' });
    attributes['opcua.parent_span_id']!.should.deepEqual({ stringValue: '18446744073709551615' });
    const data = Object.fromEntries(
      HARD_DATA.map(({ name, is }) => [name, attributes[`opcua.data.${name}_${is}`] ?? 'nothing of that type'])
    );
    data.should.deepEqual({
      greatest: { stringValue: '18446744073709551615' },
      least: { intValue: '-9223372036854775808' },
      whole: { doubleValue: 5 },
      'not a number': { stringValue: 'NaN' },
      flag: { boolValue: false },
      bytes: { bytesValue: 'AID/' },
      when: { stringValue: '2026-11-30T22:09:33.1234567Z' },
      speeds: { arrayValue: { values: [{ intValue: '1' }, { intValue: '-2' }] } },
      GroupingId: { stringValue: 'order 7 🏭' }
    });
    const gap = back.find(({ eventName }) => eventName === 'openot.gap')!;
    attributesOf(gap)['openot.gap.verdict']!.should.deepEqual({ stringValue: 'overflow' });
  });

  it('come back item by item as they were sent, whatever a foreign encoder made', async () => {
    const requests = [requestOf(readingOf(foreignRecords(), NAMESPACES, FIRST))];
    const back = await passedOn(requests);
    back.length.should.be.above(300);
    sameAs(said('logs', rotel.passedOn.logs, true), said('logs', parsed(requests), true));
  });

  it('have the same uid, trace and span at every reading, after a restart that moved the namespaces too', async () => {
    const foreign = foreignRecords();
    const readings = [
      readingOf(foreign, NAMESPACES, FIRST),
      readingOf(foreign, NAMESPACES, LATER),
      readingOf(hard(NAMESPACES), NAMESPACES, FIRST),
      readingOf(hard(OTHER_PLACES), OTHER_PLACES, LATER)
    ].map((documents) => documents.filter(({ kind }) => kind === 'log'));
    const back = await passedOn(readings.map(requestOf));
    const byUid = new Map<string, string[]>();
    for (const log of back) {
      const { observedTimeUnixNano, ...same } = log;
      String(observedTimeUnixNano).should.match(/^17961624/);
      byUid.set(uidOf(log), [...(byUid.get(uidOf(log)) ?? []), JSON.stringify(same)]);
    }
    byUid.size.should.equal(foreign.length + 2);
    for (const [uid, logs] of byUid) [uid, logs[0], logs.length].should.deepEqual([uid, logs[1], 2]);
  });
});

describe('logs of OPC UA at a receiver with pages to look at (autotel-devtools)', function () {
  let autotel: Autotel;

  before(async () => (autotel = await Autotel.start()));
  after(() => autotel?.stop());

  it('are shown with their ids, severities, times and values', async () => {
    const request = requestOf(readingOf(hard(NAMESPACES), NAMESPACES, FIRST));
    await deliver(autotel.endpoint, [request]);
    const shown = await autotel.logs();
    const sent = logsOf(parsed([request]));
    shownAsSent(shown, sent);
    const own = shown.find(({ spanId }) => spanId === '0000000000000001')!;
    own.timestamp.should.be.approximately(1796076573123.4568, 0.001);
    own.attributes['opcua.severity']!.should.equal(180);
    own.attributes['opcua.data.flag_bool']!.should.equal(false);
    own.attributes['opcua.data.whole_double']!.should.equal(5);
    own.attributes['opcua.data.greatest_text']!.should.equal('18446744073709551615');
    (own.attributes['opcua.data.speeds_int_list'] as unknown[]).should.deepEqual([1, -2]);
  });
});

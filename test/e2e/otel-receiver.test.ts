import type { DocumentObject } from '../../lib/document';
import { assembleRequest } from '../../lib/telemetry/assemble';
import { otlpJson } from '../../lib/telemetry/json';
import { createOtelMapper, defaultMappingSettings } from '../../lib/telemetry/mapper';
import { createMeter } from '../../lib/telemetry/metrics';
import { createNetworkProfile, networkSettings } from '../../lib/telemetry/network';
import type { Signal } from '../../lib/telemetry/otlp-types';
import { createSpanStore } from '../../lib/telemetry/spans';
import { allKinds, requestOf } from '../lib/telemetry/api/support/calls';
import { hardDocuments, hardSlots, HARD_TIME_NS } from '../support/otlp/hard-documents';
import { randomBatches } from '../support/otlp/random-documents';
import { Autotel } from '../support/otlp/receivers/autotel';
import { Rotel } from '../support/otlp/receivers/rotel';
import { attributesOf, itemsOf, Json } from '../support/otlp/requests';
import { exactText, sameAs, said, withoutIntegers } from '../support/otlp/said';
import { send } from '../support/otlp/send';
import { shownAsSent } from '../support/otlp/shown-as-sent';
import { assertValid } from '../support/otlp/validator';
import { READER_STATUS } from '../support/otlp/reader-status';

const signals: readonly Signal[] = ['logs', 'metrics', 'traces'];
const envelope = {
  resource: {
    attributes: [
      { key: 'service.name', value: { stringValue: 'plant' } },
      { key: 'service.instance.id', value: { stringValue: 'filler-3 🏭' } }
    ]
  },
  scope: { name: '@openot/node-red', version: '0.2.0' }
};

type Batch = { readonly stream: string; readonly documents: DocumentObject[] };
type Requests = Record<Signal, string[]>;

/** What openot-otel makes of documents and a status message: one request of each signal for each message. */
function mapped(batches: readonly Batch[], network = false): Requests {
  const mapper = createOtelMapper({
    spanStore: createSpanStore(),
    meter: createMeter({ startNs: '1780000000000000000' })
  });
  const checked = networkSettings({
    producer: 'plant',
    domain: 'north',
    schemaUrl: 'https://example.org/telemetry/1.0'
  });
  if (!checked.ok) throw new Error(checked.message);
  const profile = createNetworkProfile();
  const settings = { ...defaultMappingSettings, stateSpans: true };
  const of = batches.map(({ stream, documents }) => ({
    stream,
    items: mapper.documents(documents, { stream }, settings)
  }));
  const status = mapper.status(READER_STATUS, { stream: 'filler-3', incarnation: 1 }, String(HARD_TIME_NS), settings);
  status.problems.should.deepEqual([]);
  const requests: Requests = { logs: [], metrics: [], traces: [] };
  for (const { stream, items } of [
    ...of,
    { stream: 'filler-3', items: { ...status, documents: [], calls: [], deviceLogs: [] } }
  ]) {
    const prepared = network ? profile.prepare(items, items.documents, { stream }, checked.settings) : items;
    for (const signal of signals) {
      const request = otlpJson(
        network ? profile.request(signal, prepared, checked.settings) : assembleRequest(signal, prepared, envelope)
      );
      assertValid(signal, request);
      requests[signal].push(request);
    }
  }
  return requests;
}

const parsed = (requests: readonly string[]): Json[] => requests.map((text) => JSON.parse(text) as Json);
const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

/** Sends all three signals; all of it must be accepted. */
async function deliver(endpoint: string, requests: Requests, compression: 'gzip' | 'none'): Promise<void> {
  for (const signal of ['traces', 'metrics', 'logs'] as const) {
    const { accepted, rejected } = await send(endpoint, requests[signal], compression);
    rejected.should.deepEqual([]);
    accepted.should.equal(sum(parsed(requests[signal]).map((request) => itemsOf(signal, request).length)));
  }
}

describe('a collector written by others (Rotel)', function () {
  let rotel: Rotel;

  beforeEach(async () => (rotel = await Rotel.start()));
  afterEach(() => rotel.stop());

  /** What came out of the collector is what was sent, item by item, to the last bit. */
  async function gaveBack(requests: Requests, rounded = false): Promise<void> {
    for (const signal of signals) {
      const sent = signal === 'metrics' ? withoutIntegers(parsed(requests.metrics)) : parsed(requests[signal]);
      const expected = said(signal, sent, rounded);
      expected.length.should.be.above(0);
      await rotel.items(signal, expected.length);
      sameAs(said(signal, rotel.passedOn[signal], rounded), expected);
    }
  }

  for (const compression of ['gzip', 'none'] as const) {
    it(
      'takes all three signals and gives back counts, ids, times to the nanosecond and values ' + `(${compression})`,
      async () => {
        const requests = mapped([hardDocuments('filler-3')]);
        await deliver(rotel.endpoint, requests, compression);
        await gaveBack(requests);
        const [record] = rotel.passedOn.logs
          .flatMap((request) => itemsOf('logs', request))
          .filter((item) => item.eventName === 'openot.message');
        record!.timeUnixNano!.should.equal('1780000000123456789');
        record!.observedTimeUnixNano!.should.equal('1780000009123456792');
        const attributes = attributesOf(record!);
        for (const { key, what, attribute } of hardSlots)
          exactText(attributes[key]).should.equal(exactText(attribute), what);
        const spans = rotel.passedOn.traces.flatMap((request) => itemsOf('traces', request));
        spans
          .map(({ startTimeUnixNano, endTimeUnixNano }) => [startTimeUnixNano, endTimeUnixNano])
          .sort()
          .should.deepEqual([
            ['1780000003123456792', '1780000007123456796'],
            ['1780000004123456793', '1780000006123456795']
          ]);
        const gauges = rotel.passedOn.metrics
          .flatMap((request) => itemsOf('metrics', request))
          .filter(({ metric }) => String(metric).startsWith('openot.value.'));
        gauges
          .map(({ timeUnixNano, asDouble, unit }) => [timeUnixNano, asDouble, unit])
          .sort()
          .should.deepEqual([
            ['1780000001123456790', 5, 'Cel'],
            ['1780000002123456791', 72.25, 'Cel']
          ]);
        for (const { resource, scopeLogs } of rotel.passedOn.logs[0]!.resourceLogs as Json[]) {
          (resource as Json).should.deepEqual(envelope.resource);
          (scopeLogs as Json[])[0]!.scope!.should.deepEqual(envelope.scope);
        }
      }
    );
  }

  it('gives back 2,000 random documents as they were', async () => {
    const requests = mapped(randomBatches(48, 2000));
    await deliver(rotel.endpoint, requests, 'gzip');
    await gaveBack(requests, true);
  });

  it('takes the envelope of the open networks and gives it back', async () => {
    const requests = mapped([hardDocuments('filler-3')], true);
    await deliver(rotel.endpoint, requests, 'gzip');
    await gaveBack(requests);
    for (const [signal, eid] of [
      ['logs', 'AUDIT'],
      ['metrics', 'METRIC'],
      ['traces', 'API']
    ] as const) {
      const [{ resource }] = rotel.passedOn[signal][0]![
        { logs: 'resourceLogs', metrics: 'resourceMetrics', traces: 'resourceSpans' }[signal]
      ] as [{ resource: Json }];
      attributesOf(resource).eid!.should.deepEqual({ stringValue: eid });
    }
  });

  it('takes calls that were served, made, failed and timed out in that envelope, and gives them back', async () => {
    const traces = [JSON.stringify(requestOf(Object.values(allKinds)))];
    const { accepted, rejected } = await send(rotel.endpoint, traces, 'gzip');
    rejected.should.deepEqual([]);
    accepted.should.equal(4);
    const expected = said('traces', parsed(traces));
    await rotel.items('traces', expected.length);
    sameAs(said('traces', rotel.passedOn.traces), expected);
  });

  it('is no receiver that takes anything: what is wrong it refuses', async () => {
    const { logs } = mapped([hardDocuments('filler-3')]);
    for (const [good, bad] of [
      ['"doubleValue":5', '"doubleValue":NaN'],
      ['"severityNumber":9', '"severityNumber":"INFO"'],
      ['"timeUnixNano":"1780000000123456789"', '"timeUnixNano":"soon"']
    ]) {
      const text = logs[0]!.replace(good!, bad!);
      text.should.not.equal(logs[0]);
      (
        await fetch(`${rotel.endpoint}/v1/logs`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: text
        })
      ).status.should.equal(400);
    }
  });
});

describe('a receiver written by others, with pages to look at (autotel-devtools)', function () {
  let autotel: Autotel;

  before(async () => (autotel = await Autotel.start()));
  after(() => autotel?.stop());

  it('shows the same counts, ids, times and values of all three signals', async () => {
    const requests = mapped([hardDocuments('filler-3')]);
    // It cannot unpack: the sender finds that out and goes on without.
    await deliver(autotel.endpoint, requests, 'gzip');
    const [logs, spans, series] = [await autotel.logs(), await autotel.spans(), await autotel.series()];

    const sentLogs = parsed(requests.logs).flatMap((request) => itemsOf('logs', request));
    shownAsSent(logs, sentLogs);
    const message = logs.find(
      (log) => log.severityText === 'INFO' && String(log.body).startsWith('batch started count')
    )!;
    // As JavaScript shows them: 64 bits are beyond what it counts exactly, and 5.0 is 5.
    for (const { key, attribute } of hardSlots)
      message.attributes[key]!.should.deepEqual(
        'intValue' in attribute ? Number(attribute.intValue) : Object.values(attribute)[0]
      );
    message.timestamp.should.be.approximately(1780000000123.4567, 0.001);

    const sentSpans = parsed(requests.traces).flatMap((request) => itemsOf('traces', request));
    spans
      .map(({ traceId, spanId, name, status }) => [traceId, spanId, name, status.code].join('\n'))
      .sort()
      .should.deepEqual(
        sentSpans
          .map(({ traceId, spanId, name, status }) =>
            [traceId, spanId, name, (status as Json | undefined)?.code === 2 ? 'ERROR' : 'UNSET'].join('\n')
          )
          .sort()
      );

    const sentPoints = parsed(requests.metrics).flatMap((request) => itemsOf('metrics', request));
    const shown = series.flatMap(({ name, points }) => points.map(({ value }) => `${name} ${value}`)).sort();
    shown.should.deepEqual(
      sentPoints.map(({ metric, asInt, asDouble }) => `${String(metric)} ${Number(asInt ?? asDouble)}`).sort()
    );
    shown.should.containEql('openot.records.delivered 9007199254740991');
    shown.should.containEql('openot.value.temperature 5');
    const delivered = series.find(({ name }) => name === 'openot.records.delivered')!;
    [delivered.kind, delivered.temporality, delivered.monotonic].should.deepEqual(['sum', 'cumulative', true]);
  });
});

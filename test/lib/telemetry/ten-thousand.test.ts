import { otlpJson } from '../../../lib/telemetry/json';
import type { DocumentObject } from '../../../lib/document';
import { assembleRequest } from '../../../lib/telemetry/assemble';
import { createOtelMapper, defaultMappingSettings, MappingSettings } from '../../../lib/telemetry/mapper';
import { createMeter } from '../../../lib/telemetry/metrics';
import { createNetworkProfile, networkSettings } from '../../../lib/telemetry/network';
import type { MappedItems, Signal } from '../../../lib/telemetry/otlp-types';
import { createSpanStore } from '../../../lib/telemetry/spans';
import { canonical, fromProtobuf, toProtobuf } from '../../support/otlp/official';
import { Batch, longText, randomBatches } from '../../support/otlp/random-documents';
import { exactText } from '../../support/otlp/said';
import { assertValid } from '../../support/otlp/validator';

const DOCUMENTS = 10_000;
const signals: readonly Signal[] = ['logs', 'metrics', 'traces'];
const everything: MappingSettings = {
  ...defaultMappingSettings,
  boolMetrics: true,
  stateSpans: true,
  severityOverrides: { Heartbeat: { number: 5 } }
};
const envelope = {
  resource: { attributes: [{ key: 'service.name', value: { stringValue: 'plant' } }] },
  scope: { name: '@openot/node-red', version: '1' }
};

/** Requests as the node makes them, one of each signal and message, as text, and what they were made of. */
interface Mapped {
  readonly requests: Record<Signal, string[]>;
  readonly documents: DocumentObject[];
  readonly items: MappedItems;
}

function map(batches: readonly Batch[]): Mapped {
  const mapper = createOtelMapper({
    spanStore: createSpanStore(),
    meter: createMeter({ startNs: '1760000000000000001' })
  });
  const requests: Record<Signal, string[]> = { logs: [], metrics: [], traces: [] };
  const items: MappedItems = { logs: [], metrics: [], spans: [] };
  for (const { stream, documents } of batches) {
    const mapped = mapper.documents(documents, { stream }, everything);
    mapped.problems.should.deepEqual([]);
    for (const signal of signals) requests[signal].push(otlpJson(assembleRequest(signal, mapped, envelope)));
    items.logs.push(...mapped.logs);
    items.metrics.push(...mapped.metrics);
    items.spans.push(...mapped.spans);
  }
  return { requests, documents: batches.flatMap(({ documents }) => documents), items };
}

describe(`${DOCUMENTS} random documents`, function () {
  let batches: Batch[];
  let mapped: Mapped;

  before(() => {
    batches = randomBatches(20_261_120, DOCUMENTS);
    mapped = map(batches);
  });

  it('are what they are meant to be: every type, every kind, extremes', () => {
    const { documents } = mapped;
    documents.should.have.length(DOCUMENTS);
    const types = new Set(
      documents.flatMap((document) =>
        document.kind === 'event'
          ? [
              ...document.fields.map(({ type }) => type),
              ...(document.extensionFields ?? []).map(({ typeName }) => typeName)
            ]
          : []
      )
    );
    for (const type of [
      'Bool',
      'SInt',
      'Int',
      'DInt',
      'LInt',
      'USInt',
      'UInt',
      'UDInt',
      'ULInt',
      'Real',
      'LReal',
      'String',
      'Bytes',
      'DateTime'
    ])
      types.has(type).should.equal(true, `${type} among ${[...types].join()}`);
    const kinds = (kind: string): number => documents.filter((document) => document.kind === kind).length;
    kinds('event').should.be.above(5000);
    kinds('placeholder').should.be.above(500);
    kinds('loss').should.be.above(200);
    const text = mapped.requests.logs.join('\n');
    for (const value of [
      '{"stringValue":"NaN"}',
      '{"stringValue":"-Infinity"}',
      '{"stringValue":""}',
      '"key":"openot.nonfinite"',
      '{"doubleValue":5e-324}',
      '{"doubleValue":-0}',
      `{"stringValue":"${longText}"}`,
      '{"bytesValue":"',
      '{"boolValue":true}'
    ])
      text.should.containEql(value);
    const integers = mapped.items.logs
      .flatMap(({ attributes }) => attributes.map(({ value }) => value.intValue))
      .filter((value) => value !== undefined);
    integers.filter((value) => value.length >= 19).length.should.be.above(100);
    mapped.items.spans.length.should.be.above(100);
    mapped.items.metrics.length.should.be.above(500);
  });

  it('one log record each, each with its own uid', () => {
    const uids = mapped.items.logs.map(
      ({ attributes }) => attributes.find(({ key }) => key === 'log.record.uid')?.value.stringValue ?? ''
    );
    // Of no document: what the meter says of a clock.
    uids.filter((uid) => !uid.includes('/clock/')).should.have.length(DOCUMENTS);
    new Set(uids).size.should.equal(uids.length);
  });

  for (const signal of signals) {
    it(`give requests of ${signal} that the validator takes`, () => {
      for (const request of mapped.requests[signal]) assertValid(signal, request);
    });

    it(`give requests of ${signal} that say the same after the way through the official protobuf codec`, () => {
      for (const text of mapped.requests[signal]) {
        const request = JSON.parse(text) as Record<string, unknown>;
        // As text: comparing ten thousand objects property by property takes seconds.
        exactText(canonical(signal, fromProtobuf(signal, toProtobuf(signal, request)))).should.equal(
          exactText(canonical(signal, request))
        );
      }
    });
  }

  it('give requests in the envelope of the open networks that the validator takes', () => {
    const checked = networkSettings({
      encoding: 'otlp',
      producer: 'plant',
      domain: 'north',
      schemaUrl: 'https://example.org/1.0'
    });
    if (!checked.ok) throw new Error(checked.message);
    const { settings } = checked;
    const mapper = createOtelMapper({
      spanStore: createSpanStore(),
      meter: createMeter({ startNs: '1760000000000000001' })
    });
    const network = createNetworkProfile();
    for (const { stream, documents } of batches) {
      const mapped = mapper.documents(documents, { stream }, everything);
      const items = network.prepare(mapped, mapped.documents, { stream }, settings);
      for (const signal of signals) assertValid(signal, network.request(signal, items, settings));
    }
  });

  it('give the same requests when they are read again from the beginning', () => {
    JSON.stringify(map(batches).requests).should.equal(JSON.stringify(mapped.requests));
  });
});

/*
 * OpenTelemetry logs: documents as openot-doc makes them (enriched objects) to the bytes of an OTLP/JSON request, side
 * by side
 * with the JavaScript SDK's own serialiser on the same records. `node bench/otel.mjs`; `npm run bench` prints the same
 * lines.
 *
 * The SDK is measured twice: on log records that are ready (it only serialises, this project maps as well), and with a
 * mapping
 * from documents as anyone would write it for the SDK's attributes.
 */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { boundBatch } from './batch.mjs';
import { measure } from './measure.mjs';
import { plainAttributes, plainRecord, readyRecord } from './otel-sdk-records.mjs';
import { rate, ratio } from './rows.mjs';

const require = createRequire(import.meta.url);
const { JsonLogsSerializer } = require('@opentelemetry/otlp-transformer');
const { createFormatter } = require('../dist/lib/document');
const { itemsOfConcatenation } = require('../dist/lib/stream');
const { assembleRequest } = require('../dist/lib/telemetry/assemble');
const { otlpJson, createOtlpJsonWriter } = require('../dist/lib/telemetry/json');
const { createOtelMapper, defaultMappingSettings } = require('../dist/lib/telemetry/mapper');
const { createSpanStore } = require('../dist/lib/telemetry/spans');

const BATCH = 500;
const STREAM = 'bench:4840/9';
const envelope = {
  resource: {
    attributes: [
      { key: 'service.name', value: { stringValue: 'openot' } },
      { key: 'service.instance.id', value: { stringValue: STREAM } }
    ]
  },
  scope: { name: '@openot/node-red', version: '0.1.0' }
};
/** The SDK's serialiser makes log records only: so does the mapper here, without metrics and spans. */
const noMeter = {
  documents: () => ({ metrics: [], logs: [] }),
  status: () => ({ ok: true, metrics: [], logs: [] }),
  clocks: () => ({ suspects: [] })
};
const settings = { ...defaultMappingSettings, signals: { logs: true, metrics: false, traces: false } };

/** What was made goes here, so that no contestant's work can be optimised away. */
let kept;

/** Documents as a reader's batch gives them. */
function documentsOf(count) {
  const { bytes, facts, binding } = boundBatch(count, STREAM);
  return () =>
    createFormatter({ profile: 'enriched' }).objects(itemsOfConcatenation(Buffer.from(bytes)).items, facts, binding);
}

/** Both requests say the same: else the comparison means nothing. */
function checkSame(ours, theirs) {
  const plain = (value) =>
    JSON.stringify(value, (key, inner) => (key === 'intValue' || key === 'doubleValue' ? Number(inner) : inner));
  const theirRecords = theirs.resourceLogs[0].scopeLogs[0].logRecords;
  const ourRecords = ours.resourceLogs[0].scopeLogs[0].logRecords;
  if (ourRecords.length !== BATCH || theirRecords.length !== BATCH) throw new Error('not every record came out');
  ourRecords.forEach((record, i) => {
    const same = ({ timeUnixNano, observedTimeUnixNano, severityNumber, severityText, eventName, body, attributes }) =>
      plain({
        timeUnixNano,
        observedTimeUnixNano,
        severityNumber,
        severityText,
        eventName,
        body,
        attributes: attributes.map(({ key, value }) => [
          key,
          'doubleValue' in value ? { intValue: value.doubleValue } : value
        ])
      });
    const one = same(record);
    const other = same(theirRecords[i]).replace(/"doubleValue"/g, '"intValue"');
    if (one !== other) throw new Error(`record ${i} differs:\n${one}\n${other}`);
  });
}

export async function report(options) {
  const json = createOtlpJsonWriter();
  const makeDocuments = documentsOf(BATCH);
  const documents = makeDocuments();
  if (documents.some(({ kind }) => kind !== 'event')) throw new Error('the workload does not resolve');
  const mapper = createOtelMapper({ meter: noMeter });
  const ours = () => assembleRequest('logs', mapper.documents(documents, { stream: STREAM }, settings), envelope);
  // A new one each time: to a span store that knows the records already they are nothing new.
  const everything = () => {
    const items = createOtelMapper({ spanStore: createSpanStore() }).documents(
      documents,
      { stream: STREAM },
      { ...defaultMappingSettings, stateSpans: true }
    );
    return ['traces', 'metrics', 'logs'].map((signal) => json.bytes(assembleRequest(signal, items, envelope)));
  };
  const request = ours();
  const resource = { attributes: plainAttributes(envelope.resource.attributes) };
  const ready = request.resourceLogs[0].scopeLogs[0].logRecords.map((record) =>
    readyRecord(record, resource, envelope.scope)
  );
  const plainly = () => documents.map((document) => plainRecord(document, STREAM, resource, envelope.scope));
  const text = JSON.stringify(request);
  if (otlpJson(request) !== text) throw new Error('not what JSON.stringify writes');
  for (const records of [ready, plainly()])
    checkSame(request, JSON.parse(Buffer.from(JsonLogsSerializer.serializeRequest(records)).toString()));
  const { ns, ratio: times } = measure(
    {
      ours: () => (kept = json.bytes(ours())),
      text: () => (kept = Buffer.from(json.text(ours()))),
      plainJson: () => (kept = Buffer.from(JSON.stringify(ours()))),
      mapping: () => (kept = ours()),
      stringify: () => (kept = json.bytes(request)),
      everything: () => (kept = everything()),
      sdk: () => (kept = JsonLogsSerializer.serializeRequest(ready)),
      sdkWithMapping: () => (kept = JsonLogsSerializer.serializeRequest(plainly()))
    },
    BATCH,
    options
  );
  if (kept === undefined) throw new Error('nothing was made');
  return [
    `${BATCH} documents a request, ${Math.round(text.length / BATCH)} bytes of OTLP/JSON each`,
    rate('documents to OTLP/JSON bytes', ns.ours),
    rate('of it the mapping, documents to a request', ns.mapping),
    rate('of it JSON, a request to bytes', ns.stringify),
    rate('documents to bytes by way of a text (openot-otlp)', ns.text),
    rate('documents to bytes by way of JSON.stringify', ns.plainJson),
    rate('documents to all three signals, spans followed', ns.everything),
    rate('SDK serialiser on records that are ready', ns.sdk),
    rate('SDK serialiser, documents mapped to its records', ns.sdkWithMapping),
    ratio('ours / SDK with ready records (which maps nothing)', times('ours', 'sdk'), 1),
    ratio('ours / SDK with the mapping', times('ours', 'sdkWithMapping'), 1)
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) for (const line of await report()) console.log(line);

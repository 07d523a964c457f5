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
import { measure } from './measure.mjs';
import { plainAttributes, plainRecord, readyRecord } from './otel-sdk-records.mjs';
import { definition, workload } from './workload.mjs';

const require = createRequire(import.meta.url);
const { JsonLogsSerializer } = require('@opentelemetry/otlp-transformer');
const { createFormatter } = require('../dist/lib/document');
const { DefinitionStore, bind } = require('../dist/lib/definition');
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
  const { bytes } = workload(count);
  const compiled = definition();
  const store = new DefinitionStore();
  store.add(compiled, 'bench');
  const snapshot = {
    version: 2,
    caps: 0,
    bufferBytes: 1 << 20,
    headAbs: bytes.length,
    oldestAbs: 0,
    lostCount: 0,
    runId: '3',
    epochId: 5,
    epochFirstAbs: 0,
    definitionHash: compiled.carriageHash,
    prevDefinitionHash: '0000000000000000'
  };
  const facts = {
    stream: STREAM,
    incarnation: 0,
    bufferId: 9,
    snapshot,
    epochs: [],
    receiveTimeNs: '1780000001000000000'
  };
  const binding = bind(store, { stream: STREAM, snapshot, epochs: [], whenUnadvertised: 'placeholder' });
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
  const { ns, ratio } = measure(
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
  const perSecond = (time) =>
    Math.round(1e9 / time)
      .toLocaleString('en-US')
      .padStart(12) + ' records/s';
  const row = (name, time) => `${name.padEnd(58)}${perSecond(time)}`;
  const against = (name, value) =>
    `${name.padEnd(58)}${value.toFixed(2).padStart(6)}   goal 1.0: ${value >= 1 ? 'reached' : 'MISSED'}`;
  return [
    `${BATCH} documents a request, ${Math.round(text.length / BATCH)} bytes of OTLP/JSON each`,
    row('documents to OTLP/JSON bytes', ns.ours),
    row('of it the mapping, documents to a request', ns.mapping),
    row('of it JSON, a request to bytes', ns.stringify),
    row('documents to bytes by way of a text (openot-otlp)', ns.text),
    row('documents to bytes by way of JSON.stringify', ns.plainJson),
    row('documents to all three signals, spans followed', ns.everything),
    row('SDK serialiser on records that are ready', ns.sdk),
    row('SDK serialiser, documents mapped to its records', ns.sdkWithMapping),
    against('ours / SDK with ready records (which maps nothing)', ratio('ours', 'sdk')),
    against('ours / SDK with the mapping', ratio('ours', 'sdkWithMapping'))
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) for (const line of await report()) console.log(line);

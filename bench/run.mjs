/*
 * npm run bench: decoding and documents, as ratios measured in one run against plain JavaScript on the same machine.
 * The whole flow in a real Node-RED is measured by bench/node-red-flow.mjs, OpenTelemetry
 * by bench/otel.mjs, Modbus TCP by bench/modbus.mjs, loading the package by bench/loading.mjs.
 */
import { report as loadingReport } from './loading.mjs';
import { report as modbusReport } from './modbus.mjs';
import { report as flowReport } from './node-red-flow.mjs';
import { report as otelReport } from './otel.mjs';
import { createRequire } from 'node:module';
import { measure } from './measure.mjs';
import { plainCheck, plainDecode } from './plain-decoder.mjs';
import { definition, workload } from './workload.mjs';

const require = createRequire(import.meta.url);
const { decodeRecord } = require('../dist/lib/wire');
const { createFormatter } = require('../dist/lib/document');
const { DefinitionStore, bind } = require('../dist/lib/definition');
const { itemsOfConcatenation } = require('../dist/lib/stream');

const RECORDS = 2000;
const { bytes, count, meanBytes } = workload(RECORDS);
const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
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
  stream: 'bench',
  incarnation: 0,
  bufferId: 9,
  snapshot,
  epochs: [],
  receiveTimeNs: '1780000001000000000'
};
const binding = bind(store, { stream: 'bench', snapshot, epochs: [], whenUnadvertised: 'placeholder' });
const strict = createFormatter({ profile: 'strict' });
const enriched = createFormatter({ profile: 'enriched' });

/** What was made goes here, so that no contestant's work can be optimised away. */
let sink = 0;
/** A record that is kept for a moment has to be made. */
let kept;

function eachRecord(use) {
  for (let at = 0; at < bytes.length;) {
    const record = decodeRecord(bytes, at, bytes.length);
    if (!record.ok) throw new Error(record.kind);
    use(record, at);
    at += record.length;
  }
}

/** What the plain decoder makes of a record, made of a view. */
function whole(record) {
  const { length, flags, sourceTimeNs, runId, seq, sourceId, eventTypeId } = record;
  return { ok: true, length, flags, sourceTimeNs, runId, seq, sourceId, eventTypeId, slots: record.slots() };
}

function plain(decode, withCrc) {
  for (let at = 0; at < bytes.length;) {
    const record = decode(view, at, bytes.length, withCrc);
    const length = typeof record === 'number' ? record : record.length;
    if (!(length > 0)) throw new Error('not a record');
    kept = record;
    at += length;
  }
}

/** Reading a character makes the engine lay the text out flat: it may not hand over a rope and call it done. */
const flat = (text) => {
  sink += text.charCodeAt(text.length >> 1) + text.length;
};

function toText(formatter) {
  const context = formatter.context(facts, binding);
  eachRecord((record, at) => flat(formatter.recordText(record, at, context)));
}

/* Before anything is measured: the plain decoder must make the same checks, else the comparison means nothing. */
function checkPlain() {
  let state = 1;
  const random = (below) => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) % below;
  const starts = [];
  eachRecord((record, at) => starts.push(at));
  for (let i = 0; i < 20000; i++) {
    const start = starts[random(starts.length)];
    const copy = bytes.slice(start, start + 84);
    // Half of them without CRC: only then do damaged slots reach the checks behind it.
    if (i % 2 === 0) copy[6] &= ~8;
    for (let n = random(3); n > 0; n--) copy[random(copy.length)] = random(2) === 0 ? random(256) : random(4);
    const end = random(4) === 0 ? random(copy.length) : copy.length;
    const ours = decodeRecord(copy, 0, end);
    const view = new DataView(copy.buffer, 0, copy.length);
    const plainly = plainDecode(view, 0, end, true);
    const lean = plainCheck(view, 0, end, true);
    const same =
      ours.ok === plainly.ok &&
      (ours.ok ? ours.length === plainly.length && lean === ours.length : ours.kind === plainly.kind && lean < 0);
    if (!same) throw new Error(`the plain decoder judges otherwise: ${JSON.stringify(plainly)}`);
  }
}
checkPlain();

const objects = [];
{
  const context = strict.context(facts, binding);
  eachRecord((record, at) => objects.push(strict.recordObject(record, at, context)));
}
if (objects.length !== count || objects.some((document) => document.kind !== 'event'))
  throw new Error('the workload does not resolve');

const buffer = Buffer.from(bytes);
const { items } = itemsOfConcatenation(buffer);
if (items.length !== count) throw new Error('the workload does not decode');

const decoding = measure(
  {
    ours: () => eachRecord((record) => (kept = record)),
    oursWithSlots: () => eachRecord((record) => (kept = whole(record))),
    plain: () => plain(plainDecode, false),
    plainCrc: () => plain(plainDecode, true),
    checksOnly: () => plain(plainCheck, false),
    checksOnlyCrc: () => plain(plainCheck, true)
  },
  count
);
const documents = measure(
  {
    strictText: () => toText(strict),
    enrichedText: () => toText(enriched),
    itemsText: () => strict.texts(items, facts, binding).forEach(flat),
    itemsObjects: () => (kept = strict.objects(items, facts, binding)),
    makeItems: () => (kept = itemsOfConcatenation(buffer)),
    stringify: () => objects.forEach((document) => flat(JSON.stringify(document)))
  },
  count
);

const perSecond = (ns) =>
  Math.round(1e9 / ns)
    .toLocaleString('en-US')
    .padStart(12) + ' records/s';
const times = (value) => value.toFixed(2).padStart(6);
const row = (name, ns) => console.log(`  ${name.padEnd(58)}${perSecond(ns)}`);
const ratio = (name, value, goal) =>
  console.log(
    '  ' +
      `${name.padEnd(58)}${times(value)}` +
      `${goal === undefined ? '' : `   goal ${goal.toFixed(1)}: ${value >= goal ? 'reached' : 'MISSED'}`}`
  );

console.log(`${count} records, ${meanBytes.toFixed(1)} bytes on average, Node ${process.version}`);
console.log('\nVerified decode (CRC and every structural check)');
row('this decoder', decoding.ns.ours);
row('this decoder, header and slots made as an object', decoding.ns.oursWithSlots);
row('plain DataView decoder, without CRC', decoding.ns.plain);
row('plain DataView decoder, with CRC', decoding.ns.plainCrc);
row('plain DataView checks, nothing made, without CRC', decoding.ns.checksOnly);
row('plain DataView checks, nothing made, with CRC', decoding.ns.checksOnlyCrc);
ratio('this decoder / plain without CRC', decoding.ratio('ours', 'plain'), 1);
ratio('this decoder / plain with CRC', decoding.ratio('ours', 'plainCrc'));
ratio('this decoder, all made / plain without CRC', decoding.ratio('oursWithSlots', 'plain'));
ratio('this decoder, all made / plain with CRC', decoding.ratio('oursWithSlots', 'plainCrc'));
ratio('this decoder / checks only, without CRC', decoding.ratio('ours', 'checksOnly'));
ratio('this decoder / checks only, with CRC', decoding.ratio('ours', 'checksOnlyCrc'));
console.log('\nBytes to JSON text (verified decode, validation, resolution, exact text)');
row('strict', documents.ns.strictText);
row('enriched', documents.ns.enrichedText);
row('JSON.stringify of the finished strict objects', documents.ns.stringify);
row('bytes to items (what openot-decoder makes)', documents.ns.makeItems);
row('items to strict text (what openot-doc makes of them)', documents.ns.itemsText);
row('items to strict objects', documents.ns.itemsObjects);
ratio('strict / JSON.stringify', documents.ratio('strictText', 'stringify'), 0.7);
ratio('enriched / JSON.stringify', documents.ratio('enrichedText', 'stringify'));
if (sink === 0 || kept === undefined) throw new Error('nothing was made');

console.log('\nLoading the package');
for (const line of loadingReport()) console.log(`  ${line}`);

console.log('\nDocuments to OpenTelemetry');
for (const line of await otelReport()) console.log(`  ${line}`);

console.log('\nThe whole flow');
for (const line of await flowReport()) console.log(`  ${line}`);

console.log('\nModbus TCP, the simulator in another process');
for (const line of await modbusReport()) console.log(`  ${line}`);

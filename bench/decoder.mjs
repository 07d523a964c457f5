/* Decoding records, verified, beside plain JavaScript that does the same. */
import { createRequire } from 'node:module';
import { bytes, count, eachRecord, meanBytes } from './batch.mjs';
import { measure } from './measure.mjs';
import { plainCheck, plainDecode } from './plain-decoder.mjs';
import { rate, ratio } from './rows.mjs';

const require = createRequire(import.meta.url);
const { decodeRecord } = require('../dist/lib/wire');

const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
/** A record that is kept for a moment has to be made. */
let kept;

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

const { ns, ratio: times } = measure(
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
if (kept === undefined) throw new Error('nothing was made');
for (const line of [
  `${count} records, ${meanBytes.toFixed(1)} bytes on average, Node ${process.version}`,
  rate('this decoder', ns.ours),
  rate('this decoder, header and slots made as an object', ns.oursWithSlots),
  rate('plain DataView decoder, without CRC', ns.plain),
  rate('plain DataView decoder, with CRC', ns.plainCrc),
  rate('plain DataView checks, nothing made, without CRC', ns.checksOnly),
  rate('plain DataView checks, nothing made, with CRC', ns.checksOnlyCrc),
  ratio('this decoder / plain without CRC', times('ours', 'plain'), 1),
  ratio('this decoder / plain with CRC', times('ours', 'plainCrc')),
  ratio('this decoder, all made / plain without CRC', times('oursWithSlots', 'plain')),
  ratio('this decoder, all made / plain with CRC', times('oursWithSlots', 'plainCrc')),
  ratio('this decoder / checks only, without CRC', times('ours', 'checksOnly')),
  ratio('this decoder / checks only, with CRC', times('ours', 'checksOnlyCrc'))
])
  console.log(line);

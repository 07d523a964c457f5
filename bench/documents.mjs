/* Bytes to JSON text: verified decode, validation, resolution, exact text, beside JSON.stringify of what was made. */
import { createRequire } from 'node:module';
import { binding, bytes, count, eachRecord, facts } from './batch.mjs';
import { measure } from './measure.mjs';
import { rate, ratio } from './rows.mjs';

const require = createRequire(import.meta.url);
const { createFormatter } = require('../dist/lib/document');
const { itemsOfConcatenation } = require('../dist/lib/stream');

const strict = createFormatter({ profile: 'strict' });
const enriched = createFormatter({ profile: 'enriched' });
/** What was made goes here, so that no contestant's work can be optimised away. */
let sink = 0;

/** Reading a character makes the engine lay the text out flat: it may not hand over a rope and call it done. */
const flat = (text) => {
  sink += text.charCodeAt(text.length >> 1) + text.length;
};

function toText(formatter) {
  const context = formatter.context(facts, binding);
  eachRecord((record, at) => flat(formatter.recordText(record, at, context)));
}

const objects = [];
{
  const context = strict.context(facts, binding);
  eachRecord((record, at) => objects.push(strict.recordObject(record, at, context)));
}
if (objects.length !== count || objects.some((document) => document.kind !== 'event'))
  throw new Error('the workload does not resolve');
const { items } = itemsOfConcatenation(Buffer.from(bytes));
if (items.length !== count) throw new Error('the workload does not decode');

const { ns, ratio: times } = measure(
  {
    strictText: () => toText(strict),
    enrichedText: () => toText(enriched),
    itemsText: () => strict.texts(items, facts, binding).forEach(flat),
    stringify: () => objects.forEach((document) => flat(JSON.stringify(document)))
  },
  count
);
if (sink === 0) throw new Error('nothing was made');
for (const line of [
  rate('strict', ns.strictText),
  rate('enriched', ns.enrichedText),
  rate('items to strict text (what openot-doc makes of them)', ns.itemsText),
  rate('JSON.stringify of the finished strict objects', ns.stringify),
  ratio('strict / JSON.stringify', times('strictText', 'stringify'), 0.7),
  ratio('enriched / JSON.stringify', times('enrichedText', 'stringify'))
])
  console.log(line);

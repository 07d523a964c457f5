/*
 * Bytes to items and items to objects, a batch of 100 at a time as a reader hands them on: what is made is dropped
 * before the next is made, so that the figure is the code's and not the garbage collector's.
 */
import { createRequire } from 'node:module';
import { binding, bytes, count, facts } from './batch.mjs';
import { measure } from './measure.mjs';
import { rate } from './rows.mjs';

const require = createRequire(import.meta.url);
const { createFormatter } = require('../dist/lib/document');
const { itemsOfConcatenation } = require('../dist/lib/stream');

const BATCH = 100;
const strict = createFormatter({ profile: 'strict' });
const buffer = Buffer.from(bytes);
const { items } = itemsOfConcatenation(buffer);
if (items.length !== count) throw new Error('the workload does not decode');
const batches = Array.from({ length: count / BATCH }, (_, i) => items.slice(i * BATCH, (i + 1) * BATCH));
const parts = batches.map((batch, i) => buffer.subarray(batch[0].abs, batches[i + 1]?.[0].abs ?? buffer.length));
let made = 0;

const { ns } = measure(
  {
    makeItems: () => parts.forEach((part) => (made += itemsOfConcatenation(part).items.length)),
    itemsObjects: () => batches.forEach((batch) => (made += strict.objects(batch, facts, binding).length))
  },
  count
);
if (made === 0) throw new Error('nothing was made');
console.log(rate('bytes to items (what openot-decoder makes)', ns.makeItems));
console.log(rate('items to strict objects', ns.itemsObjects));

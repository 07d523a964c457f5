import should from 'should';
import { assembleRequest } from '../../../lib/telemetry/assemble';
import { createOtelMapper, defaultMappingSettings } from '../../../lib/telemetry/mapper';
import type { Signal } from '../../../lib/telemetry/otlp-types';
import { createSpanStore } from '../../../lib/telemetry/spans';
import { randomBatches } from '../../support/otlp/random-documents';
import { assertValid } from '../../support/otlp/validator';
import { Seeded, seeded } from '../../support/seeded';

/** What a function node may have put anywhere. */
const JUNK: readonly unknown[] = [
  undefined,
  null,
  '',
  'x',
  'half \ud800',
  '5',
  '-1',
  '18446744073709551616',
  0,
  -0,
  1.5,
  -7,
  2 ** 60,
  NaN,
  Infinity,
  5n,
  -5n,
  2n ** 70n,
  true,
  [],
  [null],
  {},
  { payloadHex: 'zz' },
  { payloadHex: 'AB' },
  new Date(0),
  Buffer.from('ab'),
  Symbol('s'),
  () => 1,
  'toString',
  '__proto__',
  'a.raw',
  'DInt',
  'LInt',
  'Bytes',
  'StateRef',
  'NaN'
];

type Part = Record<string | number, unknown>;

/** Changes one property somewhere in the document. */
function damage(random: Seeded, document: object): void {
  let part = document as Part;
  for (;;) {
    const names = Object.keys(part);
    const name = names.length === 0 ? 'more' : names[random.below(names.length)];
    const inner = part[name];
    if (typeof inner === 'object' && inner !== null && !Buffer.isBuffer(inner) && random.below(5) > 0) {
      part = inner as Part;
      continue;
    }
    if (random.below(6) === 0) delete part[name];
    else part[name] = JUNK[random.below(JUNK.length)];
    return;
  }
}

describe('damaged documents', () => {
  it('give a problem or a valid log record each, and never a request that a collector refuses', () => {
    const random = seeded(4);
    const mapper = createOtelMapper({ spanStore: createSpanStore() });
    const seen = { good: 0, bad: 0, paths: new Set<string>() };
    for (const { stream, documents } of randomBatches(7, 4000)) {
      const given = documents.map((document) => structuredClone(document));
      for (const document of given) for (let n = random.below(4); n > 0; n--) damage(random, document);
      const mapped = mapper.documents(
        given,
        { stream },
        { ...defaultMappingSettings, boolMetrics: true, stateSpans: true }
      );
      should(mapped.documents.length + mapped.problems.length).equal(given.length);
      for (const signal of ['logs', 'metrics', 'traces'] as Signal[])
        assertValid(
          signal,
          assembleRequest(signal, mapped, { resource: { attributes: [] }, scope: { name: 'n', version: '1' } })
        );
      for (const { code, message, index, path } of mapped.problems) {
        message.should.startWith(`${code}: msg.payload[${index}]`);
        seen.paths.add(path.replace(/\d+/g, 'n'));
      }
      seen.good += mapped.documents.length;
      seen.bad += mapped.problems.length;
    }
    seen.good.should.be.above(1100);
    seen.bad.should.be.above(2000);
    seen.paths.size.should.be.above(30);
  });
});

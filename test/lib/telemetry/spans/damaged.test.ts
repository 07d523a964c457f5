import should from 'should';
import { assembleRequest } from '../../../../lib/telemetry/assemble';
import { createOtelMapper, defaultMappingSettings } from '../../../../lib/telemetry/mapper';
import { createSpanStore } from '../../../../lib/telemetry/spans';
import { assertValid } from '../../../support/otlp/validator';
import { seeded, Seeded } from '../../../support/seeded';
import { randomHistory } from './support/histories';
import { loadPlant } from './support/plc';

/** What a function node may have made of a number, a text, a type. */
const JUNK: readonly unknown[] = [
  undefined,
  null,
  '',
  'x',
  'half \ud800',
  '5',
  '-1',
  0,
  -0,
  1.5,
  -7,
  2 ** 60,
  Number.MAX_SAFE_INTEGER,
  NaN,
  -5n,
  true,
  [],
  {},
  'DInt',
  'LInt',
  'Bytes',
  'StateRef',
  'Int',
  'String'
];

/** Changes one property of one of its fields. */
function damage(random: Seeded, document: object): void {
  const { fields = [] } = document as { fields?: Record<string, unknown>[] };
  if (fields.length === 0) return;
  const field = fields[random.below(fields.length)];
  const names = Object.keys(field);
  field[names[random.below(names.length)]] = JUNK[random.below(JUNK.length)];
}

describe('spans of damaged documents', () => {
  it('are valid OTLP, and the image of the span store can always be read again', () => {
    const { compiled } = loadPlant();
    let spans = 0;
    for (let seed = 1; seed <= 10; seed++) {
      const random = seeded(seed);
      let spanStore = createSpanStore();
      const mapper = createOtelMapper({ spanStore: { apply: (document, facts) => spanStore.apply(document, facts) } });
      const history = randomHistory(random, { compiled }, 800).map((document) => structuredClone(document));
      for (const document of history) for (let n = random.below(3); n > 0; n--) damage(random, document);
      for (let at = 0; at < history.length; at += 40) {
        const mapped = mapper.documents(
          history.slice(at, at + 40),
          { stream: 'x' },
          { ...defaultMappingSettings, stateSpans: true }
        );
        assertValid(
          'traces',
          assembleRequest('traces', mapped, { resource: { attributes: [] }, scope: { name: 'n', version: '1' } })
        );
        spans += mapped.spans.length;
        const next = createSpanStore();
        should(next.restore(spanStore.image())).eql({ ok: true });
        spanStore = next;
      }
    }
    should(spans).be.above(300);
  });
});

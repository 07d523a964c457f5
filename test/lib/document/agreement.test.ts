import should from 'should';
import { CompiledDefinition } from '../../../lib/definition';
import { createFormatter, DocumentField, DocumentObject, DocumentProfile, ExtensionField } from '../../../lib/document';
import { LooseFacts } from '../../../lib/stream/stream-facts';
import { canonicalEvents, RecordInput } from '../../../lib/wire';
import { seeded } from '../../support/seeded';
import { Json, JsonObject, parseJson } from '../../support/vectors';
import { boundTo } from './support/bindings';
import { itemOf, viewOf } from './support/items';
import { plant } from './support/plant';
import { randomRecord } from './support/random-records';
import { strip } from './support/strip';

const RECORDS = 4000;
const facts: LooseFacts = { bufferId: 4, incarnation: 2, receiveTimeNs: '1780000000000000007' };

const WIDE = new Set(['ULInt', 'LInt', 'DateTime']);

/** An object document as the parsed text shows it: 64-bit fields as numbers or bigints again, floats as they print. */
function asParsed(document: DocumentObject): Json {
  const copy = JSON.parse(JSON.stringify(document)) as JsonObject;
  const provenance = copy.provenance as JsonObject;
  for (const name of ['runId', 'sourceTimeNs', 'receiveTimeNs'])
    if (name in provenance) provenance[name] = parseJson(String(provenance[name]));
  if (document.kind === 'event') {
    (copy.fields as JsonObject[]).forEach((field, i) => restore(field, document.fields[i], document.fields[i].type));
    ((copy.extensionFields ?? []) as JsonObject[]).forEach((field, i) =>
      restore(field, (document.extensionFields as ExtensionField[])[i], String(field.typeName))
    );
  }
  return copy;
}

function restore(copy: JsonObject, field: DocumentField | ExtensionField, type: string): void {
  if (WIDE.has(type) && typeof field.value === 'string') copy.value = parseJson(field.value);
  if (typeof field.value === 'number') copy.value = field.value;
}

for (const profile of ['strict', 'enriched'] as DocumentProfile[]) {
  describe(`the two forms of ${profile} documents`, () => {
    let compiled: CompiledDefinition;
    let records: RecordInput[];
    const formatter = createFormatter({ profile });

    before(() => {
      compiled = plant();
      const random = seeded(20260);
      records = Array.from({ length: RECORDS }, () => randomRecord(random, compiled));
    });

    it('agree: the text, parsed, is the object', () => {
      const context = formatter.context(facts, boundTo(compiled));
      for (const record of records) {
        const view = viewOf(record);
        const text = formatter.recordText(view, 0, context);
        should(parseJson(text)).eql(asParsed(formatter.recordObject(view, 0, context)));
      }
    });

    it('agree: the same record through bytes and through items', () => {
      const binding = boundTo(compiled);
      const context = formatter.context(facts, binding);
      const items = records.map((record) => itemOf(record));
      const texts = formatter.texts(items, facts, binding);
      const objects = formatter.objects(items, facts, binding);
      records.forEach((record, i) => {
        const view = viewOf(record);
        should(texts[i]).equal(formatter.recordText(view, 0, context));
        should(objects[i]).eql(formatter.recordObject(view, 0, context));
      });
    });

    it('carry their properties in one order', () => {
      const context = formatter.context(facts, boundTo(compiled));
      for (const record of records.slice(0, 1000)) {
        const view = viewOf(record);
        const names = (value: unknown): unknown =>
          typeof value === 'object' && value !== null
            ? Object.entries(value).map(([name, part]) => [name, names(part)])
            : null;
        const object = formatter.recordObject(view, 0, context);
        // Order inside a reason's detail is alphabetical in the text and free in the object.
        if (object.kind === 'placeholder') continue;
        should(names(object)).eql(names(parseJson(formatter.recordText(view, 0, context))));
      }
    });

    it('were made of every event type, resolved and not', () => {
      const context = formatter.context(facts, boundTo(compiled));
      const kinds = new Map<string, number>();
      for (const record of records) {
        const { kind, eventTypeId } = formatter.recordObject(viewOf(record), 0, context) as {
          kind: string;
          eventTypeId: number;
        };
        kinds.set(`${kind} ${eventTypeId}`, (kinds.get(`${kind} ${eventTypeId}`) ?? 0) + 1);
      }
      for (const { id } of canonicalEvents) should(kinds.get(`event ${id}`) ?? 0).be.above(20, `events of type ${id}`);
      should([...kinds].filter(([name]) => name.startsWith('placeholder')).length).be.above(20);
    });
  });
}

describe('an enriched document', () => {
  it('without its additions is the strict document', () => {
    const compiled = plant();
    const binding = boundTo(compiled);
    const random = seeded(77);
    const items = Array.from({ length: RECORDS }, () => itemOf(randomRecord(random, compiled)));
    const strict = createFormatter({ profile: 'strict' }).objects(items, facts, binding);
    const enriched = createFormatter({ profile: 'enriched' }).objects(items, facts, binding);
    strict.forEach((document, i) => should(strip(enriched[i])).eql(document));
  });

  it('always has one readable line', () => {
    const compiled = plant();
    const random = seeded(78);
    const items = Array.from({ length: RECORDS }, () => itemOf(randomRecord(random, compiled)));
    for (const { text } of createFormatter({ profile: 'enriched' }).objects(items, facts, boundTo(compiled))) {
      should(text).be.a.String();
      should(text).match(/^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]{3,}$/);
      should(text).not.match(/undefined|\[object|NaN undefined/);
    }
  });
});

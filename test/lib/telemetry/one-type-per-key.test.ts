/**
 * Stores make a column of an attribute's key and refuse what is of another type later (docs/format.md 21): over
 * everything that the mapper makes, no key ever has two types.
 */
import should from 'should';
import type { DocumentObject, EventDocument } from '../../../lib/document';
import { createFormatter } from '../../../lib/document';
import { canonicalEvents, Flag, Key, TlvType, tlvWidth } from '../../../lib/wire';
import { assembleRequest } from '../../../lib/telemetry/assemble';
import { createOtelMapper, defaultMappingSettings, MappingSettings } from '../../../lib/telemetry/mapper';
import { createMeter } from '../../../lib/telemetry/metrics';
import { createNetworkProfile } from '../../../lib/telemetry/network';
import type { MappedItems, Signal } from '../../../lib/telemetry/otlp-types';
import { createSpanStore } from '../../../lib/telemetry/spans';
import { addKeyTypes, addMetricTypes, keysAsObjects, KeyTypes, severalTypes } from '../../support/otlp/key-types';
import { Batch, randomBatches } from '../../support/otlp/random-documents';
import { randomCall, randomField, randomLogDocument } from '../../support/otlp/random-others';
import { seeded } from '../../support/seeded';
import { boundTo } from '../document/support/bindings';
import { itemOf } from '../document/support/items';
import { plant } from '../document/support/plant';
import { payloadOf } from '../document/support/slots';
import { settingsOf } from './network/support/requests';
import { READER_STATUS } from '../../support/otlp/reader-status';

const signals: readonly Signal[] = ['logs', 'metrics', 'traces'];
const envelope = { resource: { attributes: [] }, scope: { name: '@openot/node-red', version: '1' } };
const everything: MappingSettings = {
  ...defaultMappingSettings,
  boolMetrics: true,
  stateSpans: true
};

/** Messages as they come to the mapper: documents of any kind. */
interface Message {
  readonly stream: string;
  readonly documents: readonly unknown[];
}

/** The widest and the narrowest of a type: what does not fit its kind is among them. */
const extremes = (type: TlvType): Uint8Array[] => {
  const width = tlvWidth(type);
  if (type === TlvType.String) return [payloadOf(type, ''), payloadOf(type, 'Größe')];
  if (type === TlvType.Real || type === TlvType.LReal)
    return [5, 0.5, NaN, -Infinity].map((value) => payloadOf(type, value));
  return width <= 0 ? [Uint8Array.of(0, 255)] : [new Uint8Array(width), new Uint8Array(width).fill(255)];
};

/** Every event type, its fields of any type with each type in turn, its numbers known to the definition and not. */
function everyEvent(): Message {
  const compiled = plant();
  const types = Array.from({ length: 14 }, (_, type) => type as TlvType);
  const records = canonicalEvents.flatMap(({ id }) =>
    types.flatMap((any) =>
      extremes(any).map((payload, n) => {
        const slots = (compiled.eventTypes.get(id)?.slots ?? []).flatMap(({ key, expectedTag, maxOccurs }) => {
          const type = (expectedTag < 0 ? any : expectedTag) as TlvType;
          const own = expectedTag < 0 ? payload : (extremes(type)[n % extremes(type).length] as Uint8Array);
          const made = key === Key.newState && n === 0 ? payloadOf(type, 1) : own;
          return Array.from({ length: 1 + (n % Math.min(maxOccurs, 3)) }, () => ({ key, type, payload: made }));
        });
        return { eventTypeId: id, slots: [...slots, { key: 0x8000 + (n % 2), type: any, payload }] };
      })
    )
  );
  const facts = { bufferId: 4, incarnation: 2, receiveTimeNs: '1780000000900000000' };
  const documents = createFormatter({ profile: 'enriched' }).objects(
    records.map((record, seq) =>
      itemOf({
        ...record,
        flags: Flag.HasCrc,
        runId: seq % 2 === 0 ? 7n : 2n ** 64n - 1n,
        seq: BigInt(seq),
        sourceId: 1,
        sourceTimeNs: 1780000000000000000n
      })
    ),
    facts,
    boundTo(compiled)
  );
  return { stream: 'every', documents };
}

/** Events with fields that a flow has put in the place of theirs. */
function fieldsOfFlows(batches: readonly Batch[]): Message[] {
  const random = seeded(12);
  return batches.map(({ stream, documents }) => ({
    stream,
    documents: documents.map((document: DocumentObject) =>
      document.kind !== 'event'
        ? document
        : ({ ...document, fields: Array.from({ length: random.below(8) }, () => randomField(random)) } as EventDocument)
    )
  }));
}

function messages(): Message[] {
  const random = seeded(20_261_201);
  const batches = randomBatches(12, 2500);
  const others = Array.from({ length: 1500 }, (_, number) =>
    number % 2 === 0 ? randomLogDocument(random, number) : randomCall(random)
  );
  return [everyEvent(), ...batches, ...fieldsOfFlows(batches), { stream: 'others', documents: others }];
}

const STATUS = { ...READER_STATUS, detail: 'OPENOT_READ_SILENT: no answer' };

/** Everything that is made of the messages, as requests of this encoding. */
function requests(
  given: readonly Message[],
  encoding: 'plain' | 'otlp' | 'literal'
): { at: Signal; request: unknown }[] {
  const mapper = createOtelMapper({
    spanStore: createSpanStore(),
    meter: createMeter({ startNs: '1760000000000000001' })
  });
  const network = createNetworkProfile();
  const input = { encoding: encoding === 'literal' ? 'literal' : 'otlp' } as const;
  const settings = { ...everything, literalCalls: encoding === 'literal' };
  const made: { at: Signal; request: unknown }[] = [];
  const add = (items: MappedItems, documents: readonly DocumentObject[], stream: string): void => {
    const prepared = encoding === 'plain' ? items : network.prepare(items, documents, { stream }, settingsOf(input));
    for (const at of signals)
      made.push({
        at,
        request:
          encoding === 'plain'
            ? assembleRequest(at, prepared, envelope)
            : network.request(at, prepared, settingsOf(input))
      });
  };
  for (const { stream, documents } of given) {
    const mapped = mapper.documents(documents, { stream }, settings);
    should(mapped.problems).eql([]);
    add(mapped, mapped.documents, stream);
    const status = mapper.status(STATUS, { stream, incarnation: 1 }, '1780000009000000000', settings);
    should(status.problems).eql([]);
    add(status, [], stream);
  }
  return made;
}

describe('attribute keys', function () {
  const encodings = ['plain', 'otlp', 'literal'] as const;
  const made = new Map<string, ReturnType<typeof requests>>();
  before(() => {
    const given = messages();
    for (const encoding of encodings) made.set(encoding, requests(given, encoding));
  });
  after(() => made.clear());

  for (const encoding of encodings) {
    it(`have one type each, come once, and are no beginning of another up to a dot: ${encoding}`, () => {
      const types: KeyTypes = new Map();
      for (const { at, request } of made.get(encoding)!) addKeyTypes(types, request, at);
      should(severalTypes(types)).eql([]);
      // A store may make objects of dots. The specification has both item.duration and item.duration.seconds.
      should(keysAsObjects(types)).eql(encoding === 'plain' ? [] : ['item.duration']);
      const keys = [...types.keys()];
      for (const key of [
        ...['bool', 'int', 'double', 'text', 'bytes'].map((type) => `openot.field.newValue_${type}`),
        'openot.field.newState',
        'openot.field.newState_raw',
        'openot.field.arg',
        'openot.field.signedEventSeq_text',
        'openot.field.quantity_text',
        'openot.extension.32768_bytes',
        'opcua.data.Count_int',
        'opcua.data.Count_double',
        'opcua.data.Count_text_list',
        'openot.gap.after_text',
        'openot.condition.causes',
        'openot.state.name',
        'openot.reader.state',
        'http.status.code',
        'reqBody'
      ])
        should(keys).containEql(key);
    });
  }

  for (const encoding of encodings) {
    it(`and so have metrics: one kind of point and one type of value for each name: ${encoding}`, () => {
      const types: KeyTypes = new Map();
      for (const { at, request } of made.get(encoding)!) addMetricTypes(types, request, at);
      should(severalTypes(types)).eql([]);
      const written = (name: string): string[] => [...(types.get(name)?.keys() ?? [])];
      const values = [...types.keys()].filter((name) => name.startsWith('openot.value.'));
      should(values.length).be.above(2);
      for (const name of values) should(written(name)).match([/ asDouble$/]);
      if (encoding !== 'literal') should(written('openot.records.delivered')).eql(['sum asInt']);
    });
  }

  it('that this test looks at are found: two types, a mixed list, a key twice', () => {
    const types: KeyTypes = new Map();
    const log = (key: string, value: object): object => ({ logRecords: [{ attributes: [{ key, value }] }] });
    addKeyTypes(types, log('a', { intValue: '1' }));
    addKeyTypes(types, log('a', { stringValue: 'x' }));
    addKeyTypes(types, log('b', { arrayValue: { values: [{ intValue: '1' }, { stringValue: 'x' }] } }));
    addKeyTypes(types, log('b.c', { arrayValue: { values: [] } }));
    should(severalTypes(types).map((line) => line.split(':')[0])).eql(['a', 'b']);
    should(keysAsObjects(types)).eql(['b']);
    const twice = { attributes: [1, 2].map((n) => ({ key: 'a', value: { intValue: String(n) } })) };
    should(() => addKeyTypes(types, twice)).throw(/a key twice/);
  });
});

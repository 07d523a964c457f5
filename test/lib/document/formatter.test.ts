import should from 'should';
import { bind, CompiledDefinition, DefinitionStore } from '../../../lib/definition';
import {
  createFormatter,
  DocumentObject,
  DocumentProfile,
  EventDocument,
  LossDocument,
  PlaceholderDocument
} from '../../../lib/document';
import { Item, LossItem, RecordItem } from '../../../lib/stream/items';
import { Snapshot } from '../../../lib/ring/snapshot';
import { LooseFacts } from '../../../lib/stream/stream-facts';
import { EventType, Flag, Key } from '../../../lib/wire';
import { recordInput } from '../../support/records';
import { boundTo, unbound } from './support/bindings';
import { itemOf } from './support/items';
import { plant, plantDefinition } from './support/plant';
import { slot } from './support/slots';

const stopped = (abs: number, seq: number): RecordItem =>
  itemOf(recordInput({ eventTypeId: EventType.LoggerStopped, seq }), abs);
const loss = (changes: Partial<LossItem> = {}): LossItem => ({
  kind: 'loss',
  runId: '18446744073709551615',
  sourceId: 1,
  firstSeq: 3,
  lastSeq: 7,
  count: 5,
  basis: 'inferred',
  class: 'lost',
  ...changes
});

describe('the formatter', () => {
  let compiled: CompiledDefinition;
  before(() => {
    compiled = plant();
  });

  const objects = (
    items: readonly Item[],
    facts: LooseFacts = {},
    profile: DocumentProfile = 'strict'
  ): DocumentObject[] => createFormatter({ profile }).objects(items, facts, boundTo(compiled));
  const texts = (items: readonly Item[], facts: LooseFacts = {}, profile: DocumentProfile = 'strict'): string[] =>
    createFormatter({ profile }).texts(items, facts, boundTo(compiled));

  it('keeps the order of items and gives none for upgrades, laps, incarnations and skipped ranges', () => {
    const items: Item[] = [
      { kind: 'incarnation', from: 0, to: 1, reason: 'runIdChanged' },
      stopped(0, 2),
      { kind: 'lap', fromAbs: 44, toAbs: 88, lostCountDelta: 1 },
      loss(),
      loss({ upgrade: true, basis: 'authoritative' }),
      stopped(88, 8),
      { kind: 'skipped', fromAbs: 132, toAbs: 140, reason: 'crcMismatch' },
      loss({ firstSeq: 9, lastSeq: 9, count: 1 })
    ];
    for (const profile of ['strict', 'enriched'] as const) {
      should(objects(items, {}, profile).map(({ kind }) => kind)).eql(['event', 'loss', 'event', 'loss']);
      should(texts(items, {}, profile).length).equal(4);
    }
  });

  it('gives nothing for nothing', () => {
    should(objects([])).eql([]);
    should(texts([])).eql([]);
  });

  it('uses the defaults of bytes that came without a ring', () => {
    const [document] = createFormatter({ profile: 'strict' }).objects(
      [stopped(0, 2)],
      {},
      bind(new DefinitionStore(), { stream: '', whenUnadvertised: 'placeholder' })
    ) as PlaceholderDocument[];
    should(document).eql({
      kind: 'placeholder',
      provenance: {
        bufferId: 0,
        source: { id: 1 },
        runId: '1',
        epoch: { id: 0, relation: 'current', definitionHash: '0000000000000000' },
        sourceTimeNs: '0',
        receiveTimeNs: '0',
        flags: { timeUnsynced: false, syntheticRecord: false, partialPayload: false }
      },
      eventTypeId: 0x102,
      seq: 2,
      reason: { kind: 'missingCurrentDefinition' },
      rawSlots: []
    });
  });

  it('writes losses: full integers as text, strings by field as objects, flags all false, no source time', () => {
    const facts = { bufferId: 2, receiveTimeNs: '18446744073709551615' };
    const head =
      '{"kind":"loss","provenance":{"bufferId":2,"source":{"id":1},"runId":18446744073709551615,"epoch":{"id":0,"relation":"current",';
    const flags = '"flags":{"timeUnsynced":false,"syntheticRecord":false,"partialPayload":false}}';
    should(texts([loss({ basis: 'authoritative' })], facts)).eql([
      `${head}"definitionHash":"${compiled.carriageHash}","semanticVersion":"2.1.0"},"receiveTimeNs":18446744073709551615,${flags},"firstSeq":3,"lastSeq":7,"count":5,"basis":"authoritative"}`
    ]);
    const [document] = objects([loss()], facts) as LossDocument[];
    should([document.provenance.runId, document.provenance.receiveTimeNs, document.count, document.basis]).eql([
      '18446744073709551615',
      '18446744073709551615',
      5,
      'inferred'
    ]);
    should(document).not.have.properties('class', 'text');
  });

  it('enriches losses with the source times around the gap, as object and as text', () => {
    const given = loss({ class: 'before-contact', beforeTimeNs: '9', afterTimeNs: '8' });
    const facts = { receiveTimeNs: '1780000000000000001' };
    const [object] = objects([given], facts, 'enriched') as LossDocument[];
    should(object).have.properties({ class: 'before-contact', afterTimeNs: '8', beforeTimeNs: '9' });
    should(object.text).equal('5 records of Mixer.Main overwritten before first contact (seq 3 to 7)');
    // In text, times are numbers of 64 bits, as everywhere.
    should(texts([given], facts, 'enriched')[0]).containEql(
      '"class":"before-contact","afterTimeNs":8,"beforeTimeNs":9,"text":'
    );
    should(JSON.parse(texts([given], facts, 'strict')[0])).not.have.any.keys('class', 'afterTimeNs', 'beforeTimeNs');
  });

  it('enriches losses with class, source and a line', () => {
    const [lost, maybe] = objects(
      [loss(), loss({ sourceId: 5, firstSeq: 4, lastSeq: 4, count: 1, class: 'indeterminate' })],
      { receiveTimeNs: '1780000000000000001' },
      'enriched'
    ) as LossDocument[];
    should([lost.class, lost.text, lost.provenance.source.name]).eql([
      'lost',
      '5 records of Mixer.Main lost (seq 3 to 7)',
      'Mixer.Main'
    ]);
    should([maybe.class, maybe.text, maybe.provenance.source.name]).eql([
      'indeterminate',
      '1 record of source 5 may or may not have been delivered (seq 4)',
      undefined
    ]);
    should(lost.provenance.time).equal('2026-05-28T20:26:40.000000001Z');
  });

  it('writes JSON also where a flow has made the items, with zeros in front', () => {
    const items = [{ ...stopped(0, 1), runId: '007', sourceTimeNs: '00' }, loss({ runId: '0008' })];
    should(texts(items).map((text) => (JSON.parse(text) as EventDocument).provenance.runId)).eql([7, 8]);
    should(objects(items).map(({ provenance }) => provenance.runId)).eql(['7', '8']);
  });

  it('shows the three flags and hides the others', () => {
    const flagged = itemOf(
      recordInput({ eventTypeId: EventType.LoggerStopped, flags: Flag.HasCrc | 0xfff0 | Flag.Synthetic })
    );
    should(objects([flagged])[0].provenance.flags).eql({
      timeUnsynced: false,
      syntheticRecord: true,
      partialPayload: false
    });
    const others = itemOf(
      recordInput({ eventTypeId: EventType.LoggerStopped, flags: Flag.TimeUnsynced | Flag.PartialPayload })
    );
    should(objects([others])[0].provenance.flags).eql({
      timeUnsynced: true,
      syntheticRecord: false,
      partialPayload: true
    });
  });

  it('gives every document objects of its own', () => {
    const items = [stopped(0, 1), stopped(44, 2)];
    const [first, second] = objects(items, {}, 'enriched');
    (first.provenance.source.path as string[]).push('changed');
    first.provenance.flags.timeUnsynced = true;
    first.provenance.epoch.id = 99;
    should(second.provenance.source.path).eql(['Plant', 'Mixer']);
    should(second.provenance.flags.timeUnsynced).be.false();
    should(second.provenance.epoch.id).equal(0);
    should(plantDefinition.sources[0].path).eql(['Plant', 'Mixer']);
    const drift = unbound({ kind: 'drift', detail: { actual: 'aa', epoch: 'current', expected: 'bb' } });
    const [a, b] = createFormatter({ profile: 'strict' }).objects(items, {}, drift) as PlaceholderDocument[];
    (a.reason as { kind: string }).kind = 'changed';
    should(b.reason.kind).equal('drift');
  });

  it('holds nothing but plain values: no bigint, no class, no typed array', () => {
    const message = itemOf(
      recordInput({
        slots: [
          slot(Key.messageTemplateId, 100),
          slot(Key.arg, 3, 7),
          slot(Key.arg, Uint8Array.of(1), 13),
          slot(0x8001, 3, 8)
        ]
      })
    );
    const check = (value: unknown): void => {
      if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return;
      should(typeof value).equal('object');
      should([Object.prototype, Array.prototype]).containEql(Object.getPrototypeOf(value));
      Object.values(value as object).forEach(check);
    };
    for (const profile of ['strict', 'enriched'] as const)
      objects([message, loss(), itemOf(recordInput({ eventTypeId: 99 }))], {}, profile).forEach(check);
  });

  it('does not change the items', () => {
    const items = [itemOf(recordInput({ slots: [slot(Key.messageTemplateId, 100), slot(Key.arg, 'x', 12)] })), loss()];
    const before = JSON.stringify(items);
    objects(items, {}, 'enriched');
    texts(items, {}, 'enriched');
    should(JSON.stringify(items)).equal(before);
  });

  describe('with epochs', () => {
    let old: CompiledDefinition;
    let store: DefinitionStore;
    let snapshot: Snapshot;
    const epochs = (): { epochId: number; firstAbs: number; hash: string }[] => [
      { epochId: 5, firstAbs: 100, hash: old.carriageHash },
      { epochId: 6, firstAbs: 200, hash: compiled.carriageHash }
    ];

    before(() => {
      old = plant({ header: { ...plantDefinition.header, semanticVersion: '1.9.0' } });
      store = new DefinitionStore();
      store.add(old, 'old');
      store.add(compiled, 'new');
      snapshot = {
        version: 2,
        caps: 0,
        bufferBytes: 4096,
        headAbs: 300,
        oldestAbs: 0,
        lostCount: 0,
        runId: '1',
        epochId: 6,
        epochFirstAbs: 200,
        definitionHash: compiled.carriageHash,
        prevDefinitionHash: old.carriageHash
      };
    });

    const inEpochs = (items: Item[], profile: DocumentProfile = 'strict'): DocumentObject[] => {
      const facts = { snapshot, epochs: epochs() };
      return createFormatter({ profile }).objects(
        items,
        facts,
        bind(store, { stream: 's', snapshot, epochs: epochs(), whenUnadvertised: 'placeholder' })
      );
    };

    it('a record belongs to the epoch of its position; the current id stands in all of them', () => {
      const documents = inEpochs([stopped(50, 0), stopped(100, 1), stopped(200, 2)]) as EventDocument[];
      should(documents.map(({ kind, provenance: { epoch } }) => [kind, epoch])).eql([
        ['placeholder', { id: 6, relation: 'prior', definitionHash: old.carriageHash }],
        ['event', { id: 6, relation: 'prior', definitionHash: old.carriageHash, semanticVersion: '1.9.0' }],
        ['event', { id: 6, relation: 'current', definitionHash: compiled.carriageHash, semanticVersion: '2.1.0' }]
      ]);
      should((documents[0] as unknown as PlaceholderDocument).reason).eql({ kind: 'stalePriorEpoch' });
    });

    it("enriched documents add the prior epoch's own id where it is known", () => {
      const documents = inEpochs([stopped(50, 0), stopped(100, 1), stopped(200, 2)], 'enriched');
      should(documents.map(({ provenance: { epoch } }) => epoch.priorId)).eql([undefined, 5, undefined]);
    });

    it('a loss carries the epoch of the record that revealed it, the last ones the current epoch', () => {
      const documents = inEpochs([
        loss({ firstSeq: 0 }),
        loss({ firstSeq: 1 }),
        stopped(100, 1),
        loss({ firstSeq: 2 }),
        stopped(200, 2),
        loss({ firstSeq: 3 })
      ]);
      should(documents.filter(({ kind }) => kind === 'loss').map(({ provenance }) => provenance.epoch.relation)).eql([
        'prior',
        'prior',
        'current',
        'current'
      ]);
      should(inEpochs([loss()])[0].provenance.epoch.relation).equal('current');
    });
  });
});

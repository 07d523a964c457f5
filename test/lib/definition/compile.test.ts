import should from 'should';
import {
  ANY_TAG,
  compileDefinition,
  CompiledDefinition,
  compiledSlot,
  compileModel,
  definitionWarnings,
  canonicalEventTypes,
  parseDefinition,
  writeDefinition
} from '../../../lib/definition';
import { changed, fullFile, objectAt, PlainObject } from './full-file';

function compiled(text: string | Uint8Array): CompiledDefinition {
  const result = compileDefinition(text);
  if (!result.ok) throw new Error(result.message);
  return result.compiled;
}

/** The full file with every table's first entry repeated under another name. */
const repeated = (): string =>
  changed((file) => {
    for (const [name, table] of Object.entries(file)) {
      if (!Array.isArray(table) || name === 'eventTypes') continue;
      const twin = structuredClone(table[0]) as PlainObject;
      for (const label of ['name', 'symbol', 'label']) if (label in twin) twin[label] = 'twin';
      if (name === 'enumSets') twin.name = (table[0] as PlainObject).name;
      if (name === 'enumSets') twin.members = [{ value: 0, label: 'twin' }];
      table.push(twin);
    }
    (objectAt(file, '/enumSets/0').members as PlainObject[]).push({ value: 0, label: 'twin' });
    (objectAt(file, '/conditions/0').causeOperands as PlainObject[]).push({ operandId: 1, name: 'twin' });
  });

describe('a compiled definition', () => {
  it('knows its hashes and version, from text or from bytes', () => {
    const fromText = compiled(JSON.stringify(fullFile()));
    fromText.contentHash.should.match(/^[0-9a-f]{64}$/);
    fromText.carriageHash.should.equal(fromText.contentHash.slice(0, 16));
    fromText.semanticVersion.should.equal('1.2.3');
    should(fromText.violation).be.undefined();
    should(fromText.fullHashDrift).be.undefined();
    compiled(Buffer.from(JSON.stringify(fullFile()))).contentHash.should.equal(fromText.contentHash);
  });

  it('has a map for every lookup, in which the first entry with an id wins', () => {
    for (const text of [JSON.stringify(fullFile()), repeated()]) {
      const it = compiled(text);
      should(it.sources.get(10)?.name).equal('Mixer');
      should(it.machines.get(7)?.machine.name).equal('Phase');
      should([...it.machines.get(7)!.states]).eql([[0, 'Idle']]);
      should(it.conditions.get(5)?.condition.name).equal('TooHot');
      should([...it.conditions.get(5)!.operands]).eql([[1, 'T1']]);
      should(it.templates.get(3)?.format).equal('Status: {1}');
      should(it.templates.get(3)?.name).equal('Status');
      should(it.values.get(4)?.value.name).equal('Level');
      should(it.values.get(4)?.unitSymbol).equal('L');
      should([...it.units]).eql([[2, 'L']]);
      should([...it.enumSets.get('Phases')!]).eql([[0, 'Idle']]);
      should(it.recipes.get(1)?.name).equal('Base');
      should(it.batches.get(1)?.name).equal('B1');
      should(it.materials.get(1)?.material.name).equal('Water');
      should(it.materials.get(1)?.unitSymbol).equal('L');
      should(it.operators.get('a1')?.name).equal('Ann');
      should([...it.signatureMeanings]).eql([[0, 'Author']]);
    }
  });

  it('leaves open what the file leaves open: a missing enum set, a unit that is not listed', () => {
    const it = compiled(
      changed((file) => {
        objectAt(file, '/stateMachines/0').enumSet = 'elsewhere';
        objectAt(file, '/stateMachines/0').proceduralModel = null;
        objectAt(file, '/values/0').unit = 99;
        objectAt(file, '/materialDefinitions/0').unit = null;
      })
    );
    it.machines.get(7)!.states.size.should.equal(0);
    should(it.values.get(4)!.unitSymbol).be.undefined();
    should(it.materials.get(1)!.unitSymbol).be.undefined();
  });

  it('finds a name like __proto__ only where the file has it', () => {
    const it = compiled(changed((file) => (objectAt(file, '/operatorDefinitions/0').actor = '__proto__')));
    should(it.operators.get('__proto__')?.name).equal('Ann');
    should(it.enumSets.get('__proto__')).be.undefined();
    should(it.enumSets.get('constructor')).be.undefined();
  });

  it('holds every slot of every canonical event by key, in order, with what validation asks for', () => {
    const result = parseDefinition(JSON.stringify(fullFile()));
    if (!result.ok) throw new Error(result.message);
    const privateSlot = {
      key: 0x8001,
      type: 7,
      valuePayload: false,
      minOccurs: 0,
      maxOccurs: 'unbounded',
      orderClass: 99
    };
    const declared = canonicalEventTypes().map((event) => ({ ...event, slots: [...event.slots, privateSlot] }));
    const it = compileModel({ ...result.definition, eventTypes: declared });
    it.eventTypes.size.should.equal(38);
    for (const event of declared) {
      const compiledEvent = it.eventTypes.get(event.id)!;
      compiledEvent.should.match({ id: event.id, name: event.name, profile: event.profile });
      for (const [index, slot] of event.slots.entries()) {
        const found = compiledSlot(compiledEvent, slot.key)!;
        should(found).equal(compiledEvent.slots[index]);
        should(found).equal(compiledEvent.byKey.get(slot.key));
        should(found).eql({
          key: slot.key,
          index,
          expectedTag: slot.valuePayload ? ANY_TAG : slot.type,
          minOccurs: slot.minOccurs,
          maxOccurs: slot.maxOccurs === 'unbounded' ? Infinity : slot.maxOccurs,
          orderClass: slot.orderClass
        });
      }
      const keys = new Set(event.slots.map(({ key }) => key));
      for (const key of [0, 1, 2, 13, 59, 63, 64, 100, 0x7fff, 0x8000, 0x8001, 0xffff])
        (compiledSlot(compiledEvent, key) !== undefined).should.equal(keys.has(key));
    }
  });

  it('is loaded although it breaks a rule of validation, and says which', () => {
    const it = compiled(changed((file) => (objectAt(file, '/eventTypes/0/slots/0').type = 4)));
    should(it.violation).eql({ coreTypeMismatch: { actual: 4, eventTypeId: 1, expected: 5, key: 1 } });
    should(it.eventTypes.get(1)?.name).equal('StateTransition');
  });

  it('is loaded although it names another hash than its own, and says so to people', () => {
    for (const named of ['0'.repeat(64), 'nonsense', compiled(JSON.stringify(fullFile())).contentHash.toUpperCase()]) {
      const it = compiled(changed((file) => (objectAt(file, '/header').contentHash = named)));
      should(it.fullHashDrift).eql({ actual: it.contentHash, expected: named });
      const [warning] = definitionWarnings(it);
      warning.code.should.equal('OPENOT_DEFINITION_HASH_MISMATCH');
      warning.message.should.containEql(named.slice(0, 60)).and.containEql(it.contentHash);
    }
  });

  it('is in order when the hash it names is its own', () => {
    const result = parseDefinition(JSON.stringify(fullFile()));
    if (!result.ok) throw new Error(result.message);
    const it = compiled(writeDefinition(result.definition));
    should(it.fullHashDrift).be.undefined();
    definitionWarnings(it).should.eql([]);
  });

  it('does not exist for a file that breaks a parsing rule', () => {
    should(compileDefinition('{"header":1.5}')).match({ ok: false, code: 'OPENOT_DEFINITION_FLOAT' });
    should(compileDefinition('[]', { maxBytes: 1 })).match({ ok: false, code: 'OPENOT_DEFINITION_TOO_LARGE' });
  });
});

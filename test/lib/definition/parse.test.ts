import should from 'should';
import { definitionHash, DefinitionError, parseDefinition } from '../../../lib/definition';
import { changed, FieldRow, fullFile, Kind, objectAt, objects, PlainObject, withRaw } from './full-file';

function refusal(text: string): DefinitionError {
  const result = parseDefinition(text);
  if (result.ok) throw new Error('the file was accepted: ' + text.slice(0, 200));
  return result;
}

function model(text: string): PlainObject {
  const result = parseDefinition(text);
  if (!result.ok) throw new Error(result.message);
  return result.definition as unknown as PlainObject;
}

/** Raw JSON values that a field of this kind accepts, and ones it refuses with the code for it. */
function samples(kind: Kind): { good: string[]; wrongType: string[]; outOfRange: string[]; wrongValue: string[] } {
  const unsigned = (max: string, next: string): ReturnType<typeof samples> => ({
    good: ['0', '1', max],
    wrongType: ['"1"', 'true', '[]', '{}'],
    outOfRange: ['-1', next, '18446744073709551615', '1.0', '1e0', '-0'],
    wrongValue: []
  });
  switch (kind) {
    case 'u8':
      return unsigned('255', '256');
    case 'u16':
      return unsigned('65535', '65536');
    case 'u32':
      return unsigned('4294967295', '4294967296');
    case 'i64':
      return {
        good: ['-9223372036854775808', '9223372036854775807', '0'],
        wrongType: ['"1"', 'true', '[]', '{}'],
        outOfRange: ['-9223372036854775809', '9223372036854775808', '18446744073709551615', '1e0'],
        wrongValue: []
      };
    case 'maxOccurs':
      return {
        good: ['0', '65535', '"unbounded"', '"many"', '""'],
        wrongType: ['true', '[]', '{}'],
        outOfRange: ['-1', '65536', '1.0'],
        wrongValue: []
      };
    case 'string':
      return {
        good: ['""', '"x"', '"\\u0000é😀"'],
        wrongType: ['1', 'false', '[]', '{}'],
        outOfRange: [],
        wrongValue: []
      };
    case 'boolean':
      return { good: ['true', 'false'], wrongType: ['0', '1', '"true"', '[]', '{}'], outOfRange: [], wrongValue: [] };
    case 'overflowPolicy':
      return {
        good: ['"overwrite-oldest"', '"drop-newest"', '"hold-producer"'],
        wrongType: ['1', 'true'],
        outOfRange: [],
        wrongValue: ['""', '"Overwrite-Oldest"', '"retain"']
      };
    case 'epochStrategy':
      return {
        good: ['"retain"', '"clear"'],
        wrongType: ['1', '[]'],
        outOfRange: [],
        wrongValue: ['"Retain"', '"drop-newest"']
      };
    case 'strings':
      return {
        good: ['[]', '["a","a"]'],
        wrongType: ['"a"', '{}', '1', '[1]', '[null]', '["a",[]]'],
        outOfRange: [],
        wrongValue: []
      };
    case 'u8s':
      return {
        good: ['[]', '[0,255]'],
        wrongType: ['1', '{}', '["1"]', '[null]'],
        outOfRange: ['[256]', '[-1]'],
        wrongValue: []
      };
    case 'objects':
      return { good: ['[]'], wrongType: ['{}', '1', '"a"', '[1]', '[null]', '[[]]'], outOfRange: [], wrongValue: [] };
    case 'object':
      return { good: [], wrongType: ['[]', '1', '"a"', 'true', '[1,2]'], outOfRange: [], wrongValue: [] };
  }
}

function checkField(pointer: string, [name, kind, presence]: FieldRow): void {
  const here = `${pointer}/${name}`;
  const { good, wrongType, outOfRange, wrongValue } = samples(kind);
  for (const raw of good) parseDefinition(withRaw(pointer, name, raw)).ok.should.equal(true, `${here} ${raw}`);
  const refused: [string[], string][] = [
    [wrongType, 'OPENOT_DEFINITION_WRONG_TYPE'],
    [outOfRange, 'OPENOT_DEFINITION_INTEGER_RANGE'],
    [wrongValue, 'OPENOT_DEFINITION_WRONG_VALUE'],
    [presence === 'optional' ? [] : ['null'], 'OPENOT_DEFINITION_WRONG_TYPE']
  ];
  for (const [raws, code] of refused) {
    for (const raw of raws) {
      const text = withRaw(pointer, name, raw);
      const error = refusal(text);
      should(error.code).equal(code, `${here} ${raw}: ${error.message}`);
      error.pointer.should.startWith(here);
      const lines = text.split('\n');
      // The place is that of the value: what stands there in the file is the raw text itself, or an item of it.
      if (error.pointer === here) lines[error.line - 1].slice(error.column - 1).should.startWith(raw, here);
    }
  }
  const missing = parseDefinition(changed((file) => delete objectAt(file, pointer)[name]));
  if (presence === 'required')
    missing.should.match({
      ok: false,
      code: 'OPENOT_DEFINITION_MISSING_KEY',
      pointer,
      message: new RegExp(`"${name}" is missing`)
    });
  else missing.ok.should.equal(true, here);
}

describe('the typed model of a definition', () => {
  it('is what the file says, field by field', () => {
    const parsed = model(JSON.stringify(fullFile()));
    const expected = fullFile();
    // The two places where the model's form is not the file's own.
    const scaled = objectAt(parsed, '/values/0/deadband/scaled') as unknown as { value: bigint };
    scaled.value.should.equal(5n);
    (scaled as unknown as PlainObject).value = 5;
    should(JSON.parse(JSON.stringify(parsed))).eql(expected);
  });

  for (const [pointer, fields] of objects) {
    describe(pointer === '' ? 'the file itself' : pointer, () => {
      for (const field of fields) {
        it(`holds in ${field[0]} what the rule allows (${field[1]}, ${field[2]}) and nothing else`, () =>
          checkField(pointer, field));
      }

      it('refuses an unknown key, also __proto__, constructor and a name in another case', () => {
        for (const key of [
          'extra',
          '__proto__',
          'constructor',
          'toString',
          '',
          fields[0][0].toUpperCase(),
          fields[0][0] + ' '
        ]) {
          const text = withRaw(pointer, '@key@', '{}').replace('"@key@"', () => JSON.stringify(key));
          const error = refusal(text);
          error.should.match(
            { code: 'OPENOT_DEFINITION_UNKNOWN_KEY', pointer: `${pointer}/${key}`, rule: 'docs/format.md 11.3' },
            key
          );
          text
            .split('\n')
            [error.line - 1].slice(error.column - 1)
            .should.startWith(JSON.stringify(key) + ': {}');
        }
      });

      it('refuses a duplicate of any of its keys, though the value be the same', () => {
        for (const [name] of fields) {
          const value = JSON.stringify(objectAt(fullFile(), pointer)[name]);
          const text = withRaw(pointer, '@key@', value).replace('"@key@"', () => JSON.stringify(name));
          refusal(text).should.match({ code: 'OPENOT_DEFINITION_DUPLICATE_KEY', pointer: `${pointer}/${name}` });
        }
      });

      it('is no array with its fields by position', () => {
        if (pointer === '') refusal('[]').code.should.equal('OPENOT_DEFINITION_WRONG_TYPE');
        else {
          const cut = pointer.lastIndexOf('/');
          const raw = JSON.stringify(Object.values(objectAt(fullFile(), pointer)));
          const parent = pointer.slice(0, cut);
          const step = pointer.slice(cut + 1);
          refusal(withRaw(parent, step, raw)).should.match({ code: 'OPENOT_DEFINITION_WRONG_TYPE', pointer });
        }
      });
    });
  }

  it('fills in lists and flags that the file leaves out, and leaves options absent', () => {
    const least = model(
      changed((file) => {
        for (const key of Object.keys(file)) if (key !== 'header' && key !== 'severityScale') delete file[key];
      })
    );
    for (const [name] of objects[0][1]) if (name !== 'header' && name !== 'severityScale') should(least[name]).eql([]);
    const slot = model(
      changed(
        (file) =>
          delete objectAt(file, '/eventTypes/0/slots/0').type &&
          delete objectAt(file, '/eventTypes/0/slots/0').valuePayload
      )
    );
    should(objectAt(slot, '/eventTypes/0/slots/0')).eql({
      key: 1,
      valuePayload: false,
      minOccurs: 1,
      maxOccurs: 1,
      orderClass: 1
    });
  });

  it('reads an explicit null of an option as absent', () => {
    for (const [pointer, fields] of objects) {
      for (const [name, , presence] of fields) {
        if (presence !== 'optional') continue;
        const withNull = model(withRaw(pointer, name, 'null'));
        const without = model(changed((file) => delete objectAt(file, pointer)[name]));
        should(withNull).eql(without);
        Object.hasOwn(objectAt(withNull, pointer), name).should.equal(false);
        const hashes = [withNull, without].map((each) => definitionHash(each as never));
        hashes[0].contentHash.should.equal(hashes[1].contentHash);
      }
    }
  });

  it('keeps all digits of a scaled deadband', () => {
    const parsed = model(withRaw('/values/0/deadband/scaled', 'value', '9223372036854775807'));
    should((objectAt(parsed, '/values/0/deadband/scaled') as unknown as { value: bigint }).value).equal(
      9223372036854775807n
    );
  });

  it('gives objects no prototype of the file’s making', () => {
    const text = withRaw('', '@key@', '{"polluted":true}').replace('"@key@"', '"__proto__"');
    refusal(text).code.should.equal('OPENOT_DEFINITION_UNKNOWN_KEY');
    should(({} as { polluted?: boolean }).polluted).be.undefined();
  });

  it('does not judge what docs/format.md 11.5 leaves free', () => {
    const free: ((file: PlainObject) => void)[] = [
      (file) => (objectAt(file, '/header').contentHash = 'not a hash'),
      (file) => (objectAt(file, '/header').wireVersion = 99),
      (file) => (objectAt(file, '/header').semanticVersion = ''),
      (file) => (objectAt(file, '/severityScale/low').min = 60000),
      (file) => (objectAt(file, '/values/0').unit = 999),
      (file) => (objectAt(file, '/values/0').dataType = 200),
      (file) =>
        (file.units = [
          { unitId: 2, symbol: 'a' },
          { unitId: 2, symbol: 'b' }
        ])
    ];
    for (const change of free) parseDefinition(changed(change)).ok.should.equal(true);
  });

  it('names the pointer and the place in a message', () => {
    const error = refusal(JSON.stringify(fullFile(), null, 2).replace('"unitId": 2', '"unitId": 70000'));
    error.pointer.should.equal('/units/0/unitId');
    error.message.should.equal(
      'invalid definition JSON: integer number out of range: found 70000, expected 0 to 65535 at line ' +
        `${error.line} column ${error.column} (/units/0/unitId)`
    );
    JSON.stringify(fullFile(), null, 2).split('\n')[error.line - 1].should.containEql('"unitId"');
  });
});

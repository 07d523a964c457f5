import should from 'should';
import {
  canonicalEventTypes,
  canonicalJson,
  Definition,
  definitionHash,
  parseDefinition,
  prettyJson,
  writeDefinition
} from '../../../lib/definition';
import { definitionText, describeVectors } from '../../support/vectors';
import { changed, fullFile, objectAt, objects, PlainObject, withRaw } from './full-file';

function model(text: string): Definition {
  const result = parseDefinition(text);
  if (!result.ok) throw new Error(result.message);
  return result.definition;
}

const contentHash = (definition: Definition): string => definitionHash(definition).contentHash;
const SAMPLE = 'a714f0ffbcd2aab55b06fe23ea2800071e1b1ea79a589e6507ae062e1f36e117';
const REACTOR = '3d58d7499ed6dccdc2aaca36d26bfa42a43aad6920761029cf2577ca6b2ad193';
const REDUCED = 'c0e981eae8ca6670a11ada4ef256a002ecc3041b50eea6e1fd0867e342277ac1';

/** Generic canonical JSON of parsed JSON: what the rule means, by other means than the code under test. */
function jcs(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(jcs).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${jcs(each)}`).join(',')}}`;
}

describeVectors('the published definitions', () => {
  it('have their published hashes', () => {
    should(definitionHash(model(definitionText('sample')))).eql({
      contentHash: SAMPLE,
      carriageHash: 'a714f0ffbcd2aab5'
    });
    should(definitionHash(model(definitionText('reactor')))).eql({
      contentHash: REACTOR,
      carriageHash: '3d58d7499ed6dccd'
    });
  });

  it('have it in the reduced form of the sample', () => {
    const { header, ...rest } = model(definitionText('sample'));
    const reduced: Definition = {
      ...rest,
      header: {
        ...header,
        profiles: ['Core'],
        conformanceLevel: 'Producer-Core',
        constraints: { ...header.constraints, maxRecordSize: 128, maxSlots: 4 }
      },
      eventTypes: [],
      sources: [],
      stateMachines: [],
      messageTemplates: [],
      enumSets: []
    };
    should(contentHash(reduced)).equal(REDUCED);
  });

  it('prove the registry: its 38 events are the sample’s and the reactor’s event types', () => {
    const events = canonicalEventTypes();
    events.should.have.length(38);
    for (const [name, hash] of [
      ['sample', SAMPLE],
      ['reactor', REACTOR]
    ]) {
      const definition = model(definitionText(name));
      should(events).eql(definition.eventTypes);
      should(contentHash({ ...definition, eventTypes: events })).equal(hash);
    }
  });

  it('come back byte for byte when written', () => {
    for (const name of ['sample', 'reactor', 'procedural_model_states_accepts', 'procedural_model_states_rejects']) {
      should(prettyJson(model(definitionText(name)))).equal(definitionText(name));
    }
    should(writeDefinition(model(definitionText('reactor')))).equal(definitionText('reactor'));
    const written = writeDefinition(model(definitionText('sample')));
    should(written).equal(definitionText('sample').replace('"contentHash": ""', `"contentHash": "${SAMPLE}"`));
  });
});

describe('the canonical form of a definition', () => {
  it('is the file’s own canonical JSON where the file writes every key', () => {
    const file = fullFile();
    // A slot's absent type and false valuePayload are the exceptions.
    delete objectAt(file, '/eventTypes/0/slots/0').valuePayload;
    should(canonicalJson(model(JSON.stringify(file)))).equal(jcs(file));
  });

  it('is the same whatever the order of keys, the white space and the hash that the file names', () => {
    const reversed = (value: unknown): unknown =>
      Array.isArray(value)
        ? value.map(reversed)
        : typeof value === 'object' && value !== null
          ? Object.fromEntries(
              Object.entries(value)
                .reverse()
                .map(([key, each]) => [key, reversed(each)])
            )
          : value;
    const expected = contentHash(model(JSON.stringify(fullFile())));
    should(contentHash(model(JSON.stringify(reversed(fullFile()), null, '\t')))).equal(expected);
    should(contentHash(model(changed((file) => (objectAt(file, '/header').contentHash = 'f'.repeat(64)))))).equal(
      expected
    );
    canonicalJson(model(JSON.stringify(fullFile()))).should.containEql('"contentHash":""');
  });

  it(
    'writes absent lists as [], absent options as null, and leaves out only a slot’s ' + 'type and false valuePayload',
    () => {
      for (const [pointer, fields] of objects) {
        for (const [name, , presence] of fields) {
          if (presence === 'required') continue;
          const file = fullFile();
          delete objectAt(file, '/eventTypes/0/slots/0').valuePayload;
          delete objectAt(file, pointer)[name];
          const text = JSON.stringify(file);
          const isSlotOption = pointer === '/eventTypes/0/slots/0' && (name === 'type' || name === 'valuePayload');
          if (!isSlotOption) objectAt(file, pointer)[name] = presence === 'list' ? [] : null;
          should(canonicalJson(model(text))).equal(jcs(file), `${pointer}/${name}`);
        }
      }
    }
  );

  it('does not feel an explicit valuePayload of false or a type of null', () => {
    const slot = '/eventTypes/0/slots/1';
    const bare = contentHash(model(changed(() => undefined)));
    should(contentHash(model(changed((file) => (objectAt(file, slot).type = null))))).equal(bare);
    should(contentHash(model(changed((file) => delete objectAt(file, '/eventTypes/0/slots/0').valuePayload)))).equal(
      bare
    );
  });

  it('feels every other value of the file', () => {
    const seen = new Set<string>([contentHash(model(JSON.stringify(fullFile())))]);
    let changes = 0;
    for (const [pointer, fields] of objects) {
      for (const [name, kind] of fields) {
        if (name === 'contentHash' || kind === 'object' || kind === 'objects') continue;
        const raws: Record<string, string> = {
          string: '"other"',
          strings: '["other"]',
          u8s: '[9]',
          boolean: objectAt(fullFile(), pointer)[name] === true ? 'false' : 'true',
          overflowPolicy: '"drop-newest"',
          epochStrategy: '"clear"',
          maxOccurs: '2'
        };
        seen.add(contentHash(model(withRaw(pointer, name, raws[kind] ?? '99'))));
        changes++;
      }
    }
    seen.size.should.equal(changes + 1);
  });

  it('writes all digits of integers beyond 2^53', () => {
    for (const digits of ['9007199254740993', '-9223372036854775808', '9223372036854775807']) {
      canonicalJson(model(withRaw('/values/0/deadband/scaled', 'value', digits))).should.containEql(
        `{"scale":1,"value":${digits}}`
      );
    }
  });

  it('escapes in strings only what must be', () => {
    const raw = '"\\u0000\\u001f\\b\\t\\n\\f\\r\\"\\\\\\/\\u007f\\u2028é\\u00e9😀"';
    canonicalJson(model(withRaw('/units/0', 'symbol', raw))).should.containEql(
      '"symbol":"\\u0000\\u001f\\b\\t\\n\\f\\r\\"\\\\/\u007f\u2028éé😀"'
    );
  });

  it('hashes non-ASCII text as UTF-8', async () => {
    const { createHash } = await import('node:crypto');
    const definition = model(withRaw('/units/0', 'symbol', '"°C é😀"'));
    should(contentHash(definition)).equal(createHash('sha256').update(canonicalJson(definition), 'utf8').digest('hex'));
  });
});

describe('a written definition', () => {
  it('is read back as the same model and carries its own hash', () => {
    const definition = model(withRaw('/values/0/deadband/scaled', 'value', '9223372036854775807'));
    const text = writeDefinition(definition);
    const read = model(text);
    should(read.header.contentHash).equal(contentHash(definition));
    should({ ...read, header: { ...read.header, contentHash: '' } }).eql(definition);
  });

  it('writes every key, absent ones as null', () => {
    const text = writeDefinition(model(changed((file) => delete objectAt(file, '/values/0').deadband)));
    const written = JSON.parse(text) as PlainObject;
    should(objectAt(written, '/values/0').deadband).equal(null);
    text.should.endWith('}\n');
  });
});

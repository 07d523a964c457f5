import should from 'should';
import { DefinitionError, parseDefinition } from '../../../lib/definition';
import { readJson } from '../../../lib/definition/json-reader';
import { JsonTape } from '../../../lib/definition/json-tape';
import { fullFile, withRaw } from './full-file';

/** The value of an entry, integers exact. */
function plain(tape: JsonTape, entry = 0): unknown {
  const children: number[] = [];
  switch (tape.kind(entry)) {
    case 'array':
      for (let item = entry + 1; item < tape.next(entry); item = tape.next(item)) children.push(item);
      return children.map((item) => plain(tape, item));
    case 'object':
      for (let key = entry + 1; key < tape.next(entry); key = tape.next(key + 1)) children.push(key);
      return Object.fromEntries(children.map((key) => [tape.string(key), plain(tape, key + 1)]));
    case 'null':
      return null;
    case 'boolean':
      return tape.boolean(entry);
    case 'integer':
      return tape.integer(entry);
    case 'string':
      return tape.string(entry);
  }
}

function read(text: string, maxDepth = 64): unknown {
  const result = readJson(text, maxDepth);
  if (!result.ok) throw new Error(`${result.code} ${result.what} at ${result.at}`);
  return plain(result.tape);
}

function refusal(text: string | Uint8Array): DefinitionError {
  const result = parseDefinition(text);
  if (result.ok) throw new Error('the file was accepted');
  return result;
}

describe('reading the JSON of a definition', () => {
  it('reads what JSON.parse reads, where both accept', () => {
    const texts = [
      'null',
      'true',
      ' false ',
      '0',
      '-1',
      '[]',
      '{}',
      '[ ]',
      '{ }',
      '\t[1 ,\r\n2]',
      '{"a":{"b":[null,true,"x"]},"c":[]}',
      '""',
      '"\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\ud83d\\ude00 é😀"',
      '[[[[[]]]],{"":""}]',
      JSON.stringify(fullFile()),
      JSON.stringify(fullFile(), null, 3)
    ];
    for (const text of texts) should(read(text)).eql(JSON.parse(text) as unknown, text);
  });

  it('keeps integers exact from -2^63 to 2^64-1 and refuses the next ones', () => {
    should(read('[9007199254740991,-9007199254740991]')).eql([9007199254740991, -9007199254740991]);
    should(read('[9007199254740993,-9223372036854775808,18446744073709551615]')).eql([
      9007199254740993n,
      -9223372036854775808n,
      18446744073709551615n
    ]);
    for (const text of [
      '18446744073709551616',
      '-9223372036854775809',
      '1' + '0'.repeat(400),
      '-' + '9'.repeat(100_000)
    ]) {
      refusal(text).should.match({
        code: 'OPENOT_DEFINITION_INTEGER_RANGE',
        message: /^invalid definition JSON: integer number out of range.* at line 1 column 1$/
      });
      refusal(text).message.length.should.be.below(200);
    }
  });

  it('refuses every number written as a float, by the two texts of the rule', () => {
    for (const text of ['1.5', '-0.1', '1e-3', '2.5E0', '0.30000000000000004', '15e-1']) {
      refusal(text).should.match({
        code: 'OPENOT_DEFINITION_FLOAT',
        message: /^invalid definition JSON: floating-point numbers are not allowed/,
        rule: 'docs/format.md 11.2'
      });
    }
    for (const text of ['1.0', '1e3', '-0', '-0.0', '0e0', '1E+2', '1e400', '-1e400', '18446744073709551616.0']) {
      refusal(text).should.match({
        code: 'OPENOT_DEFINITION_INTEGER_RANGE',
        message: /^invalid definition JSON: integer number out of range/,
        rule: 'docs/format.md 11.2'
      });
    }
  });

  it('refuses what is not JSON, with the place', () => {
    const cases: [text: string, line: number, column: number, what: RegExp][] = [
      ['', 1, 1, /expected a value, found the end of the file/],
      ['  ', 1, 3, /expected a value, found the end of the file/],
      ['NaN', 1, 1, /expected a value, found "N"/],
      ['Infinity', 1, 1, /expected a value/],
      ['tru', 1, 1, /expected a value/],
      ['nul', 1, 1, /expected a value/],
      ['[1,]', 1, 3, /a trailing comma, which must be taken away,/],
      ['[1 2]', 1, 4, /expected "," or "]", found "2"/],
      ['[1}', 1, 3, /expected "," or "]"/],
      ['[1', 1, 3, /found the end of the file/],
      ['{"a":1,}', 1, 7, /a trailing comma, which must be taken away,/],
      ['{"a":[1,\n ]}', 1, 8, /a trailing comma, which must be taken away,/],
      ['{a:1}', 1, 2, /expected a key in double quotes, found "a"/],
      ['{"a" 1}', 1, 6, /expected ":" after a key/],
      ['{"a":1]', 1, 7, /expected "," or "}"/],
      ['{"a"', 1, 5, /expected ":" after a key, found the end/],
      ['{', 1, 2, /expected a key in double quotes, found the end/],
      ['1 2', 1, 3, /expected the end of the file, found "2"/],
      ['{} {}', 1, 4, /expected the end of the file/],
      ['[]]', 1, 3, /expected the end of the file/],
      ["['a']", 1, 2, /expected a value/],
      ['[// no\n1]', 1, 2, /expected a value, found "\/"/],
      ['\u00a01', 1, 1, /expected a value/],
      ['01', 1, 1, /must not begin with a zero/],
      ['-01', 1, 1, /must not begin with a zero/],
      ['-', 1, 1, /digits after the minus/],
      ['+1', 1, 1, /expected a value, found "\+"/],
      ['.5', 1, 1, /expected a value/],
      ['1.', 1, 1, /digits after the decimal point/],
      ['1e', 1, 1, /digits in the exponent/],
      ['1e+', 1, 1, /digits in the exponent/],
      ['0x10', 1, 2, /expected the end of the file, found "x"/],
      ['"a', 1, 3, /the file ends inside a string/],
      ['"\\', 1, 2, /unknown escape/],
      ['"\\x"', 1, 2, /unknown escape/],
      ['"\\u12"', 1, 2, /four hex digits/],
      ['"\\u12g4"', 1, 2, /four hex digits/],
      ['"a\nb"', 1, 3, /control character stands in a string, expected \\u000a/],
      ['"\u0000"', 1, 2, /expected \\u0000/],
      ['"a\u001f"', 1, 3, /expected \\u001f/],
      ['[\n  1,\r\n  ?]', 3, 3, /expected a value, found "\?"/]
    ];
    for (const [text, line, column, what] of cases) {
      const error = refusal(text);
      should(error.code).equal('OPENOT_DEFINITION_SYNTAX', text);
      should([error.line, error.column]).eql([line, column], text);
      error.message.should.match(what, text);
      error.message.should.match(
        new RegExp(`^invalid definition JSON: [^]* at line ${line} column ${column}( \\(.*\\))?$`)
      );
      error.rule.should.equal('docs/format.md 11.1');
    }
  });

  it('points at the value at fault, or at the object whose key is', () => {
    const cases: [text: string, pointer: string][] = [
      ['[{"a":[1,?]}]', '/0/a/1'],
      ['[[],{"a":1,"b":?}]', '/1/b'],
      ['{"a":{"b":1,}}', '/a'],
      ['[[{"b":1},{c:1}]]', '/0/1'],
      ['{"a":{"b":1,"\\x":2}}', '/a'],
      ['{"a":{"b" 1}}', '/a/b'],
      ['{"a":[{"b":"\\q"}]}', '/a/0/b'],
      ['{} ?', '']
    ];
    for (const [text, pointer] of cases)
      refusal(text).should.match({ code: 'OPENOT_DEFINITION_SYNTAX', pointer }, text);
  });

  it('refuses duplicate keys wherever they stand, compared after unescaping', () => {
    const cases: [text: string, pointer: string, line: number, column: number][] = [
      ['{"a":1,"a":2}', '/a', 1, 8],
      ['{"a":1,"\\u0061":1}', '/a', 1, 8],
      ['{"x":[{},{"b":1,\n "b":1}]}', '/x/1/b', 2, 2],
      ['{"__proto__":1,"__proto__":1}', '/__proto__', 1, 16],
      ['{"a/b~c":1,"a/b~c":1}', '/a~1b~0c', 1, 12],
      ['{"":1,"":1}', '/', 1, 7]
    ];
    for (const [text, pointer, line, column] of cases) {
      refusal(text).should.match({
        code: 'OPENOT_DEFINITION_DUPLICATE_KEY',
        pointer,
        line,
        column,
        rule: 'docs/format.md 11.3',
        message: /duplicate key/
      });
    }
    should(read('{"a":{"a":{"a":1}},"b":{"a":1}}')).eql({ a: { a: { a: 1 } }, b: { a: 1 } });
  });

  it('refuses half a surrogate pair, raw or escaped, in values and in keys', () => {
    const cases = [
      '"\\ud800"',
      '"\\udc00"',
      '"\\ud83d\\u0041"',
      '"\\ud83dx"',
      '"\\ud83d\\ud83d\\ude00"',
      '"\\ude00\\ud83d"',
      '"\ud83d"',
      '"\ude00"',
      '"\ud83d\ud83d\ude00"',
      '{"\\ud800":1}'
    ];
    for (const text of cases)
      refusal(text).should.match({ code: 'OPENOT_DEFINITION_LONE_SURROGATE', rule: 'docs/format.md 11.1' }, text);
    refusal(withRaw('/units/0', 'symbol', '"a\\ud800b"')).should.match({
      code: 'OPENOT_DEFINITION_LONE_SURROGATE',
      pointer: '/units/0/symbol'
    });
  });

  it('refuses a byte order mark, in text and in bytes, but keeps one inside a string', () => {
    refusal('\ufeff{}').should.match({ code: 'OPENOT_DEFINITION_BYTE_ORDER_MARK', line: 1, column: 1 });
    refusal(Buffer.from('\ufeff{}')).should.match({ code: 'OPENOT_DEFINITION_BYTE_ORDER_MARK' });
    refusal(Buffer.from([0xfe, 0xff, 0x00, 0x7b])).should.match({ code: 'OPENOT_DEFINITION_INVALID_UTF8' });
    should(read('"\ufeffa"')).equal('\ufeffa');
  });

  it('refuses bytes that are not UTF-8, with the place of the first one', () => {
    const cases: [bytes: number[], line: number, column: number][] = [
      [[0x80], 1, 1],
      [[0x22, 0xff, 0x22], 1, 2],
      [[0x22, 0xc3], 1, 2],
      [[0x22, 0xc0, 0xaf, 0x22], 1, 2],
      [[0x22, 0xc3, 0xa9, 0xc3, 0x28], 1, 3],
      [[0x0a, 0x20, 0xe0, 0x80, 0x80], 2, 2],
      [[0xed, 0xa0, 0x80], 1, 1],
      [[0xe2, 0x82], 1, 1],
      [[0xf0, 0x9f, 0x98, 0x80, 0xf0, 0x80, 0x80, 0x80], 1, 3],
      [[0xf4, 0x90, 0x80, 0x80], 1, 1],
      [[0xf5, 0x80, 0x80, 0x80], 1, 1],
      [[0x22, 0xf0, 0x9f, 0x98], 1, 2]
    ];
    for (const [bytes, line, column] of cases) {
      refusal(new Uint8Array(bytes)).should.match(
        { code: 'OPENOT_DEFINITION_INVALID_UTF8', line, column, message: /is not UTF-8/ },
        bytes.join()
      );
    }
  });

  it('accepts 64 levels of nesting and refuses the 65th, whatever stands there', () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    readJson(nested(64), 64).ok.should.equal(true);
    refusal(nested(64)).code.should.equal('OPENOT_DEFINITION_WRONG_TYPE');
    refusal(nested(65)).should.match({
      code: 'OPENOT_DEFINITION_TOO_DEEP',
      column: 65,
      message: /nested deeper than 64/
    });
    refusal('{"a":'.repeat(64) + '[]').code.should.equal('OPENOT_DEFINITION_TOO_DEEP');
    refusal('{"a":'.repeat(64) + '1' + '}'.repeat(64)).code.should.equal('OPENOT_DEFINITION_UNKNOWN_KEY');
  });

  it('answers nesting of 20,000 with an error, also when the limit is far above that', () => {
    refusal('['.repeat(20_000)).code.should.equal('OPENOT_DEFINITION_TOO_DEEP');
    refusal('{"header":'.repeat(20_000)).code.should.equal('OPENOT_DEFINITION_TOO_DEEP');
    readJson('['.repeat(200_000) + ']'.repeat(200_000), 1_000_000).ok.should.equal(true);
    parseDefinition('['.repeat(200_000) + ']'.repeat(200_000), { maxDepth: 1_000_000 }).should.match({
      ok: false,
      code: 'OPENOT_DEFINITION_WRONG_TYPE',
      pointer: ''
    });
    parseDefinition('['.repeat(200_000), { maxDepth: 1_000_000 }).should.match({
      ok: false,
      code: 'OPENOT_DEFINITION_SYNTAX'
    });
  });

  it('refuses files over the size limit, counted in bytes of UTF-8', () => {
    const text = JSON.stringify(fullFile()).replace('Mixer', 'Mixé€😀');
    const size = Buffer.byteLength(text);
    parseDefinition(text, { maxBytes: size }).ok.should.equal(true);
    parseDefinition(text, { maxBytes: size - 1 }).should.match({
      ok: false,
      code: 'OPENOT_DEFINITION_TOO_LARGE',
      rule: 'docs/format.md 11.1'
    });
    parseDefinition(Buffer.from(text), { maxBytes: size }).ok.should.equal(true);
    parseDefinition(Buffer.from(text), { maxBytes: size - 1 }).should.match({
      ok: false,
      code: 'OPENOT_DEFINITION_TOO_LARGE'
    });
    const limit = 16 * 1024 * 1024;
    const padded = JSON.stringify(fullFile()).padEnd(limit, ' ');
    parseDefinition(padded).ok.should.equal(true);
    refusal(padded + ' ').should.match({
      code: 'OPENOT_DEFINITION_TOO_LARGE',
      message: new RegExp(`${limit + 1} bytes`)
    });
  });

  it('never repeats more than a line of the file in a message', () => {
    refusal(`{"${'k'.repeat(100_000)}":1}`).message.length.should.be.below(500);
    refusal(withRaw('/units/0', 'unitId', JSON.stringify('s'.repeat(100_000)))).message.length.should.be.below(300);
    refusal(`1.${'5'.repeat(100_000)}`).message.length.should.be.below(300);
  });
});

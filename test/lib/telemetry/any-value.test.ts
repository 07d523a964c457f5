import should from 'should';
import {
  anyValue,
  bytesValue,
  isI64Text,
  isValueOf,
  stringValue,
  valueKind,
  ValueKind
} from '../../../lib/telemetry/any-value';
import type { DocumentValue } from '../../../lib/document';

const valueOf = (type: string, value: DocumentValue, nonFinite?: string): unknown => {
  const kind = valueKind(type) as ValueKind;
  should(isValueOf(kind, value, nonFinite)).be.true(`${type} ${JSON.stringify(value)}`);
  return anyValue(kind, value, nonFinite);
};

describe('values as AnyValue', () => {
  const table: [type: string, value: DocumentValue, expected: object][] = [
    ['Bool', true, { boolValue: true }],
    ['Bool', false, { boolValue: false }],
    ['SInt', -128, { intValue: '-128' }],
    ['SInt', 127, { intValue: '127' }],
    ['USInt', 0, { intValue: '0' }],
    ['USInt', 255, { intValue: '255' }],
    ['Int', -32768, { intValue: '-32768' }],
    ['UInt', 65535, { intValue: '65535' }],
    ['DInt', -2147483648, { intValue: '-2147483648' }],
    ['UDInt', 4294967295, { intValue: '4294967295' }],
    ['LInt', '-9223372036854775808', { intValue: '-9223372036854775808' }],
    ['LInt', '9223372036854775807', { intValue: '9223372036854775807' }],
    ['ULInt', '0', { intValue: '0' }],
    ['ULInt', '9223372036854775807', { intValue: '9223372036854775807' }],
    ['ULInt', '9223372036854775808', { stringValue: '9223372036854775808' }],
    ['ULInt', '18446744073709551615', { stringValue: '18446744073709551615' }],
    ['DateTime', '1780000000000000001', { intValue: '1780000000000000001' }],
    ['DateTime', '18446744073709551615', { stringValue: '18446744073709551615' }],
    ['Real', 5, { doubleValue: 5 }],
    ['Real', 0.10000000149011612, { doubleValue: 0.10000000149011612 }],
    ['Real', -0, { doubleValue: -0 }],
    ['LReal', 5, { doubleValue: 5 }],
    ['LReal', 5e-324, { doubleValue: 5e-324 }],
    ['LReal', 1.7976931348623157e308, { doubleValue: 1.7976931348623157e308 }],
    ['String', '', { stringValue: '' }],
    ['String', '5', { stringValue: '5' }],
    ['String', `${'🏭'.repeat(63)}äb`, { stringValue: `${'🏭'.repeat(63)}äb` }],
    ['String', '\u0000\u001f"\\\u2028', { stringValue: '\u0000\u001f"\\\u2028' }],
    ['Bytes', { payloadHex: '' }, { bytesValue: '' }],
    ['Bytes', { payloadHex: '00ff10' }, { bytesValue: 'AP8Q' }],
    ['Bytes', { payloadHex: 'ABcd' }, { bytesValue: 'q80=' }],
    ['StateRef', 'Paused', { stringValue: 'Paused' }],
    ['StateMachineRef', 'Mixer', { stringValue: 'Mixer' }],
    ['ConditionRef', 'TempHigh', { stringValue: 'TempHigh' }],
    ['CauseOperandRef', 'Level', { stringValue: 'Level' }],
    ['ValueRef', 'Temperature', { stringValue: 'Temperature' }],
    ['MessageTemplateRef', 'Status: {1}', { stringValue: 'Status: {1}' }]
  ];
  for (const [type, value, expected] of table) {
    it(`${type} ${JSON.stringify(value).slice(0, 40)} is ${JSON.stringify(expected).slice(0, 60)}`, () =>
      should(valueOf(type, value)).eql(expected));
  }

  for (const name of ['NaN', 'Infinity', '-Infinity']) {
    it(`a float that is ${name} is text, since a bare ${name} is no JSON`, () => {
      should(valueOf('Real', null, name)).eql({ stringValue: name });
      should(valueOf('LReal', null, name)).eql({ stringValue: name });
    });
  }

  it('a type that documents do not use has no kind', () => {
    for (const type of ['', 'bool', 'REAL', 'Word', 'toString', '__proto__', 'Ref'])
      should(valueKind(type)).be.undefined();
  });

  it('what is not of the type is told', () => {
    const wrong: [ValueKind, unknown, unknown?][] = [
      ['bool', 1],
      ['bool', 'true'],
      ['int', 1.5],
      ['int', '1'],
      ['int', 2 ** 53],
      ['int', 1n],
      ['int', NaN],
      ['u64', 1],
      ['u64', '-1'],
      ['u64', '01'],
      ['u64', ''],
      ['u64', '1e3'],
      ['u64', '18446744073709551616'],
      ['i64', '9223372036854775808'],
      ['i64', '-9223372036854775809'],
      ['i64', '-0'],
      ['i64', '+1'],
      ['i64', '-'],
      ['i64', 5],
      ['float', NaN],
      ['float', Infinity],
      ['float', null],
      ['float', null, 'nan'],
      ['float', '1'],
      ['text', 5],
      ['text', null],
      ['bytes', '00'],
      ['bytes', null],
      ['bytes', { payloadHex: '0' }],
      ['bytes', { payloadHex: '0g' }],
      ['bytes', {}]
    ];
    for (const [kind, value, nonFinite] of wrong)
      should(isValueOf(kind, value, nonFinite)).be.false(`${kind} ${String(value)}`);
  });

  it('decimal text of signed integers is taken at its limits and not beyond', () => {
    should(['-9223372036854775808', '9223372036854775807', '0', '-1', '1'].every(isI64Text)).be.true();
    should(['-9223372036854775809', '9223372036854775808', '00', '-01', '--1', ' 1', '1 '].some(isI64Text)).be.false();
  });

  it('half a surrogate pair, which only a flow can bring, does not reach the request', () => {
    should(stringValue('a\ud83cb')).eql({ stringValue: 'a\ufffdb' });
    should(stringValue('\udfed')).eql({ stringValue: '\ufffd' });
    should(stringValue('🏭')).eql({ stringValue: '🏭' });
  });

  it('bytes of any length read back', () => {
    for (let length = 0; length < 70; length++) {
      const hex = Buffer.from(Array.from({ length }, (_, i) => (i * 37) & 255)).toString('hex');
      should(Buffer.from(bytesValue(hex).bytesValue as string, 'base64').toString('hex')).equal(hex);
    }
  });
});

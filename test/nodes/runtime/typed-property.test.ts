import should from 'should';
import type { CodedError } from '../../../nodes/runtime/coded-error';
import {
  asBool,
  asChoice,
  asNumber,
  asText,
  Check,
  PropertyType,
  TypedProperty,
  typedProperty
} from '../../../nodes/runtime/typed-property';
import { evaluate } from '../openot-otel/support/bench';

const property = <T>(value: unknown, type: unknown, own: PropertyType, check: Check<T>): TypedProperty<T> =>
  typedProperty({ name: 'field', value, type, own }, check, evaluate);
const limits = { fallback: 5, min: 1, max: 10 };
const refusal = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return `${(error as CodedError).code} ${(error as Error).message}`;
  }
  return 'nothing';
};

describe('a property with a typed input', () => {
  it('has its fixed value in its type, text and default included', () => {
    should(property('7', 'num', 'num', asNumber(limits)).of({})).equal(7);
    should(property(7, undefined, 'num', asNumber(limits)).of({})).equal(7);
    should(property('', 'num', 'num', asNumber(limits)).of({})).equal(5);
    should(property(undefined, '', 'num', asNumber(limits)).of({})).equal(5);
    should(property('true', 'bool', 'bool', asBool(false)).of({})).equal(true);
    should(property(false, 'bool', 'bool', asBool(true)).of({})).equal(false);
    should(property(undefined, undefined, 'bool', asBool(true)).of({})).equal(true);
    should(property(' a ', 'str', 'str', asText('x')).of({})).equal('a');
    should(property('', 'str', 'str', asText('x')).of({})).equal('x');
    should(property('b', 'choice', 'choice', asChoice(['a', 'b'])).of({})).equal('b');
    should(property(undefined, undefined, 'choice', asChoice(['a', 'b'])).of({})).equal('a');
    should(property('7', 'num', 'num', asNumber(limits)).isPerMessage).be.false();
  });

  it('comes with each message, at any depth; without it the default holds', () => {
    const from = property('my.limit', 'msg', 'num', asNumber(limits));
    should(from.isPerMessage).be.true();
    should(
      [{ my: { limit: 3 } }, { my: { limit: '4' } }, { my: {} }, {}, { my: { limit: null } }].map((message) =>
        from.of(message as never)
      )
    ).eql([3, 4, 5, 5, 5]);
  });

  it('comes from the environment as it is at the start', () => {
    should(property('LIMIT', 'env', 'num', asNumber(limits)).of({})).equal(7);
    should(property('YES', 'env', 'bool', asBool(false)).of({})).equal(true);
    should(property('SITE', 'env', 'choice', asChoice(['south', 'north'])).of({})).equal('north');
  });

  it('refuses at the start what is fixed and wrong, with the field, what was expected and what was found', () => {
    should(refusal(() => property('11', 'num', 'num', asNumber(limits)))).equal(
      'OPENOT_CONFIG OPENOT_CONFIG: the field "field" must be a whole number from 1 to 10, found "11"'
    );
    should(refusal(() => property('LIMIT', 'env', 'bool', asBool(false)))).equal(
      'OPENOT_CONFIG OPENOT_CONFIG: the field "field" must be true or false, found "7" (from the environment ' +
        'variable LIMIT)'
    );
    for (const value of ['1.5', 'x', '-1', 'NaN', '1e99', ' ', {}, []])
      should(refusal(() => property(value, 'num', 'num', asNumber(limits)))).startWith('OPENOT_CONFIG');
    should(refusal(() => property('c', 'choice', 'choice', asChoice(['a', 'b'])))).match(/one of a, b, found "c"/);
    should(refusal(() => property({}, 'str', 'str', asText('')))).match(/must be text/);
    should(refusal(() => property('NOWHERE', 'env', 'str', asText('')))).match(/NOWHERE, which is not set/);
    should(refusal(() => property('${NOWHERE}', 'str', 'str', asText('')))).match(/\$\{NOWHERE\}, which is not set/);
    should(refusal(() => property('', 'msg', 'str', asText('')))).match(/none is named/);
    should(refusal(() => property(' ', 'env', 'str', asText('')))).match(/none is named/);
    const broken = (): unknown =>
      typedProperty({ name: 'field', value: 'a[', type: 'msg', own: 'str' }, asText(''), () => {
        throw new Error('Invalid property expression');
      });
    should(refusal(broken)).match(/OPENOT_CONFIG.*msg\.a\[.*Invalid property expression/);
    should(refusal(() => property('x', 'flow', 'str', asText('')))).match(/must be one of str, msg, env, found "flow"/);
  });

  it('refuses with the message what the message brings wrong', () => {
    const from = property('limit', 'msg', 'num', asNumber(limits));
    should(refusal(() => from.of({ limit: 99 } as never))).equal(
      'OPENOT_PROPERTY OPENOT_PROPERTY: msg.limit, which the field "field" reads, must be a whole number from 1 ' +
        'to 10, found 99'
    );
    should(refusal(() => from.of({ limit: { deep: 1 } } as never))).match(/found \{"deep":1\}/);
  });
});

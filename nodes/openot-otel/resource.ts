import type { NodeMessage } from 'node-red';
import type { AnyValue, KeyValue } from '../../lib/telemetry';
import { labels } from './labels';
import { CodedError } from '../runtime/coded-error';
import { Check, Evaluate, TypedProperty, typedProperty } from '../runtime/typed-property';

/** Attributes of a resource, at most. */
export const MAX_RESOURCE_ATTRIBUTES = 128;

const I64_MAX = 2 ** 63;

/**
 * The resource's attributes, from the rows of the dialog. A property that the message does not have leaves its
 * attribute out.
 */
export class ResourceAttributes {
  private readonly rows: ReadonlyArray<{ readonly key: string; readonly value: TypedProperty<AnyValue | undefined> }>;

  /** `given`: rows {key, value, type}. Throws OPENOT_CONFIG. */
  constructor(given: unknown, evaluate: Evaluate) {
    const rows = rowsOf(given, labels.resource, MAX_RESOURCE_ATTRIBUTES);
    const seen = new Set<string>();
    this.rows = rows.map((row, index) => {
      const key = typeof row.key === 'string' ? row.key.trim() : '';
      if (key === '') throw new CodedError('OPENOT_CONFIG', `the resource attribute ${index + 1} has no name`);
      if (seen.has(key))
        throw new CodedError(
          'OPENOT_CONFIG',
          `the resource attribute ${key} stands there twice: expected every name once`
        );
      seen.add(key);
      const own = isOwn(row.type) ? row.type : 'str';
      return {
        key,
        value: typedProperty({ name: `resource ${key}`, value: row.value, type: row.type, own }, checks[own], evaluate)
      };
    });
  }

  /** Throws OPENOT_PROPERTY when the message brings what is no attribute value. */
  of(message: NodeMessage): KeyValue[] {
    const attributes: KeyValue[] = [];
    for (const { key, value } of this.rows) {
      const found = value.of(message);
      if (found !== undefined) attributes.push({ key, value: found });
    }
    return attributes;
  }
}

/** Rows of an editable list as they stand in a flow file; absent = none. Throws OPENOT_CONFIG. */
export function rowsOf(given: unknown, name: string, limit: number): Array<Record<string, unknown>> {
  if (given === undefined || given === null || given === '') return [];
  if (!Array.isArray(given) || given.some((row) => typeof row !== 'object' || row === null))
    throw new CodedError('OPENOT_CONFIG', `the field "${name}" must be a list of rows`, name);
  if (given.length > limit)
    throw new CodedError(
      'OPENOT_CONFIG',
      `the field "${name}" may have at most ${limit} rows, found ${given.length}`,
      name
    );
  return given as Array<Record<string, unknown>>;
}

const isOwn = (type: unknown): type is 'str' | 'num' | 'bool' => type === 'str' || type === 'num' || type === 'bool';

/** By the type of the row; what a message brings keeps its own. */
const anything: Check<AnyValue | undefined> = (value, refuse) => {
  if (value === undefined) return undefined;
  const attribute = attributeOf(value);
  if (attribute === undefined) throw refuse('text, a number, true or false, or an array of these');
  return attribute;
};

const checks: Record<'str' | 'num' | 'bool', Check<AnyValue | undefined>> = {
  str: anything,
  num: (value, refuse) => {
    if (value === undefined) return undefined;
    const number =
      typeof value === 'number' ? value : typeof value === 'string' && value.trim() !== '' ? Number(value) : NaN;
    if (!Number.isFinite(number)) throw refuse('a number');
    return attributeOf(number);
  },
  bool: (value, refuse) => {
    if (value === undefined) return undefined;
    if (value !== true && value !== false && value !== 'true' && value !== 'false') throw refuse('true or false');
    return { boolValue: String(value) === 'true' };
  }
};

/** Undefined for what is no attribute value: an object, a NaN. */
function attributeOf(value: unknown): AnyValue | undefined {
  switch (typeof value) {
    case 'string':
      return { stringValue: value };
    case 'boolean':
      return { boolValue: value };
    case 'bigint':
      return value >= -(2n ** 63n) && value < 2n ** 63n
        ? { intValue: value.toString() }
        : { stringValue: value.toString() };
    case 'number':
      if (!Number.isFinite(value)) return undefined;
      return Number.isInteger(value) && Math.abs(value) < I64_MAX
        ? { intValue: BigInt(value).toString() }
        : { doubleValue: value };
    default: {
      if (!Array.isArray(value)) return undefined;
      const values = value.map((entry: unknown) => (Array.isArray(entry) ? undefined : attributeOf(entry)));
      return values.includes(undefined) ? undefined : { arrayValue: { values: values as AnyValue[] } };
    }
  }
}

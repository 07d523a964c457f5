import { Key, tlvName, valueKeys } from '../wire';
import type { ValueKey } from '../wire';
import { valueKind, wellFormed } from './any-value';
import type { ValueKind } from './any-value';
import type { ScalarType, ValueType } from './value-type';

/** The attribute keys of one field name, and what is known of the name (docs/format.md 21). */
export interface FieldKeys {
  /** The key of a value of this type: bare where every field of the name has that type, else it ends in the type. */
  of(type: ValueType): string;
  readonly unit: string;
  readonly label: string;
  readonly raw: string;
  /** The type of the bare key; undefined where the values of the name may have any, and always say theirs. */
  readonly type: ValueType | undefined;
  /** A number that the definition may have a name for: always text, and its number beside it. */
  readonly isNamed: boolean;
  /** Always a list, also where it comes once. */
  readonly repeats: boolean;
  /** No key of another name can be the same, and the name is kept. */
  readonly distinct: boolean;
  /** Number of the document that the name was last met in. */
  met: number;
}

/** Registry names are few and short, but a message may bring any. */
const MAX_KEPT = 1024;
const MAX_LENGTH = 256;

const scalarTypes: Readonly<Record<ValueKind, ScalarType>> = {
  bool: 'bool',
  int: 'int',
  u64: 'int',
  i64: 'int',
  float: 'double',
  text: 'text',
  bytes: 'bytes'
};

/** Resolved to a name under their own name: a definition that does not know the number leaves it as it is. */
const NAMED: ReadonlySet<number> = new Set([Key.previousState, Key.newState, Key.causeOperand]);

/** Only where a definition knows the number; else the field has the name of its key (`stateMachineId`). */
const RESOLVED: readonly string[] = ['stateMachine', 'condition', 'value', 'messageTemplate'];

interface KnownName {
  readonly type?: ValueType;
  readonly isNamed: boolean;
  readonly repeats: boolean;
}

function typeOfKey({ key, rule, repeatable }: ValueKey): ValueType | undefined {
  const fixed = rule.kind === 'fixed' ? valueKind(tlvName(rule.type) ?? '') : undefined;
  const scalar = NAMED.has(key) ? 'text' : fixed === undefined ? undefined : scalarTypes[fixed];
  // Arguments have any type, and several in one record: a list has only one.
  return repeatable ? `${scalar ?? 'text'}_list` : scalar;
}

const known: ReadonlyMap<string, KnownName> = new Map([
  ...valueKeys.map((entry): [string, KnownName] => [
    entry.name,
    { type: typeOfKey(entry), isNamed: NAMED.has(entry.key), repeats: entry.repeatable }
  ]),
  ...RESOLVED.map((name): [string, KnownName] => [name, { type: 'text', isNamed: false, repeats: false }])
]);

const unknown: KnownName = { isNamed: false, repeats: false };

/** Attribute keys by field name, each made once: texts only, which nobody can change. */
export class FieldKeyStore {
  private readonly kept = new Map<string, FieldKeys>();
  private document = 0;

  /** Begins another document: only then may names be forgotten. */
  begin(): void {
    this.document++;
    if (this.kept.size >= MAX_KEPT) this.kept.clear();
  }

  /** The keys of a name, or undefined when its keys could meet another field's of this document. */
  fresh(name: string): FieldKeys | undefined {
    const keys = this.keysOf(name);
    if (keys.met === this.document || !keys.distinct) return undefined;
    keys.met = this.document;
    return keys;
  }

  /** The keys of a name. */
  keysOf(name: string): FieldKeys {
    let keys = this.kept.get(name);
    if (keys === undefined) {
      keys = makeKeys(name);
      if (name.length <= MAX_LENGTH) this.kept.set(name, keys);
    }
    return keys;
  }
}

function makeKeys(name: string): FieldKeys {
  const written = wellFormed(name);
  const bare = 'openot.field.' + written;
  const { type: own, isNamed, repeats } = known.get(name) ?? unknown;
  const typed: Partial<Record<ValueType, string>> = {};
  return {
    of: (type) => (typed[type] ??= type === own ? bare : `${bare}_${type}`),
    unit: bare + '_unit',
    label: bare + '_label',
    raw: bare + '_raw',
    type: own,
    isNamed,
    repeats,
    distinct: name.length <= MAX_LENGTH && written === name,
    met: 0
  };
}

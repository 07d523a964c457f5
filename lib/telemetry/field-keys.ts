import { valueKeys } from '../wire';
import { wellFormed } from './any-value';

/** The attribute keys of one field name, and what is known of the name. */
export interface FieldKeys {
  readonly value: string;
  readonly unit: string;
  readonly label: string;
  readonly raw: string;
  /** Always an array, also where it comes once: a store has one type per key. */
  readonly repeats: boolean;
  /** No key of another name can be the same, and the name is kept. */
  readonly distinct: boolean;
  /** Number of the document that the name was last met in. */
  met: number;
}

/** Registry names are few and short, but a message may bring any. */
const MAX_KEPT = 1024;
const MAX_LENGTH = 256;

const repeating: ReadonlySet<string> = new Set(
  valueKeys.filter(({ repeatable }) => repeatable).map(({ name }) => name)
);

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
  const value = 'openot.field.' + wellFormed(name);
  return {
    value,
    unit: value + '.unit',
    label: value + '.label',
    raw: value + '.raw',
    repeats: repeating.has(name),
    distinct: name.length <= MAX_LENGTH && !name.includes('.') && wellFormed(name) === name,
    met: 0
  };
}

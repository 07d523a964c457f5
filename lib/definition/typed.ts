import { Breach, DefinitionErrorCode, quoted } from './error';
import { JsonTape } from './json-tape';
import { Definition } from './model';
import { definitionSchema, Field, FieldType, ObjectType } from './schema';

/** The way to a value, innermost first, so that going deeper copies nothing. */
interface Path {
  readonly step: string | number;
  readonly parent: Path | undefined;
}

/** The model, or the first breach of docs/format.md 11.3 and 11.4. */
export type TypedResult = { readonly ok: true; readonly definition: Definition } | ({ readonly ok: false } & Breach);

/**
 * The typed model of a definition file's JSON (docs/format.md 11.4): every field of its type and range,
 * required keys there, unknown keys refused. Recursion goes as deep as the schema, not as the file.
 */
export function typedDefinition(tape: JsonTape): TypedResult {
  const reader = new TypedReader(tape);
  const model = reader.read(0, definitionSchema, undefined);
  // The schema is checked against the model's interfaces where it is declared.
  return model === undefined ? { ok: false, ...reader.breach! } : { ok: true, definition: model as Definition };
}

/** What an explicit null is read as: absent, where the field may be absent. */
const mayBeNull = (field: Field): boolean => field.presence === 'optional' || field.presence === 'omitted';

const MIN_I64 = -(2n ** 63n);
const MAX_I64 = 2n ** 63n - 1n;

class TypedReader {
  breach: Breach | undefined;

  constructor(private readonly tape: JsonTape) {}

  /** The value in the model's form, or undefined when `breach` says why not. */
  read(entry: number, type: FieldType, path: Path | undefined): unknown {
    const kind = this.tape.kind(entry);
    switch (type.kind) {
      case 'string':
        return kind === 'string' ? this.tape.string(entry) : this.wrongType('a string', entry, path);
      case 'boolean':
        return kind === 'boolean' ? this.tape.boolean(entry) : this.wrongType('true or false', entry, path);
      case 'unsigned':
        return this.integer(entry, 0, 2 ** type.bits - 1, path);
      case 'i64': {
        const value = this.integer(entry, MIN_I64, MAX_I64, path);
        return value === undefined ? undefined : BigInt(value);
      }
      case 'choice':
        return this.choice(entry, type.choices, path);
      case 'maxOccurs':
        if (kind === 'string') return this.tape.string(entry);
        return kind === 'integer'
          ? this.integer(entry, 0, 0xffff, path)
          : this.wrongType('an integer or "unbounded"', entry, path);
      case 'array':
        return kind === 'array' ? this.array(entry, type.of, path) : this.wrongType('an array', entry, path);
      case 'object':
        return kind === 'object' ? this.object(entry, type, path) : this.wrongType('an object', entry, path);
    }
  }

  private integer(
    entry: number,
    min: number | bigint,
    max: number | bigint,
    path: Path | undefined
  ): number | bigint | undefined {
    if (this.tape.kind(entry) !== 'integer') return this.wrongType('an integer', entry, path);
    const value = this.tape.integer(entry);
    if (value >= min && value <= max) return value;
    return this.fail(
      'OPENOT_DEFINITION_INTEGER_RANGE',
      `integer number out of range: found ${value}, expected ${min} to ${max}`,
      entry,
      path
    );
  }

  private choice(entry: number, choices: readonly string[], path: Path | undefined): string | undefined {
    if (this.tape.kind(entry) !== 'string') return this.wrongType('a string', entry, path);
    const value = this.tape.string(entry);
    if (choices.includes(value)) return value;
    return this.fail(
      'OPENOT_DEFINITION_WRONG_VALUE',
      `found ${quoted(value)}, expected one of ${choices.join(', ')}`,
      entry,
      path
    );
  }

  private array(entry: number, of: FieldType, path: Path | undefined): unknown[] | undefined {
    const items: unknown[] = [];
    const end = this.tape.next(entry);
    for (let item = entry + 1; item < end; item = this.tape.next(item)) {
      const value = this.read(item, of, { step: items.length, parent: path });
      if (value === undefined) return undefined;
      items.push(value);
    }
    return items;
  }

  private object(entry: number, type: ObjectType, path: Path | undefined): object | undefined {
    const found = new Map<Field, unknown>();
    const end = this.tape.next(entry);
    for (let keyEntry = entry + 1; keyEntry < end; keyEntry = this.tape.next(keyEntry + 1)) {
      const key = this.tape.string(keyEntry);
      const field = type.byName.get(key);
      const here = { step: key, parent: path };
      if (field === undefined) {
        const known = type.fields.map(({ name }) => name).join(', ');
        return this.fail(
          'OPENOT_DEFINITION_UNKNOWN_KEY',
          `unknown key ${quoted(key)}, expected one of ${known}`,
          keyEntry,
          here
        );
      }
      // A key's value is the next entry.
      if (this.tape.kind(keyEntry + 1) === 'null' && mayBeNull(field)) continue;
      const value = this.read(keyEntry + 1, field.type, here);
      if (value === undefined) return undefined;
      found.set(field, value);
    }
    return this.assemble(entry, type, found, path);
  }

  /** The model object with its fields in schema order and what was left out filled in. */
  private assemble(
    entry: number,
    type: ObjectType,
    found: ReadonlyMap<Field, unknown>,
    path: Path | undefined
  ): object | undefined {
    const model: Record<string, unknown> = {};
    for (const field of type.fields) {
      const value = found.get(field);
      if (value !== undefined) model[field.name] = value;
      else if (field.presence === 'list') model[field.name] = [];
      else if (field.presence === 'falseFlag') model[field.name] = false;
      else if (field.presence === 'required') {
        return this.fail(
          'OPENOT_DEFINITION_MISSING_KEY',
          `the key ${quoted(field.name)} is missing from this object`,
          entry,
          path
        );
      }
    }
    return model;
  }

  private wrongType(expected: string, entry: number, path: Path | undefined): undefined {
    return this.fail(
      'OPENOT_DEFINITION_WRONG_TYPE',
      `found ${this.describe(entry)}, expected ${expected}`,
      entry,
      path
    );
  }

  private fail(code: DefinitionErrorCode, what: string, entry: number, path: Path | undefined): undefined {
    const steps: (string | number)[] = [];
    for (let here = path; here !== undefined; here = here.parent) steps.push(here.step);
    this.breach = { code, what, at: this.tape.at(entry), path: steps.reverse() };
    return undefined;
  }

  private describe(entry: number): string {
    const kind = this.tape.kind(entry);
    switch (kind) {
      case 'null':
        return 'null';
      case 'boolean':
        return String(this.tape.boolean(entry));
      case 'integer':
        return String(this.tape.integer(entry));
      case 'string':
        return `the string ${quoted(this.tape.string(entry))}`;
      default:
        return `an ${kind}`;
    }
  }
}

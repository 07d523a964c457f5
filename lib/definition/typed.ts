import { Breach, DefinitionErrorCode, quoted } from './error';
import { JsonNode, JsonObject } from './json-node';
import { Definition } from './model';
import { definitionSchema, Field, FieldType, ObjectType } from './schema';

/** The way to a value, innermost first, so that going deeper copies nothing. */
interface Path {
  readonly step: string | number;
  readonly parent: Path | undefined;
}

export type TypedResult = { readonly ok: true; readonly definition: Definition } | ({ readonly ok: false } & Breach);

/**
 * The typed model of a definition file's JSON (docs/format.md 11.4): every field of its type and range,
 * required keys there, unknown keys refused. Recursion goes as deep as the schema, not as the file.
 */
export function typedDefinition(root: JsonNode): TypedResult {
  const reader = new TypedReader();
  const model = reader.read(root, definitionSchema, undefined);
  // The schema is checked against the model's interfaces where it is declared.
  return model === undefined ? { ok: false, ...reader.breach! } : { ok: true, definition: model as Definition };
}

/** What an explicit null is read as: absent, where the field may be absent. */
const mayBeNull = (field: Field): boolean => field.presence === 'optional' || field.presence === 'omitted';

class TypedReader {
  breach: Breach | undefined;

  /** The value in the model's form, or undefined when `breach` says why not. */
  read(node: JsonNode, type: FieldType, path: Path | undefined): unknown {
    switch (type.kind) {
      case 'string':
        return node.kind === 'string' ? node.value : this.wrongType('a string', node, path);
      case 'boolean':
        return node.kind === 'boolean' ? node.value : this.wrongType('true or false', node, path);
      case 'unsigned':
        return this.integer(node, 0n, 2n ** BigInt(type.bits) - 1n, path);
      case 'i64': {
        const value = this.integer(node, -(2n ** 63n), 2n ** 63n - 1n, path);
        return value === undefined ? undefined : BigInt(value);
      }
      case 'choice':
        if (node.kind !== 'string') return this.wrongType('a string', node, path);
        if (type.choices.includes(node.value)) return node.value;
        return this.fail('OPENOT_DEFINITION_WRONG_VALUE', `found ${quoted(node.value)}, expected one of ${type.choices.join(', ')}`, node.at, path);
      case 'maxOccurs':
        if (node.kind === 'string') return node.value;
        return node.kind === 'integer' ? this.integer(node, 0n, 0xffffn, path) : this.wrongType('an integer or "unbounded"', node, path);
      case 'array':
        return this.array(node, type.of, path);
      case 'object':
        return node.kind === 'object' ? this.object(node, type, path) : this.wrongType('an object', node, path);
    }
  }

  private integer(node: JsonNode, min: bigint, max: bigint, path: Path | undefined): number | bigint | undefined {
    if (node.kind !== 'integer') return this.wrongType('an integer', node, path);
    if (node.value >= min && node.value <= max) return node.value;
    return this.fail('OPENOT_DEFINITION_INTEGER_RANGE', `integer number out of range: found ${node.value}, expected ${min} to ${max}`, node.at, path);
  }

  private array(node: JsonNode, of: FieldType, path: Path | undefined): unknown[] | undefined {
    if (node.kind !== 'array') return this.wrongType('an array', node, path);
    const items: unknown[] = [];
    for (const item of node.items) {
      const value = this.read(item, of, { step: items.length, parent: path });
      if (value === undefined) return undefined;
      items.push(value);
    }
    return items;
  }

  private object(node: JsonObject, type: ObjectType, path: Path | undefined): object | undefined {
    const found = new Map<Field, unknown>();
    for (const [key, member] of node.members) {
      const field = type.byName.get(key);
      const here = { step: key, parent: path };
      if (field === undefined) {
        const known = type.fields.map(({ name }) => name).join(', ');
        return this.fail('OPENOT_DEFINITION_UNKNOWN_KEY', `unknown key ${quoted(key)}, expected one of ${known}`, member.keyAt, here);
      }
      if (member.value.kind === 'null' && mayBeNull(field)) continue;
      const value = this.read(member.value, field.type, here);
      if (value === undefined) return undefined;
      found.set(field, value);
    }
    return this.assemble(node, type, found, path);
  }

  /** The model object with its fields in schema order and what was left out filled in. */
  private assemble(node: JsonObject, type: ObjectType, found: ReadonlyMap<Field, unknown>, path: Path | undefined): object | undefined {
    const model: Record<string, unknown> = {};
    for (const field of type.fields) {
      const value = found.get(field);
      if (value !== undefined) model[field.name] = value;
      else if (field.presence === 'list') model[field.name] = [];
      else if (field.presence === 'falseFlag') model[field.name] = false;
      else if (field.presence === 'required') {
        return this.fail('OPENOT_DEFINITION_MISSING_KEY', `the key ${quoted(field.name)} is missing from this object`, node.at, path);
      }
    }
    return model;
  }

  private wrongType(expected: string, node: JsonNode, path: Path | undefined): undefined {
    return this.fail('OPENOT_DEFINITION_WRONG_TYPE', `found ${describe(node)}, expected ${expected}`, node.at, path);
  }

  private fail(code: DefinitionErrorCode, what: string, at: number, path: Path | undefined): undefined {
    const steps: (string | number)[] = [];
    for (let here = path; here !== undefined; here = here.parent) steps.push(here.step);
    this.breach = { code, what, at, path: steps.reverse() };
    return undefined;
  }
}

function describe(node: JsonNode): string {
  switch (node.kind) {
    case 'null':
      return 'null';
    case 'boolean':
      return String(node.value);
    case 'integer':
      return String(node.value);
    case 'string':
      return `the string ${quoted(node.value)}`;
    case 'array':
      return 'an array';
    case 'object':
      return 'an object';
  }
}

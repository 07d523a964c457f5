import { Definition } from './model';
import { definitionSchema, Field, FieldType } from './schema';

/**
 * The model as canonical JSON (docs/format.md 12): keys ascending, no white space, `contentHash` empty, lists
 * that the file left out as `[]`, absent options as `null`, but a slot's absent `type` and its
 * `valuePayload: false` left out. Integers have all their digits.
 */
export function canonicalJson(definition: Definition): string {
  const hashed: Definition = { ...definition, header: { ...definition.header, contentHash: '' } };
  return written(hashed, definitionSchema, undefined, '');
}

/**
 * The model as a file for people: every key written, in the order of docs/format.md 11.4, two spaces of
 * indentation, a line break at the end.
 */
export function prettyJson(definition: Definition): string {
  return written(definition, definitionSchema, '  ', '') + '\n';
}

/** One value of the model. With `indent` the keys stand in schema order, without in canonical order. */
function written(value: unknown, type: FieldType, indent: string | undefined, margin: string): string {
  switch (type.kind) {
    case 'array': {
      const items = value as readonly unknown[];
      return enclosed(
        '[',
        ']',
        items.map((item) => written(item, type.of, indent, margin + (indent ?? ''))),
        indent,
        margin
      );
    }
    case 'object': {
      const members: string[] = [];
      for (const field of indent === undefined ? type.sorted : type.fields) {
        const member = (value as Readonly<Record<string, unknown>>)[field.name];
        if (isLeftOut(field, member)) continue;
        const text =
          member === undefined || member === null
            ? 'null'
            : written(member, field.type, indent, margin + (indent ?? ''));
        members.push(`${JSON.stringify(field.name)}:${indent === undefined ? '' : ' '}${text}`);
      }
      return enclosed('{', '}', members, indent, margin);
    }
    default:
      // JSON.stringify escapes strings exactly as RFC 8785 asks; a bigint keeps all its digits.
      return typeof value === 'string' ? JSON.stringify(value) : String(value);
  }
}

function isLeftOut(field: Field, value: unknown): boolean {
  return (
    (field.presence === 'omitted' && (value === undefined || value === null)) ||
    (field.presence === 'falseFlag' && value !== true)
  );
}

function enclosed(
  open: string,
  close: string,
  parts: readonly string[],
  indent: string | undefined,
  margin: string
): string {
  if (indent === undefined || parts.length === 0) return open + parts.join(',') + close;
  return `${open}\n${parts.map((part) => margin + indent + part).join(',\n')}\n${margin}${close}`;
}

import should from 'should';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { definitionSchema, Field, FieldType, ObjectType } from '../../../lib/definition/schema';

/** The rules as they ship. */
function page(): string {
  return readFileSync(path.join(__dirname, '..', '..', '..', 'docs', 'format.md'), 'utf8');
}

const isObject = (type: FieldType): type is ObjectType => type.kind === 'object';

function typeName(type: FieldType, name: string): string {
  switch (type.kind) {
    case 'unsigned':
      return `u${type.bits}`;
    case 'choice':
      return type.choices.map((choice) => `\`${choice}\``).join(' \\| ');
    case 'array':
      return isObject(type.of) ? `${name}[]` : `${typeName(type.of, name)}[]`;
    case 'object':
      return 'object';
    case 'maxOccurs':
      return 'u16 \\| string';
    default:
      return type.kind;
  }
}

const marks: Record<Field['presence'], string> = {
  required: '',
  list: ' may be missing',
  optional: ' optional',
  omitted: ' optional',
  falseFlag: ' default false'
};

/** One row for each object, its fields in schema order. */
function rows(type: ObjectType, name: string): string[] {
  const fields = type.fields.map(
    (field) => `${field.name}: ${typeName(field.type, field.name)}${marks[field.presence]}`
  );
  const below = type.fields.flatMap((field) => {
    const inner = field.type.kind === 'array' ? field.type.of : field.type;
    return isObject(inner) ? rows(inner, field.name + (field.type.kind === 'array' ? '[]' : '')) : [];
  });
  return [`| ${name} | ${fields.join('; ')} |`, ...below];
}

describe('the page on definition files', () => {
  it('lists every object and field as the schema has them', () => {
    const [, table] = /<!-- definition: fields -->\n([^]*?)<!-- end -->/.exec(page()) ?? [];
    should(table).equal(['| object | fields |', '|---|---|', ...rows(definitionSchema, '(the file)'), ''].join('\n'));
  });

  it('has every rule that an error or a comment can name', () => {
    const text = page();
    for (const rule of ['### 11.1', '### 11.2', '### 11.3', '### 11.4', '### 11.5', '## 12.', '## 13.', '## 15.'])
      text.should.containEql(`\n${rule} `);
  });
});

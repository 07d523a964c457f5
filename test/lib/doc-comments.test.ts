import 'should';
import { readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import * as ts from 'typescript';

const lib = path.resolve(__dirname, '../../lib');
/** Folders of lib/ whose exports must say what they are. */
const FOLDERS = [
  'base',
  'wire',
  'ring',
  'stream',
  'loss',
  'definition',
  'document',
  'telemetry',
  'otlp',
  'archive',
  'simulator',
  'state',
  'reader',
  'transport',
  'capture',
  'discovery',
  'logobject'
];

const isExported = (statement: ts.Statement): boolean =>
  ts.canHaveModifiers(statement) &&
  (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);

/** A doc comment that touches the statement: one with an empty line below it belongs to the file. */
function hasDocComment(text: string, statement: ts.Statement): boolean {
  const comment = (ts.getLeadingCommentRanges(text, statement.getFullStart()) ?? [])
    .filter(({ pos }) => text.startsWith('/**', pos))
    .at(-1);
  return comment !== undefined && !/\n[ \t]*\r?\n/.test(text.slice(comment.end, statement.getStart()));
}

function nameOf(statement: ts.Statement): string {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.map(({ name }) => name.getText()).join(', ');
  return (statement as ts.Statement & ts.NamedDeclaration).name?.getText() ?? statement.getText().slice(0, 40);
}

/** `line name` of each export without a doc comment. */
function undocumented(file: string, text: string): string[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  return source.statements
    .filter((statement) => isExported(statement) && !hasDocComment(text, statement))
    .map((statement) => `${source.getLineAndCharacterOfPosition(statement.getStart()).line + 1} ${nameOf(statement)}`);
}

describe('doc comments', () => {
  for (const folder of FOLDERS) {
    it(`stand before every export of lib/${folder}`, () => {
      const files = readdirSync(path.join(lib, folder), { recursive: true, encoding: 'utf8' }).filter((name) =>
        name.endsWith('.ts')
      );
      files.length.should.be.above(0);
      files
        .flatMap((file) =>
          undocumented(file, readFileSync(path.join(lib, folder, file), 'utf8')).map((found) => `${file}:${found}`)
        )
        .should.eql([]);
    });
  }

  it('are missed where they stand apart, are no doc comments, or are not there', () => {
    const text = [
      '/** About the file. */',
      '',
      'export const a = 1;',
      '// A remark.',
      'export function b(): void {}',
      '/** Good. */',
      'export interface C {}',
      'export type D = 1;',
      'const hidden = 2;'
    ].join('\n');
    undocumented('made-up.ts', text).should.eql(['3 a', '5 b', '8 D']);
  });
});

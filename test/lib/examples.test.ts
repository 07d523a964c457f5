import should from 'should';
import { readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import * as ts from 'typescript';

const root = path.resolve(__dirname, '../..');
const { exports: entries } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  exports: Record<string, { readonly require: { readonly types: string } } | string>;
};
/** The source behind each sub-path. */
const sources = Object.fromEntries(
  Object.entries(entries).flatMap(([subPath, entry]) =>
    typeof entry === 'string'
      ? []
      : [[subPath, path.join(root, entry.require.types.replace(/^\.\/dist\//, '').replace(/\.d\.ts$/, '.ts'))]]
  )
);

/** A piece of TypeScript out of a comment or a page, and where it stands. */
interface Example {
  readonly where: string;
  readonly code: string;
}

/** What stands between three backquotes with `ts` behind the first, in a text whose lines begin with `prefix`. */
function fenced(text: string, where: string, prefix = ''): Example[] {
  const lines = text.split('\n').map((line) => line.slice(line.startsWith(prefix) ? prefix.length : 0));
  return [...lines.join('\n').matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => ({ where, code }));
}

/** The programs in the doc comments of a file. */
function examplesOf(file: string): Example[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/^( *)\/\*\*\n(?:\1 \*.*\n)*?\1 \*\//gm)].flatMap(({ 0: comment, 1: indent, index }) => {
    const [of] = text
      .slice(index + comment.length)
      .trim()
      .split('\n');
    return fenced(comment.replaceAll(/ \*$/gm, ' * '), `${path.relative(root, file)}: ${of}`, `${indent} * `);
  });
}

/** What the compiler says of pieces of TypeScript, each a module of its own that imports the package by its name. */
function compiled(examples: readonly Example[]): string[] {
  const options: ts.CompilerOptions = {
    strict: true,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2022.d.ts'],
    types: ['node'],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    noEmit: true,
    skipLibCheck: true,
    paths: Object.fromEntries(
      Object.entries(sources).map(([subPath, file]) => [`@openot/node-red${subPath.slice(1)}`, [file]])
    )
  };
  const files = new Map(examples.map(({ code }, i) => [path.join(root, `example-${i}.ts`), `${code}\nexport {};\n`]));
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (name) => files.has(name) || fileExists(name);
  host.readFile = (name) => files.get(name) ?? readFile(name);
  host.getSourceFile = (name, ...rest) =>
    files.has(name)
      ? ts.createSourceFile(name, files.get(name)!, ts.ScriptTarget.ES2022)
      : getSourceFile(name, ...rest);
  const program = ts.createProgram([...files.keys()], options, host);
  return examples.flatMap(({ where }, i) => {
    const source = program.getSourceFile(path.join(root, `example-${i}.ts`))!;
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
      ({ messageText }) => `${where}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
    );
  });
}

/** Names that a room exports, each with its example; empty where it has none. */
function exportsOf(program: ts.Program, file: string): Map<string, string> {
  const checker = program.getTypeChecker();
  const room = checker.getSymbolAtLocation(program.getSourceFile(file)!);
  return new Map(
    (room === undefined ? [] : checker.getExportsOfModule(room)).map((exported) => {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      const tags = symbol.getJsDocTags(checker).filter(({ name }) => name === 'example');
      return [exported.name, tags.map(({ text }) => ts.displayPartsToString(text)).join('')];
    })
  );
}

const files = readdirSync(path.join(root, 'lib'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => path.join(root, 'lib', name));
const page = path.join(root, 'docs/library/README.md');

describe('examples', function () {
  this.timeout(240_000);

  it('in comments and on the page of the library are programs that compile', () => {
    const examples = [...files.flatMap(examplesOf), ...fenced(readFileSync(page, 'utf8'), 'docs/library/README.md')];
    examples.length.should.be.above(10);
    should(compiled(examples)).eql([]);
  });

  it('that are wrong are found', () => {
    const wrong = "import { decodeRecord } from '@openot/node-red/wire';\nconst record: string = decodeRecord('7');\n";
    compiled([{ where: 'here', code: wrong }])
      .join('\n')
      .should.match(/^here: .*not assignable to type 'string'/);
  });

  it('stand at everything that the page of the library says one begins with', () => {
    const program = ts.createProgram(Object.values(sources), { noResolve: false, skipLibCheck: true, types: [] });
    const missing: string[] = [];
    for (const [, rooms, , names] of readFileSync(page, 'utf8').matchAll(/^\| (`[^|]+`) \|([^|]*)\| ([^|]*) \|$/gm)) {
      const found = [...rooms.matchAll(/`([^`]+)`/g)].map(([, room]) => exportsOf(program, sources[`./${room}`]));
      for (const [, name] of names.matchAll(/`(\w+)`/g)) {
        const tags = found.map((exported) => exported.get(name)).find((each) => each !== undefined);
        if (tags === undefined) missing.push(`${rooms} does not export ${name}`);
        else if (!tags.includes('```ts')) missing.push(`${name} has no @example`);
      }
    }
    should(missing).eql([]);
  });

  it('are not needed to find every sub-path on that page', () => {
    const text = readFileSync(page, 'utf8');
    should(Object.keys(sources).filter((name) => name !== '.' && !text.includes(`\`${name.slice(2)}\``))).eql([]);
  });
});

import should from 'should';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import * as ts from 'typescript';

const root = path.resolve(__dirname, '../..');
const nameOf = (file: ts.SourceFile): string => path.relative(root, file.fileName).replaceAll(path.sep, '/');

/** A file that only hands on what others have: an index, or a door. */
const handsOn = (file: ts.SourceFile): boolean => file.statements.every(ts.isExportDeclaration);

/** Names that a file takes from others, whether to use them or to hand them on. */
function namesIn(file: ts.SourceFile): ts.Identifier[] {
  const names: ts.Identifier[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportSpecifier(node) || ts.isNamespaceImport(node)) names.push(node.name);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return names;
}

describe('the files of lib', function () {
  this.timeout(240_000);

  it('are used by the nodes, by each other, or by whoever writes a connector: none is there for tests only', () => {
    const { config } = ts.readConfigFile(path.join(root, 'tsconfig.json'), ts.sys.readFile) as { config: object };
    const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
    const shipped = fileNames.filter((name) => /^(lib|nodes|cli)\//.test(path.relative(root, name)));
    const program = ts.createProgram(shipped, options);
    const checker = program.getTypeChecker();
    const page = readFileSync(path.join(root, 'docs/library/README.md'), 'utf8');
    const begunWith = new Set([...page.matchAll(/`(\w+)`/g)].map(([, name]) => name));

    const files = program.getSourceFiles().filter((file) => shipped.includes(file.fileName));
    const used = new Set<string>();
    for (const file of files)
      for (const name of namesIn(file)) {
        const symbol = checker.getSymbolAtLocation(name)!;
        const origin = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
        for (const declaration of origin.declarations ?? []) used.add(nameOf(declaration.getSourceFile()));
      }
    const isBegunWith = (file: ts.SourceFile): boolean => {
      const module = checker.getSymbolAtLocation(file);
      return module !== undefined && checker.getExportsOfModule(module).some(({ name }) => begunWith.has(name));
    };
    const unused = files
      .filter((file) => nameOf(file).startsWith('lib/') && !handsOn(file))
      .filter((file) => !used.has(nameOf(file)) && !isBegunWith(file))
      .map(nameOf);
    should(used.size).be.above(200);
    should(unused).eql([]);
  });
});

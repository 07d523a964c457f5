// `npm run lint`: the formatter, the types and ESLint. The types are checked once and shared: ESLint's rules that ask
// for types ask the programs whose errors were just listed, in place of making their own.
import { spawnSync } from 'node:child_process';
import { ESLint } from 'eslint';
import ts from 'typescript';
import { root } from './setup.mjs';

const PROJECTS = ['tsconfig.json', 'editor/tsconfig.json'];
const FORMATTED = '**/*.{ts,mjs,js,cjs}';

const host = {
  getCanonicalFileName: (name) => name,
  getCurrentDirectory: () => root,
  getNewLine: () => '\n'
};
const textOf = (diagnostics) => ts.formatDiagnosticsWithColorAndContext(diagnostics, host);

/** The program of a tsconfig file, as `tsc -p` makes it. */
function programOf(project) {
  const config = ts.getParsedCommandLineOfConfigFile(project, undefined, {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: (diagnostic) => {
      throw new Error(textOf([diagnostic]));
    }
  });
  return ts.createProgram({
    rootNames: config.fileNames,
    options: config.options,
    projectReferences: config.projectReferences,
    configFileParsingDiagnostics: config.errors
  });
}

/** Whether nothing is wrong with the types; prints what is. */
function hasTypes(program) {
  const diagnostics = ts.sortAndDeduplicateDiagnostics(ts.getPreEmitDiagnostics(program));
  if (diagnostics.length > 0) console.error(textOf(diagnostics));
  return diagnostics.length === 0;
}

/** Whether ESLint finds no error; prints what it finds. */
async function keepsRules(programs) {
  const eslint = new ESLint({
    cwd: root,
    overrideConfig: [{ files: ['**/*.ts'], languageOptions: { parserOptions: { projectService: false, programs } } }]
  });
  const results = await eslint.lintFiles(['.']);
  const text = await (await eslint.loadFormatter('stylish')).format(results);
  if (text !== '') console.error(text);
  return results.every(({ errorCount }) => errorCount === 0);
}

process.chdir(root);
const prettier = spawnSync(
  process.execPath,
  ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', FORMATTED],
  { stdio: 'inherit' }
);
const programs = PROJECTS.map(programOf);
const areTyped = programs.map(hasTypes).every(Boolean);
process.exit((await keepsRules(programs)) && areTyped && prettier.status === 0 ? 0 : 1);

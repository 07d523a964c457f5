import should from 'should';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { preProcessFile } from 'typescript';

const root = path.resolve(__dirname, '../..');

interface Entry {
  readonly import: { readonly types: string; readonly default: string };
  readonly require: { readonly types: string; readonly default: string };
}
const { exports: entries } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  exports: Record<string, Entry | string>;
};
const subPaths = Object.entries(entries).filter((pair): pair is [string, Entry] => typeof pair[1] !== 'string');

/**
 * The rooms of lib that stand in the memory of whoever loads a sub-path, itself among them; what is not named here is
 * not loaded.
 */
const ROOMS: Record<string, readonly string[]> = {
  './base': ['base'],
  './base/system': ['base'],
  './wire': ['base', 'wire'],
  './ring': ['base', 'ring', 'wire'],
  './stream': ['base', 'stream', 'wire'],
  './loss': ['base', 'loss', 'wire'],
  './definition': ['base', 'definition', 'ring', 'wire'],
  './documents': ['base', 'definition', 'document', 'ring', 'stream', 'wire'],
  './state': ['base', 'state'],
  './state/files': ['base', 'state'],
  './transport': ['transport'],
  './transport/opcua': ['base', 'logobject', 'ring', 'transport', 'wire'],
  './transport/modbus': ['base', 'ring', 'transport', 'wire'],
  './reader': ['base', 'loss', 'reader', 'ring', 'state', 'stream', 'wire'],
  './capture': ['base', 'capture', 'ring', 'wire'],
  './discovery': ['base', 'discovery', 'ring', 'transport', 'wire'],
  './telemetry': ['base', 'definition', 'document', 'state', 'stream', 'telemetry', 'wire'],
  './otlp': ['base', 'document', 'otlp', 'telemetry', 'wire'],
  './archive': ['archive', 'base', 'definition', 'loss', 'ring', 'state', 'stream', 'wire'],
  './archive/files': ['archive', 'base', 'state'],
  './logobject': ['base', 'logobject'],
  './simulator': ['base', 'definition', 'logobject', 'ring', 'simulator', 'wire']
};

/** The declarations that somebody's compiler reads for an entry. */
function declarationsOf(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const { fileName } of preProcessFile(readFileSync(file, 'utf8')).importedFiles) {
    const beside = path.resolve(path.dirname(file), fileName);
    const found = fileName.startsWith('.') && [`${beside}.d.ts`, `${beside}/index.d.ts`].find(existsSync);
    if (found) declarationsOf(found, seen);
    else seen.add(fileName);
  }
  return seen;
}

/** Runs a script as a process of its own, in which nothing is loaded yet; what it wrote, as JSON. */
const inNode = <T>(script: string, type: 'commonjs' | 'module' = 'commonjs'): T =>
  JSON.parse(
    execFileSync(process.execPath, [`--input-type=${type}`, '-e', script], { cwd: root, encoding: 'utf8' })
  ) as T;
const nameOf = (subPath: string): string => `@openot/node-red${subPath.slice(1)}`;
/** Files that CommonJS has loaded after `require` of a sub-path. */
const loadedBy = (subPath: string): string[] =>
  inNode(`require(${JSON.stringify(nameOf(subPath))}); console.log(JSON.stringify(Object.keys(require.cache)))`);
const roomsOf = (files: readonly string[]): string[] => [
  ...new Set(files.flatMap((file) => /dist[\\/]lib[\\/](\w+)[\\/]/.exec(file)?.[1] ?? []))
];

describe('the sub-paths of the package', function () {
  this.timeout(120_000);

  before(() => {
    if (!existsSync(path.join(root, 'dist/lib/index.mjs')))
      throw new Error('dist is not there: npm run build makes it');
  });

  it('lead to files that are there, with types for import and for require', () => {
    for (const [, entry] of subPaths)
      for (const file of [entry.import, entry.require].flatMap(Object.values) as string[])
        should(existsSync(path.join(root, file))).equal(true, file);
  });

  it('give an import the same names and the same things as a require', () => {
    const differing = inNode<string[]>(
      `import { createRequire } from 'node:module';
       const require = createRequire(import.meta.url);
       const differing = [];
       for (const name of ${JSON.stringify(subPaths.map(([subPath]) => nameOf(subPath)))}) {
         const [imported, required] = [await import(name), require(name)];
         for (const key of new Set([...Object.keys(imported), ...Object.keys(required)]))
           if (imported[key] !== required[key]) differing.push(name + ' ' + key);
       }
       console.log(JSON.stringify(differing));`,
      'module'
    );
    should(differing).eql([]);
  });

  it('have types in which nothing but Node.js is spoken of', () => {
    for (const [, entry] of subPaths) {
      const read = [...declarationsOf(path.join(root, entry.require.types))];
      should(read.filter((name) => !path.isAbsolute(name) && !name.startsWith('node:'))).eql([]);
    }
  });

  for (const [subPath] of subPaths.filter(([name]) => name !== '.')) {
    it(`load that room only: ${subPath}`, () => {
      const files = loadedBy(subPath);
      should(roomsOf(files).filter((room) => !ROOMS[subPath]?.includes(room))).eql([]);
      should(files.filter((file) => /node_modules.(?!@noble|crc-32)/.test(file))).eql([]);
    });
  }

  it('load the wire codec out of a tenth of the modules of the whole', () => {
    loadedBy('./wire').length.should.be.below(loadedBy('.').length / 10);
  });

  it('give package.json to whoever asks for the version', () => {
    inNode<string>(`console.log(JSON.stringify(require('@openot/node-red/package.json').name))`).should.equal(
      '@openot/node-red'
    );
  });
});

import 'should';
import { readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';

const reader = path.resolve(__dirname, '../../../lib/reader');

/** The files of the reader and what each imports of the others, types included. */
function imports(): Map<string, string[]> {
  const names = readdirSync(reader, { recursive: true }).map(String);
  const files = names.filter((name) => name.endsWith('.ts')).map((name) => name.split(path.sep).join('/'));
  const importsOf = (file: string): string[] =>
    [...readFileSync(path.join(reader, file), 'utf8').matchAll(/from '(\.[^']+)'/g)]
      .map(([, to]) => `${path.posix.join(path.posix.dirname(file), to)}.ts`)
      .filter((to) => files.includes(to));
  return new Map(files.map((file) => [file, importsOf(file)]));
}

/** One circle, as the files on it; undefined where there is none. */
function circleOf(graph: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  const visit = (file: string, way: readonly string[]): string[] | undefined => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const to of graph.get(file) ?? []) {
      const circle = visit(to, [...way, file]);
      if (circle !== undefined) return circle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of graph.keys()) {
    const circle = visit(file, []);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

describe('the files of the reader', () => {
  it('import one another without a circle, types included', () => {
    const graph = imports();
    graph.size.should.be.above(30);
    (circleOf(graph) ?? []).should.eql([]);
  });

  it('would be caught on one', () => {
    const circle = circleOf(
      new Map([
        ['a', ['b']],
        ['b', ['c']],
        ['c', ['b']]
      ])
    );
    (circle ?? []).should.eql(['b', 'c', 'b']);
  });
});

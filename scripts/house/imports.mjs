// The graph of relative imports between the files of the tree.
import { dirname, join, normalize } from 'node:path';

const STATEMENT = /^(?:import|export)\s(?:[^;'"]*?\sfrom\s)?['"](\.[^'"]+)['"]/gm;
const CALL = /\b(?:require|import)\(\s*['"](\.[^'"]+)['"]\s*\)/g;

/** The files that one imports, with `isType` where only types come from there. */
export function importsOf(name, text, files) {
  const found = [...text.matchAll(STATEMENT), ...text.matchAll(CALL)].map(([statement, path]) => {
    const target = normalize(join(dirname(name), path));
    const file = [target, `${target}.ts`, `${target}/index.ts`].find((each) => files.has(each));
    return file === undefined ? [] : [{ file, isType: /^(?:import|export)\s+type\s/.test(statement) }];
  });
  return found.flat();
}

/** Groups of files that import each other, by Tarjan's algorithm. Types make no circle: they are gone when it runs. */
export function circles(graph) {
  const state = new Map();
  const stack = [];
  const found = [];
  let count = 0;
  const visit = (name) => {
    const own = { index: count, low: count, isOpen: true };
    count++;
    state.set(name, own);
    stack.push(name);
    for (const { file, isType } of graph.get(name) ?? []) {
      if (isType || !graph.has(file)) continue;
      const known = state.get(file);
      if (known === undefined) own.low = Math.min(own.low, visit(file).low);
      else if (known.isOpen) own.low = Math.min(own.low, known.index);
    }
    if (own.low === own.index) {
      const group = stack.splice(stack.indexOf(name));
      for (const each of group) state.get(each).isOpen = false;
      if (group.length > 1) found.push(group);
    }
    return own;
  };
  for (const name of graph.keys()) if (!state.has(name)) visit(name);
  return found;
}

/** What is reached from the entries, types too. */
export function reachable(graph, entries) {
  const reached = new Set();
  const open = [...entries];
  while (open.length > 0) {
    const name = open.pop();
    if (reached.has(name)) continue;
    reached.add(name);
    for (const { file } of graph.get(name) ?? []) open.push(file);
  }
  return reached;
}

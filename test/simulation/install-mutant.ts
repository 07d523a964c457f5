import Module from 'node:module';
import { resolve } from 'node:path';
import { Mutant } from './mutants';

const ROOT = resolve(__dirname, '../..');

interface Loader {
  _load(request: string, parent: unknown, isMain: boolean): unknown;
  _resolveFilename(request: string, parent: unknown, isMain: boolean): string;
}

/**
 * From now on whoever requires one of the mutant's modules gets it with the exports replaced; must be called before any
 * of them is required by the code under test.
 * @throws Error at the end of the process's set-up when a replacement was never asked for: then it proves nothing.
 */
export function installMutant({ replaces }: Mutant): { readonly assertUsed: () => void } {
  const loader = Module as unknown as Loader;
  const load = loader._load.bind(loader);
  const mutated = new Map<string, unknown>();
  loader._load = (request, parent, isMain) => {
    const exported = load(request, parent, isMain);
    if (!request.startsWith('.')) return exported;
    const file = loader._resolveFilename(request, parent, isMain);
    const own = replaces.filter(({ of }) => file === `${resolve(ROOT, of)}.ts`);
    if (own.length === 0) return exported;
    if (!mutated.has(file)) mutated.set(file, replaced(exported as Record<string, unknown>, own));
    return mutated.get(file);
  };
  return {
    assertUsed: () => {
      const unused = replaces.filter(({ of }) => !mutated.has(`${resolve(ROOT, of)}.ts`));
      if (unused.length > 0) throw new Error(`nobody requires ${unused.map(({ of }) => of).join(', ')}`);
    }
  };
}

function replaced(exported: Record<string, unknown>, own: Mutant['replaces']): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  Object.defineProperty(copy, '__esModule', { value: true });
  for (const name of Object.keys(exported)) {
    const one = own.find((replacement) => replacement.name === name);
    const value = one === undefined ? undefined : one.by(exported[name] as never);
    Object.defineProperty(copy, name, {
      enumerable: true,
      get: () => (one === undefined ? exported[name] : value)
    });
  }
  const missing = own.find(({ name }) => !(name in exported));
  if (missing !== undefined) throw new Error(`${missing.of} exports no ${missing.name}`);
  return copy;
}

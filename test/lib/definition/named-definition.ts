import { CompiledDefinition, compileDefinition } from '../../../lib/definition';
import { changed, objectAt } from './full-file';

/** A definition whose content, and so whose hash, depends on `name`. `hash` = what its header names. */
export function namedDefinition(name: string, hash = ''): CompiledDefinition {
  const result = compileDefinition(
    changed((file) => {
      objectAt(file, '/sources/0').name = name;
      objectAt(file, '/header').contentHash = hash;
    })
  );
  if (!result.ok) throw new Error(result.message);
  return result.compiled;
}

import { bind, CompiledDefinition, DefinitionStore } from '../../../lib/definition';
import { Books, nameOf, SeenBatch, Session } from '../books';
import { Checker } from './checker';

/** A record is never bound to the definition of another epoch; to none at all, where nobody knows. */
export function bindingChecker(books: Books, store: DefinitionStore): Checker & { readonly bound: () => number } {
  let count = 0;
  return {
    bound: () => count,
    handedOn: (_session: Session, seen: SeenBatch) => {
      const { stream, snapshot, epochs } = seen.batch.facts;
      const binding = bind(store, { stream, snapshot, epochs, whenUnadvertised: 'placeholder' });
      for (const entry of seen.entries) {
        if (entry.kind !== 'record') continue;
        const { bound } = binding.relationOf(entry.record.abs);
        if (!bound.ok) continue;
        count++;
        if (bound.compiled.carriageHash !== entry.record.hash)
          books.alarm.raise(
            'binding',
            `${nameOf(entry.record)} was written under ${entry.record.hash} and is bound to ` +
              `${bound.compiled.carriageHash}: ${JSON.stringify({ snapshot, epochs })}`
          );
      }
    }
  };
}

/** As much of a definition as a binding looks at. */
export const definitionOf = (hash: string): CompiledDefinition =>
  ({ carriageHash: hash, contentHash: hash.repeat(4) }) as CompiledDefinition;

import { OpenotError } from '../base';
import { bind, Binding, compileDefinition, DefinitionStore, WhenUnadvertised } from '../definition';
import { BatchFacts, Item, itemsOfBatch } from '../stream';
import { DocumentObject, DocumentProfile } from './document';
import { createFormatter } from './formatter';

/** What a documenter is told. */
export interface DocumenterOptions {
  /** Definition files, as their text or bytes. More may come later, by `definitions`. */
  readonly definitions?: readonly (string | Uint8Array)[];
  /** Default `enriched`. */
  readonly profile?: DocumentProfile;
  /** What to do where the controller advertises no hash. Default `placeholder`. */
  readonly whenUnadvertised?: WhenUnadvertised;
}

/** A batch as a reader hands it on; it may have been kept in between, or sent somewhere else. */
export interface DocumentedBatch {
  readonly payload: Uint8Array;
  readonly facts: BatchFacts;
}

/** Makes documents of a reader's batches. Keeps nothing between them but the definitions. */
export interface Documenter {
  /** What records are resolved with: a change counts from the next batch on. */
  readonly definitions: DefinitionStore;
  /**
   * The documents of a batch as plain objects, in order: events, losses, and placeholders where the controller
   * advertises a definition that is not there.
   * @throws OpenotError when payload and facts do not belong together.
   */
  of(batch: DocumentedBatch): DocumentObject[];
  /** The same as exact JSON text, one string per document; 64-bit integers are numbers in it. */
  texts(batch: DocumentedBatch): string[];
}

/**
 * From batches to documents in one step (docs/format.md 15 to 18): records are bound to the definition whose hash the
 * controller advertises, resolved and written.
 *
 * @throws OpenotError when a definition file is refused, with its code and where the mistake stands.
 *
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { createDocumenter } from '@openot/node-red/documents';
 * import { openReader } from '@openot/node-red/reader';
 * import { modbus } from '@openot/node-red/transport/modbus';
 *
 * const documents = createDocumenter({ definitions: [readFileSync('./plc-7.json')] });
 * for await (const batch of openReader({ transport: modbus({ host: 'plc-7', control: 0, ring: 100 }) })) {
 *   for (const document of documents.of(batch)) console.log(document.kind, document.text);
 *   batch.settle();
 * }
 * ```
 */
export function createDocumenter(options: DocumenterOptions = {}): Documenter {
  const { definitions = [], profile = 'enriched', whenUnadvertised = 'placeholder' } = options;
  const store = new DefinitionStore();
  definitions.forEach((file, index) => {
    const result = compileDefinition(file);
    if (!result.ok) throw new OpenotError({ ...result, message: `definitions[${index}]: ${result.message}` });
    store.add(result.compiled, `definitions[${index}]`);
  });
  const formatter = createFormatter({ profile });
  const bound = (facts: BatchFacts): Binding => bind(store, { ...facts, whenUnadvertised });
  return {
    definitions: store,
    of: (batch) => formatter.objects(itemsOf(batch), batch.facts, bound(batch.facts)),
    texts: (batch) => formatter.texts(itemsOf(batch), batch.facts, bound(batch.facts))
  };
}

function itemsOf({ payload, facts }: DocumentedBatch): Item[] {
  const { items, error } = itemsOfBatch(Buffer.from(payload.buffer, payload.byteOffset, payload.length), facts);
  if (error !== undefined) throw new OpenotError(error);
  return items;
}

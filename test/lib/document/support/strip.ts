/** What enriched documents add, taken away again: the rest must be the strict document (docs/format.md 18). */
import { DocumentObject, EventDocument } from '../../../../lib/document';
import { Key } from '../../../../lib/wire';

const without = <T extends object>(object: T, ...names: string[]): T =>
  Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name))) as T;

export function strip(document: DocumentObject): DocumentObject {
  const bare = without(document, 'text', 'warnings', 'class');
  const provenance = without(bare.provenance, 'time', 'incarnation');
  provenance.epoch = without(provenance.epoch, 'priorId');
  // Only events consult the definition for their source in strict documents.
  if (bare.kind !== 'event') provenance.source = { id: provenance.source.id };
  bare.provenance = provenance;
  if (bare.kind === 'event') {
    const event = bare as EventDocument;
    // The unit of a quantity is an addition as well; every other unit is strict.
    event.fields = event.fields.map((field) =>
      without(field, 'raw', 'label', 'nonFinite', ...(field.key === Key.quantity ? ['unit'] : []))
    );
    if (event.extensionFields !== undefined)
      event.extensionFields = event.extensionFields.map((field) => without(field, 'nonFinite'));
  }
  return bare;
}

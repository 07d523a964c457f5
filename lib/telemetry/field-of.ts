import type { DocumentField, EventDocument } from '../document';

/** The field of that key; of a repeated one the last counts (docs/format.md 16). */
export function fieldOf({ fields }: EventDocument, key: number): DocumentField | undefined {
  for (let n = fields.length - 1; n >= 0; n--) if (fields[n].key === key) return fields[n];
  return undefined;
}

import type { CompiledDefinition } from '../../lib/definition';
import type { Terminal } from '../terminal';

/** How documents are written. */
export type Format = 'text' | 'json' | 'strict';

/** What decoding is told. */
export interface DecodeOptions {
  readonly format: Format;
  /** By carriage hash. */
  readonly definitions: ReadonlyMap<string, CompiledDefinition>;
  readonly terminal: Terminal;
}

/** An enriched document, as far as a line of text needs it. */
interface Told {
  readonly text?: string;
  readonly provenance?: { readonly time?: string };
}

/** A document as a line for a person: its time, and what happened. `json` is that of an enriched one. */
export function textOf(json: string): string {
  const { text, provenance } = JSON.parse(json) as Told;
  return `${provenance?.time ?? ''} ${text ?? json}`.trim();
}

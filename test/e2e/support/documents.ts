import { existsSync, readFileSync } from 'node:fs';

export interface StrictDocument {
  kind: 'event' | 'loss' | 'placeholder';
  provenance: {
    runId: number;
    source: { id: number; name?: string };
    epoch: { id: number; relation: string; definitionHash: string };
  };
  seq: number;
  firstSeq: number;
  lastSeq: number;
  count: number;
  eventName?: string;
  reason?: { kind: string };
  rawSlots?: unknown[];
  fields?: { name: string; value: unknown }[];
}

/**
 * The documents of an NDJSON file, up to the last whole line: the runtime may be in the middle of writing the next one.
 */
export function readDocuments(path: string): StrictDocument[] {
  if (!existsSync(path)) return [];
  const text = readFileSync(path, 'utf8');
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as StrictDocument);
}

/** True when the file ends with a whole line. */
export function endsWhole(path: string): boolean {
  return readFileSync(path, 'utf8').endsWith('\n');
}

/** Records by identity, with how often each appears. */
export function countByIdentity(documents: StrictDocument[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { kind, provenance, seq } of documents) {
    if (kind === 'loss') continue;
    const identity = `${provenance.runId}/${provenance.source.id}/${seq}`;
    counts.set(identity, (counts.get(identity) ?? 0) + 1);
  }
  return counts;
}

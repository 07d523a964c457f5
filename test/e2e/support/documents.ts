import { existsSync, readFileSync } from 'node:fs';

export interface StrictDocument {
  kind: 'event' | 'loss' | 'placeholder';
  provenance: { runId: number; source: { id: number; name?: string }; epoch: { id: number; relation: string; definitionHash: string } };
  seq: number;
  firstSeq: number;
  lastSeq: number;
  count: number;
  eventName?: string;
  reason?: { kind: string };
  rawSlots?: unknown[];
  fields?: { name: string; value: unknown }[];
}

/** The documents of an NDJSON file; throws on a line that is not whole. */
export function readDocuments(path: string): StrictDocument[] {
  if (!existsSync(path)) return [];
  const text = readFileSync(path, 'utf8');
  if (text !== '' && !text.endsWith('\n')) throw new Error('the last line is not whole');
  return text.split('\n').filter(Boolean).map((line) => JSON.parse(line) as StrictDocument);
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

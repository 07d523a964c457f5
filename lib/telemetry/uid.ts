import type { DocumentObject } from '../document';

/**
 * What a record is known by, wherever and how often it is read: `stream/incarnation/runId/sourceId/seq`, of a loss
 * `stream/incarnation/runId/sourceId/first-last/loss` (docs/format.md 21). A store drops by it what came twice. One
 * loss gives one document: that its basis rose later (an upgrade) gives none (docs/format.md 17), and needs no uid.
 */
export function uidOf(document: DocumentObject, stream: string): string {
  const { provenance } = document;
  const place = document.kind === 'loss' ? document.firstSeq + '-' + document.lastSeq + '/loss' : '' + document.seq;
  return (
    stream + '/' + (provenance.incarnation ?? 0) + '/' + provenance.runId + '/' + provenance.source.id + '/' + place
  );
}

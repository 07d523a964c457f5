import { createHash } from 'node:crypto';
import type { NodeMessage } from 'node-red';
import type { GivenDocument } from '../../lib/archive';
import { isObject, isText, isU64Text, shownValue } from '../../lib/base';
import type { BatchFacts } from '../../lib/stream';
import { factsOf } from '../delivery';
import { CodedError } from '../runtime/coded-error';

/** What a message is for an archive. */
export type ArchiveInput =
  | { readonly kind: 'batch'; readonly payload: Buffer; readonly facts: BatchFacts }
  | { readonly kind: 'documents'; readonly documents: readonly GivenDocument[] }
  | { readonly kind: 'command'; readonly topic: unknown };

/** Takes a message for what it is. Throws OPENOT_ARCHIVE_PAYLOAD, OPENOT_FACTS_INVALID. */
export function inputOf(message: NodeMessage): ArchiveInput {
  const { payload, openot } = message as { payload: unknown; openot?: unknown };
  if (openot === undefined && !Array.isArray(payload) && !isObject(payload) && !isText(payload))
    return { kind: 'command', topic: message.topic };
  if (Buffer.isBuffer(payload)) return { kind: 'batch', payload, facts: batchFacts(openot) };
  if (openot === undefined && !isDocument(Array.isArray(payload) ? payload[0] : payload) && isText(message.topic))
    return { kind: 'command', topic: message.topic };
  const documents = Array.isArray(payload) ? payload : [payload];
  return { kind: 'documents', documents: documents.map((document, place) => documentOf(document, place)) };
}

function batchFacts(openot: unknown): BatchFacts {
  const facts = factsOf(openot) as Partial<BatchFacts>;
  const { stream, incarnation, snapshot, receiveTimeNs, segments, notices, epochs = [] } = facts;
  if (stream === undefined || incarnation === undefined || snapshot === undefined || receiveTimeNs === undefined)
    throw refused('found bytes without the facts of a stream in msg.openot');
  if (segments === undefined && notices === undefined) throw refused('found bytes that did not come from a ring');
  return { ...(facts as BatchFacts), epochs, segments: segments ?? [], notices: notices ?? [] };
}

const isDocument = (value: unknown): boolean => isObject(value) && (value.kind === 'log' || value.kind === 'gap');

function documentOf(value: unknown, place: number): GivenDocument {
  if (!isObject(value)) throw refused(`found ${shownValue(value)} at place ${place}`);
  const kind = String(value.kind);
  if (['record', 'loss', 'lap', 'incarnation', 'skipped'].includes(kind) && value.provenance === undefined)
    throw refused('found what openot-decoder made of the bytes');
  if (!isDocument(value))
    throw refused(`found a document of kind ${shownValue(value.kind)}, which can be made again from the bytes`);
  const provenance = isObject(value.provenance) ? value.provenance : {};
  const { stream, receiveTimeNs } = provenance;
  if (!isText(stream) || !isU64Text(receiveTimeNs))
    throw refused('found a LogObject document without stream or receive time');
  const json = JSON.stringify(value);
  const uid = isText(value.uid) ? value.uid : createHash('sha256').update(json, 'utf8').digest('hex');
  return { stream, received: receiveTimeNs, uid, json };
}

const refused = (found: string): CodedError =>
  new CodedError(
    'OPENOT_ARCHIVE_PAYLOAD',
    'an archive takes the batches of openot-reader (bytes, before openot-decoder) and documents of openot-logobject: ' +
      `${found}. Move the archive directly behind the reader: documents can be made again from what it holds`
  );

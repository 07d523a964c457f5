/** Enriched documents and status messages for tests of metrics and clocks, made up field by field. */
import type { DocumentField, DocumentObject, EventDocument } from '../../../../lib/document';
import { EventType, Key } from '../../../../lib/wire';

/** 2026-11-20T12:00:00Z. */
export const NOON = 1_795_176_000_000_000_000n;
export const SECOND = 1_000_000_000n;

export interface Made {
  sourceId?: number;
  sourceName?: string;
  runId?: string;
  seq?: number;
  sourceNs?: bigint;
  receiveNs?: bigint;
  unsynced?: boolean;
  incarnation?: number;
}

let seqs = 0;

function provenance({
  sourceId = 1,
  sourceName = 'Mixer',
  runId = '77',
  sourceNs = NOON,
  receiveNs = sourceNs,
  unsynced = false,
  incarnation = 0
}: Made): DocumentObject['provenance'] {
  return {
    bufferId: 7,
    source: sourceName === '' ? { id: sourceId } : { id: sourceId, name: sourceName, path: ['Plant'] },
    runId,
    epoch: { id: 1, relation: 'current', definitionHash: '1111111111111111', semanticVersion: '1.0.0' },
    sourceTimeNs: String(sourceNs),
    receiveTimeNs: String(receiveNs),
    flags: { timeUnsynced: unsynced, syntheticRecord: false, partialPayload: false },
    time: 'then',
    incarnation
  };
}

export function event(eventTypeId: number, fields: DocumentField[], made: Made = {}): EventDocument {
  return {
    kind: 'event',
    provenance: provenance(made),
    eventName: `Event${eventTypeId}`,
    eventTypeId,
    seq: made.seq ?? seqs++,
    fields,
    text: 'a line'
  };
}

export const field = (
  key: number,
  name: string,
  type: string,
  value: DocumentField['value'],
  more: Partial<DocumentField> = {}
): DocumentField => ({ key, name, type, value, enumLabel: null, ...more });

/** The value a definition knows: name, and id where it is of interest. */
export const valueRef = (name: string, id = 20): DocumentField =>
  field(Key.valueId, 'value', 'ValueRef', name, { raw: id });

export const newValue = (
  type: string,
  value: DocumentField['value'],
  more: Partial<DocumentField> = {}
): DocumentField => field(Key.newValue, 'newValue', type, value, more);

/** A ValueChanged of a value called Level. */
export function reading(
  type: string,
  value: DocumentField['value'],
  more: Partial<DocumentField> = {},
  made: Made = {}
): EventDocument {
  return event(EventType.ValueChanged, [valueRef('Level'), newValue(type, value, more)], made);
}

export function placeholder(
  kind: 'drift' | 'unknownEventId' | 'missingCurrentDefinition',
  made: Made = {}
): DocumentObject {
  const reason =
    kind === 'unknownEventId'
      ? { kind, detail: { eventTypeId: 9 } }
      : kind === 'drift'
        ? { kind, detail: { actual: 'a', epoch: 'current' as const, expected: 'b' } }
        : { kind };
  return {
    kind: 'placeholder',
    provenance: provenance(made),
    eventTypeId: 9,
    seq: made.seq ?? seqs++,
    reason: reason as never,
    rawSlots: [],
    text: 'a line'
  };
}

export function loss(made: Made = {}): DocumentObject {
  const without = provenance(made);
  delete without.sourceTimeNs;
  return {
    kind: 'loss',
    provenance: without,
    firstSeq: 1,
    lastSeq: 2,
    count: 2,
    basis: 'inferred',
    class: 'lost',
    text: 'a line'
  };
}

/** A payload of the reader's second output, as of a reader that is well. */
export function status(
  changes: Record<string, unknown> = {},
  totals: Record<string, unknown> = {}
): Record<string, unknown> {
  return {
    state: 'idle',
    detail: '',
    cursorAbs: 1000,
    lag: 0,
    capacity: 65536,
    clockSkewMs: 120,
    sinceNs: String(NOON - 3600n * SECOND),
    totals: {
      records: 100,
      bytes: 4400,
      lost: 7,
      indeterminate: 2,
      beforeContact: 8,
      laps: 1,
      skipped: 3,
      incarnations: 1,
      ...totals
    },
    looks: { polls: 50, reads: 60, repeated: 4, unconfirmed: 5, reread: 6 },
    inFlight: 2,
    about: [],
    ...changes
  };
}

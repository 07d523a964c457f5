import type { DocumentField, EventDocument, LossDocument, PlaceholderDocument } from '../../../../../lib/document';
import type { DocumentProvenance } from '../../../../../lib/document/document';
import { EventType, Key } from '../../../../../lib/wire';

/** Nanoseconds of a whole second of the tests' day. */
export const secondNs = (second: number, nanoseconds = 0): string =>
  String(1_780_000_000_000_000_000n + BigInt(second) * 1_000_000_000n + BigInt(nanoseconds));

/** Where and when: seq and time in seconds, and what else differs. */
export interface Place {
  readonly seq: number;
  /** Seconds after the tests' day began. */
  readonly at: number;
  readonly sourceId?: number;
  readonly runId?: string;
  readonly incarnation?: number;
}

function provenance({ at, sourceId = 1, runId = '77', incarnation = 2 }: Place): DocumentProvenance {
  return {
    bufferId: 4,
    source: { id: sourceId, name: `Mixer ${sourceId}`, path: ['Plant', 'Mixer'] },
    runId,
    epoch: { id: 3, relation: 'current', definitionHash: '00112233aabbccdd', semanticVersion: '1.0.0' },
    sourceTimeNs: secondNs(at),
    receiveTimeNs: secondNs(at + 1, 5),
    flags: { timeUnsynced: false, syntheticRecord: false, partialPayload: false },
    time: '2026-05-28T20:26:40.000000000Z',
    incarnation
  };
}

const plain = (
  key: number,
  name: string,
  value: DocumentField['value'],
  more: Partial<DocumentField> = {}
): DocumentField => ({ key, name, type: 'UDInt', value, enumLabel: null, ...more });

function event(
  place: Place,
  eventTypeId: number,
  eventName: string,
  fields: DocumentField[],
  text: string
): EventDocument {
  return { kind: 'event', provenance: provenance(place), eventName, eventTypeId, seq: place.seq, fields, text };
}

/** A machine goes from one state to another. */
export function transition(place: Place, from: string, to: string, machine = 7): EventDocument {
  return event(
    place,
    EventType.StateTransition,
    'StateTransition',
    [
      plain(Key.stateMachineId, 'stateMachine', `Machine ${machine}`, { type: 'StateMachineRef', raw: machine }),
      plain(Key.category, 'category', 2),
      plain(Key.previousState, 'previousState', from, { type: 'StateRef', enumLabel: from, raw: 1 }),
      plain(Key.newState, 'newState', to, { type: 'StateRef', enumLabel: to, raw: 4 })
    ],
    `Machine ${machine}: ${from} -> ${to}`
  );
}

/** A batch goes into a state. */
export function batch(place: Place, state: string, id = 40): EventDocument {
  return event(
    place,
    EventType.BatchEvent,
    'BatchEvent',
    [plain(Key.batchId, 'batchId', id, { label: `B-${id}` }), plain(Key.newState, 'newState', 0, { label: state })],
    `B-${id}: ${state}`
  );
}

/** Something that changes no state. */
export function message(place: Place): EventDocument {
  return event(
    place,
    EventType.Message,
    'Message',
    [plain(Key.messageTemplateId, 'messageTemplate', 'Hello', { type: 'MessageTemplateRef', raw: 9 })],
    'Hello'
  );
}

/** Three records that will not come. */
export function loss(place: Place): LossDocument {
  const { sourceTimeNs, ...rest } = provenance(place);
  void sourceTimeNs;
  return {
    kind: 'loss',
    provenance: rest,
    firstSeq: place.seq,
    lastSeq: place.seq + 2,
    count: 3,
    basis: 'inferred',
    class: 'lost',
    text: '3 records lost'
  };
}

/** A record that no definition resolves. */
export function placeholder(place: Place): PlaceholderDocument {
  return {
    kind: 'placeholder',
    provenance: provenance(place),
    eventTypeId: EventType.StateTransition,
    seq: place.seq,
    reason: { kind: 'missingCurrentDefinition' },
    rawSlots: [],
    text: 'StateTransition, no definition'
  };
}

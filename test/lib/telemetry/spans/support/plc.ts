import { canonicalEventTypes, CompiledDefinition } from '../../../../../lib/definition';
import { createFormatter, DocumentObject, EventDocument } from '../../../../../lib/document';
import { Item } from '../../../../../lib/stream/items';
import { ProducerEvent } from '../../../../../lib/simulator';
import { EventType, Key, TlvType } from '../../../../../lib/wire';
import { recordInput } from '../../../../support/records';
import { boundTo } from '../../../document/support/bindings';
import { itemOf } from '../../../document/support/items';
import { plant } from '../../../document/support/plant';

/** The plant of the document tests; here a ConditionActive may name the batch that it belongs to. */
export function plantOfSpans(): CompiledDefinition {
  const batchSlot = {
    key: Key.batchId,
    type: TlvType.UDInt,
    valuePayload: false,
    minOccurs: 0,
    maxOccurs: 1,
    orderClass: 9
  };
  return plant({
    eventTypes: canonicalEventTypes().map((type) =>
      type.id === EventType.ConditionActive ? { ...type, slots: [...type.slots, batchSlot] } : type
    )
  });
}

export interface Plant {
  readonly compiled: CompiledDefinition;
}

export function loadPlant(): Plant {
  return { compiled: plantOfSpans() };
}

export const T0 = 1_780_000_000_000_000_000n;
export const SECOND = 1_000_000_000n;
/** The source time of a record so many seconds after the first, as spans carry it. */
export const at = (seconds: number): string => String(T0 + BigInt(seconds) * SECOND);
/** An alarm of the plant, and one occurrence of it. */
export const ALARM = { conditionId: 9, conditionClass: 0, correlationId: 5 };

/**
 * A controller that logs: seqs per source, a clock of the test's own, and every record as the enriched document that
 * openot-doc makes of it.
 */
export class Plc {
  runId = 1n;
  incarnation: number | undefined = 0;
  now = T0;
  timeUnsynced = false;
  private seqs = new Map<number, number>();
  private readonly formatter = createFormatter({ profile: 'enriched' });

  constructor(private readonly compiled: CompiledDefinition) {}

  /** A second later. */
  log(event: ProducerEvent): EventDocument {
    const document = this.document(event);
    if (document.kind !== 'event') throw new Error(`not resolved: ${JSON.stringify(document)}`);
    return document;
  }

  document(event: ProducerEvent): DocumentObject {
    const { sourceId, eventTypeId, slots } = event;
    const seq = this.seqs.get(sourceId) ?? 0;
    this.seqs.set(sourceId, seq + 1);
    this.now += SECOND;
    return this.make(
      itemOf(
        recordInput({
          sourceId,
          eventTypeId,
          slots,
          seq,
          runId: this.runId,
          timeNs: this.now,
          flags: 8 | (this.timeUnsynced ? 1 : 0)
        })
      )
    );
  }

  /** The next record of the source, which nobody can resolve. */
  placeholder(sourceId: number): DocumentObject {
    const document = this.document({ sourceId, eventTypeId: 0x7777, slots: [] });
    if (document.kind !== 'placeholder') throw new Error('resolved');
    return document;
  }

  /** The next `count` records of the source do not come. */
  loss(sourceId: number, count: number): DocumentObject {
    const firstSeq = this.seqs.get(sourceId) ?? 0;
    this.seqs.set(sourceId, firstSeq + count);
    return this.make({
      kind: 'loss',
      runId: String(this.runId),
      sourceId,
      firstSeq,
      lastSeq: firstSeq + count - 1,
      count,
      basis: 'inferred',
      class: 'lost'
    });
  }

  coldStart(): void {
    this.runId++;
    this.seqs.clear();
  }

  /** Everything from 0 again, in the same run. */
  powerCycle(): void {
    if (this.incarnation !== undefined) this.incarnation++;
    this.seqs.clear();
  }

  pass(seconds: number): void {
    this.now += BigInt(seconds) * SECOND;
  }

  private make(item: Item): DocumentObject {
    const facts = { bufferId: 4, incarnation: this.incarnation ?? 0, receiveTimeNs: String(this.now + 7n) };
    const [document] = this.formatter.objects([item], facts, boundTo(this.compiled));
    if (this.incarnation === undefined) delete document.provenance.incarnation;
    return document;
  }
}

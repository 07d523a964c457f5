import { Binding } from '../definition';
import { Item, LossItem, RecordItem } from '../stream/items';
import { LooseFacts } from '../stream/stream-facts';
import { encodedLength } from '../wire/encode';
import { Flag, Offset } from '../wire/header';
import { u64Text } from '../wire/integer-text';
import { RecordView } from '../wire/record';
import { DocumentContext } from './context';
import { DocumentObject, DocumentProfile } from './document';
import { Provenance } from './provenance';
import { RecordHead } from './resolution';
import { DocumentWriter, EncodedLength } from './writer';

/**
 * Makes documents of records and losses (docs/format.md 17, 18). Upgrades of a loss's basis, laps, incarnations and
 * skipped ranges give no document: they stay visible as items and in the reader's status.
 */
export interface Formatter {
  readonly profile: DocumentProfile;
  /** Plain objects, in order. */
  objects(items: readonly Item[], facts: LooseFacts, binding: Binding): DocumentObject[];
  /** Exact JSON text, one string per document, in order. */
  texts(items: readonly Item[], facts: LooseFacts, binding: Binding): string[];
  /** For library users: what stands around the records of one batch. */
  context(facts: LooseFacts, binding: Binding): DocumentContext;
  /** For library users: JSON text straight from a verified record at absolute position `abs`, without items. */
  recordText(record: RecordView, abs: number, context: DocumentContext): string;
  /** The same as an object. */
  recordObject(record: RecordView, abs: number, context: DocumentContext): DocumentObject;
}

/**
 * A formatter keeps nothing between batches; what it compiles is kept with the definition.
 *
 * @example
 * ```ts
 * import { bind, DefinitionStore } from '@openot/node-red/definition';
 * import { createFormatter } from '@openot/node-red/documents';
 * import { itemsOfConcatenation } from '@openot/node-red/stream';
 *
 * const binding = bind(new DefinitionStore(), { stream: 'line 1', whenUnadvertised: 'assume' });
 * const { items } = itemsOfConcatenation(Buffer.alloc(0));
 * for (const text of createFormatter({ profile: 'strict' }).texts(items, {}, binding)) console.log(text);
 * ```
 */
export function createFormatter(options: { readonly profile: DocumentProfile }): Formatter {
  return new DocumentFormatter(options.profile);
}

class DocumentFormatter implements Formatter {
  private readonly writer: DocumentWriter;
  /** Filled again for every record. */
  private readonly head: RecordHead = {
    flags: 0,
    sourceTimeNs: '0',
    runId: '0',
    seq: '0',
    sourceId: 0,
    eventTypeId: 0
  };

  constructor(readonly profile: DocumentProfile) {
    this.writer = new DocumentWriter(profile === 'enriched');
  }

  context(facts: LooseFacts, binding: Binding): DocumentContext {
    return new DocumentContext(facts, binding, this.profile === 'enriched');
  }

  objects(items: readonly Item[], facts: LooseFacts, binding: Binding): DocumentObject[] {
    const { writer, head } = this;
    const documents: DocumentObject[] = [];
    this.forEach(items, facts, binding, {
      record: (provenance, length) => documents.push(writer.recordObject(provenance, head, length)),
      loss: (provenance, loss) => documents.push(writer.lossObject(provenance, loss))
    });
    return documents;
  }

  texts(items: readonly Item[], facts: LooseFacts, binding: Binding): string[] {
    const { writer, head } = this;
    const texts: string[] = [];
    this.forEach(items, facts, binding, {
      record: (provenance, length) => texts.push(writer.recordText(provenance, head, length)),
      loss: (provenance, loss) => texts.push(writer.lossText(provenance, loss))
    });
    return texts;
  }

  /** Calls back for every item that gives a document, with the provenance it belongs to and its head loaded. */
  private forEach(items: readonly Item[], facts: LooseFacts, binding: Binding, visitor: ItemVisitor): void {
    const context = this.context(facts, binding);
    let nextRecord = 0;
    items.forEach((item, index) => {
      if (item.kind === 'record') visitor.record(context.at(item.abs), this.loadItem(item));
      else if (item.kind === 'loss' && item.upgrade !== true) {
        // A loss belongs to the epoch of the record that revealed it: the next one in the batch.
        if (nextRecord <= index) nextRecord = indexOfRecord(items, index + 1);
        const revealing = items[nextRecord];
        visitor.loss(revealing?.kind === 'record' ? context.at(revealing.abs) : context.current(), {
          ...item,
          runId: withoutLeadingZeros(item.runId)
        });
      }
    });
  }

  recordText(record: RecordView, abs: number, context: DocumentContext): string {
    this.loadView(record);
    return this.writer.recordText(context.at(abs), this.head, record.length);
  }

  recordObject(record: RecordView, abs: number, context: DocumentContext): DocumentObject {
    this.loadView(record);
    return this.writer.recordObject(context.at(abs), this.head, record.length);
  }

  private loadView(record: RecordView): void {
    const { head } = this;
    const { bytes, start } = record;
    head.flags = record.flags;
    head.sourceTimeNs = u64Text(bytes, start + Offset.sourceTimeNs);
    head.runId = u64Text(bytes, start + Offset.runId);
    head.seq = u64Text(bytes, start + Offset.seq);
    head.sourceId = record.sourceId;
    head.eventTypeId = record.eventTypeId;
    this.writer.resolution.slots.loadView(record);
  }

  private loadItem(item: RecordItem): EncodedLength {
    const { head } = this;
    head.flags = item.flags;
    head.sourceTimeNs = withoutLeadingZeros(item.sourceTimeNs);
    head.runId = withoutLeadingZeros(item.runId);
    head.seq = String(item.seq);
    head.sourceId = item.sourceId;
    head.eventTypeId = item.eventTypeId;
    this.writer.resolution.slots.loadSlots(item.slots);
    return encodedLength(item.slots, (item.flags & Flag.HasCrc) !== 0);
  }
}

/** JSON knows no leading zeros; an item that a flow has made may have some. */
function withoutLeadingZeros(digits: string): string {
  return digits.charCodeAt(0) === 0x30 && digits.length > 1 ? digits.replace(/^0+(?=.)/, '') : digits;
}

interface ItemVisitor {
  record(provenance: Provenance, length: EncodedLength): void;
  loss(provenance: Provenance, loss: LossItem): void;
}

/** Index of the first record item at or after `from`, or the number of items. */
function indexOfRecord(items: readonly Item[], from: number): number {
  let index = from;
  while (index < items.length && items[index].kind !== 'record') index++;
  return index;
}

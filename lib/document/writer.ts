import { LossItem } from '../stream/items';
import { WireErrorDetail } from '../wire';
import { DocumentField, EventDocument, LossDocument, PlaceholderDocument } from './document';
import { FieldShape } from './field-shape';
import { argumentWarnings } from './message-text';
import { Program, Programs } from './program';
import { Provenance } from './provenance';
import { eventLine, lossLine, placeholderLine } from './readable';
import { PlaceholderReason, reasonJson } from './reason';
import { RecordHead, Resolution } from './resolution';
import { extensionObjects, extensionsText, fieldsText, rawSlotObjects, rawSlotsText } from './slots-output';
import { nonFinite, valueObject } from './value';
import { wireErrorJson } from './violation';

/** Encoded length of a record in bytes, or why it cannot be encoded (a record made in memory). */
export type EncodedLength = number | WireErrorDetail;

/**
 * Writes one document: one walk of the rules (`judge`), two ways to put down what it found. The record's slots are in
 * `resolution.slots`. Key order and omissions: docs/format.md 17; additions: 18.
 */
export class DocumentWriter {
  readonly resolution = new Resolution();

  private readonly programs: Programs;

  constructor(readonly enriched: boolean) {
    this.programs = new Programs(enriched);
  }

  /** JSON text of an event or placeholder. */
  recordText(provenance: Provenance, head: RecordHead, length: EncodedLength): string {
    const program = this.programFor(provenance);
    const reason = this.judge(provenance, program, head, length);
    if (reason !== undefined || program === undefined)
      return this.placeholderText(provenance, head, reason as PlaceholderReason);
    const open = provenance.text('event', head.sourceId, head.runId, head.sourceTimeNs, head.flags);
    const eventHead = program.events.get(head.eventTypeId)?.head ?? '';
    const text =
      open +
      eventHead +
      head.seq +
      ',"fields":[' +
      fieldsText(this.resolution, this.enriched) +
      ']' +
      extensionsText(this.resolution, this.enriched);
    return this.enriched ? text + this.eventAdditions(provenance, program, head) : text + '}';
  }

  /** The same document as a plain object. */
  recordObject(provenance: Provenance, head: RecordHead, length: EncodedLength): EventDocument | PlaceholderDocument {
    const program = this.programFor(provenance);
    const reason = this.judge(provenance, program, head, length);
    if (reason !== undefined || program === undefined)
      return this.placeholderObject(provenance, head, reason as PlaceholderReason);
    const document: EventDocument = {
      kind: 'event',
      provenance: provenance.object('event', head.sourceId, head.runId, head.sourceTimeNs, head.flags),
      eventName: program.events.get(head.eventTypeId)?.event.name ?? '',
      eventTypeId: head.eventTypeId,
      seq: Number(head.seq),
      fields: this.fieldObjects()
    };
    if (this.resolution.extensionCount > 0) document.extensionFields = extensionObjects(this.resolution, this.enriched);
    if (!this.enriched) return document;
    document.text = eventLine(provenance, program.compiled, this.resolution, head);
    const warnings = argumentWarnings(this.resolution, program.compiled);
    if (warnings.length > 0) document.warnings = warnings;
    return document;
  }

  /** JSON text of a loss. */
  lossText(provenance: Provenance, loss: LossItem): string {
    const open = provenance.text('loss', loss.sourceId, loss.runId, undefined, 0);
    const text =
      `${open},"firstSeq":${loss.firstSeq},"lastSeq":${loss.lastSeq},"count":${loss.count},"basis":` +
      `${JSON.stringify(loss.basis)}`;
    if (!this.enriched) return text + '}';
    const { afterTimeNs, beforeTimeNs } = loss;
    const after = afterTimeNs === undefined ? '' : `,"afterTimeNs":${afterTimeNs}`;
    const before = beforeTimeNs === undefined ? '' : `,"beforeTimeNs":${beforeTimeNs}`;
    const line = JSON.stringify(lossLine(provenance, loss));
    return `${text},"class":${JSON.stringify(loss.class)}${after}${before},"text":${line}}`;
  }

  /** The same document as a plain object. */
  lossObject(provenance: Provenance, loss: LossItem): LossDocument {
    const { firstSeq, lastSeq, count, basis } = loss;
    const document: LossDocument = {
      kind: 'loss',
      provenance: provenance.object('loss', loss.sourceId, loss.runId, undefined, 0),
      firstSeq,
      lastSeq,
      count,
      basis
    };
    if (!this.enriched) return document;
    const { afterTimeNs, beforeTimeNs } = loss;
    return {
      ...document,
      class: loss.class,
      ...(afterTimeNs === undefined ? {} : { afterTimeNs }),
      ...(beforeTimeNs === undefined ? {} : { beforeTimeNs }),
      text: lossLine(provenance, loss)
    };
  }

  private programFor(provenance: Provenance): Program | undefined {
    const { bound } = provenance.context;
    return bound.ok ? this.programs.of(bound.compiled) : undefined;
  }

  /** Why the record must be a placeholder, in the order of docs/format.md 15 and 16; undefined = it is resolved. */
  private judge(
    provenance: Provenance,
    program: Program | undefined,
    head: RecordHead,
    length: EncodedLength
  ): PlaceholderReason | undefined {
    const { bound } = provenance.context;
    if (!bound.ok) return bound.reason;
    if (typeof length !== 'number') return { kind: 'schemaViolation', detail: { encode: wireErrorJson(length) } };
    return program && this.resolution.resolve(program, head.eventTypeId, length);
  }

  private fieldObjects(): DocumentField[] {
    const { shapes, slotOf, slots, count } = this.resolution;
    const fields: DocumentField[] = [];
    for (let n = 0; n < count; n++) {
      const shape = shapes[n];
      const i = slotOf[n];
      const value = shape.fixed ?? valueObject(slots.type[i], slots.bytes[i], slots.at[i], slots.len[i]) ?? null;
      const field = fieldObject(shape, value);
      const name = this.enriched && value === null ? nonFinite(slots.type[i], slots.bytes[i], slots.at[i]) : undefined;
      if (name !== undefined) field.nonFinite = name;
      fields.push(field);
    }
    return fields;
  }

  private eventAdditions(provenance: Provenance, program: Program, head: RecordHead): string {
    const line = eventLine(provenance, program.compiled, this.resolution, head);
    const warnings = argumentWarnings(this.resolution, program.compiled);
    return `,"text":${JSON.stringify(line)}${warnings.length === 0 ? '' : `,"warnings":${JSON.stringify(warnings)}`}}`;
  }

  private placeholderText(provenance: Provenance, head: RecordHead, reason: PlaceholderReason): string {
    const open = provenance.text('placeholder', head.sourceId, head.runId, head.sourceTimeNs, head.flags);
    const text =
      `${open},"eventTypeId":${head.eventTypeId},"seq":${head.seq},"reason":${reasonJson(reason)},"rawSlots":[` +
      `${rawSlotsText(this.resolution.slots)}]`;
    return this.enriched ? `${text},"text":${JSON.stringify(placeholderLine(provenance, head, reason))}}` : text + '}';
  }

  private placeholderObject(provenance: Provenance, head: RecordHead, reason: PlaceholderReason): PlaceholderDocument {
    const document: PlaceholderDocument = {
      kind: 'placeholder',
      provenance: provenance.object('placeholder', head.sourceId, head.runId, head.sourceTimeNs, head.flags),
      eventTypeId: head.eventTypeId,
      seq: Number(head.seq),
      // A reason may be shared by every record of an epoch: what a flow does to one document must not reach the next.
      reason: structuredClone(reason),
      rawSlots: rawSlotObjects(this.resolution.slots)
    };
    return this.enriched ? { ...document, text: placeholderLine(provenance, head, reason) } : document;
  }
}

/** Key order as in the text: readers of the debug sidebar see the same document. */
function fieldObject(shape: FieldShape, value: DocumentField['value']): DocumentField {
  const { key, name, type, unit, enumLabel } = shape;
  const field: DocumentField =
    unit === undefined ? { key, name, type, value, enumLabel } : { key, name, type, value, unit, enumLabel };
  if (shape.raw !== undefined) field.raw = shape.raw;
  if (shape.label !== undefined) field.label = shape.label;
  return field;
}

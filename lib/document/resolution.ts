import { TlvType } from '../wire/registry/tlv-types';
import { FIRST_PRIVATE_KEY } from '../wire/registry/value-keys';
import { SlotTable } from '../wire/slot-table';
import { isUtf8 } from './bytes-text';
import { FieldShape } from './field-shape';
import { PlaceholderReason, reasonOfViolation } from './reason';
import { plainShape } from './shape-store';
import { Program } from './program';
import { RecordValidator } from './validate';
import { valueForPeople } from './value';

const STRING = TlvType.String;

/** The header of one record, whether it is a view of bytes or came through a message. 64-bit fields as decimal text. */
export interface RecordHead {
  flags: number;
  sourceTimeNs: string;
  runId: string;
  seq: string;
  sourceId: number;
  eventTypeId: number;
}

/**
 * The outcome of resolving one record (docs/format.md 16), filled again for every record: field `n` has
 * `shapes[n]` and slot `slotOf[n]`; extension fields are slots `extensions[0 .. extensionCount)`.
 */
export class Resolution {
  count = 0;
  readonly shapes: FieldShape[] = [];
  readonly slotOf: number[] = [];
  extensionCount = 0;
  readonly extensions: number[] = [];
  readonly slots = new SlotTable();
  private readonly validator = new RecordValidator();

  /** Validates and resolves the record in `slots`; undefined = resolved, else why it must be a placeholder. */
  resolve(program: Program, eventTypeId: number, length: number): PlaceholderReason | undefined {
    const { compiled, shapes } = program;
    const slots = this.slots;
    const event = program.events.get(eventTypeId)?.event;
    const violation = this.validator.violation(compiled, event, eventTypeId, slots, length);
    if (violation !== undefined) return reasonOfViolation(violation);
    this.count = 0;
    this.extensionCount = 0;
    for (let i = 0; i < slots.count; i++) {
      const key = slots.key[i];
      if (key >= FIRST_PRIVATE_KEY) {
        this.extensions[this.extensionCount++] = i;
        continue;
      }
      // Key 0 may be declared but has no name: dropped silently.
      if (plainShape(key, slots.type[i]) === undefined) continue;
      if (slots.type[i] === STRING && !isUtf8(slots.bytes[i], slots.at[i], slots.len[i])) {
        return { kind: 'invalidPayload', detail: { key, reason: 'invalidUtf8' } };
      }
      this.shapes[this.count] = shapes.shapeOf(slots, i, eventTypeId);
      this.slotOf[this.count++] = i;
    }
    return undefined;
  }

  /** Field `n` as a person would write it: names and labels where there are any, floats short, units behind. */
  display(n: number): string {
    const shape = this.shapes[n];
    const slot = this.slotOf[n];
    const { bytes, at, len, type } = this.slots;
    if (shape.raw !== undefined && shape.fixed !== undefined) return String(shape.fixed);
    const value = shape.label ?? shape.enumLabel ?? valueForPeople(type[slot], bytes[slot], at[slot], len[slot]) ?? '';
    return shape.unit === undefined ? value : value + ' ' + shape.unit;
  }
}

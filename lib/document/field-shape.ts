/**
 * How one slot of a record is written, apart from its value: made when a definition is compiled for documents, with
 * the JSON text around the value ready, so that per record only the value itself is formatted (docs/format.md 16, 17).
 */
export interface FieldShape {
  readonly key: number;
  readonly name: string;
  /** `StateMachineRef`, `StateRef`, …, or the name of the slot's TLV type. */
  readonly type: string;
  /** The value, where the slot's bytes have been looked up already; undefined = decode the slot. */
  readonly fixed: string | number | undefined;
  readonly unit: string | undefined;
  readonly enumLabel: string | null;
  /** Enriched only: the number behind a resolved reference. */
  readonly raw: number | undefined;
  /** Enriched only: what a table says of a value that strict documents leave as it is. */
  readonly label: string | undefined;
  /** JSON text up to the value. */
  readonly head: string;
  /** JSON text after the value, closing brace included. */
  readonly tail: string;
  /** The whole JSON text of the field when the value is fixed. */
  readonly whole: string | undefined;
}

/** What a shape is made of, as in FieldShape. */
export interface ShapeParts {
  readonly key: number;
  readonly name: string;
  readonly type: string;
  readonly fixed?: string | number;
  readonly unit?: string;
  readonly enumLabel?: string | null;
  readonly raw?: number;
  readonly label?: string;
}

/** Makes a shape and its texts. */
export function fieldShape(parts: ShapeParts): FieldShape {
  const { key, name, type, fixed, unit, enumLabel = null, raw, label } = parts;
  const head = `{"key":${key},"name":${JSON.stringify(name)},"type":${JSON.stringify(type)},"value":`;
  const tail =
    (unit === undefined ? '' : `,"unit":${JSON.stringify(unit)}`) +
    `,"enumLabel":${JSON.stringify(enumLabel)}` +
    (raw === undefined ? '' : `,"raw":${raw}`) +
    (label === undefined ? '' : `,"label":${JSON.stringify(label)}`) +
    '}';
  const whole = fixed === undefined ? undefined : head + JSON.stringify(fixed) + tail;
  return { key, name, type, fixed, unit, enumLabel, raw, label, head, tail, whole };
}

import { CodedError } from './coded-error';

/** A number field of a dialog: its default, and the limits that its help names. */
export interface NumberField {
  /** Its label. */
  readonly name: string;
  readonly fallback: number;
  readonly min: number;
  readonly max: number;
}

/**
 * The whole number in a dialog's field. Node-RED has put the value in place of `${NAME}` before; what still looks
 * like that names a variable that does not exist. Empty = the default. Throws OPENOT_CONFIG with the limits.
 */
export function numberOf(value: unknown, field: NumberField): number {
  if (value === undefined || value === null || value === '') return field.fallback;
  const text = String(value).trim();
  if (/^\$[{(]/.test(text))
    throw new CodedError(
      'OPENOT_CONFIG',
      `the field "${field.name}" names the environment variable ${text}, which is not set`,
      field.name
    );
  const number = Number(text);
  if (text === '' || !Number.isInteger(number) || number < field.min || number > field.max) {
    throw new CodedError(
      'OPENOT_CONFIG',
      `the field "${field.name}" must be a whole number from ${field.min} to ${field.max}, found ` +
        `"${text.slice(0, 40)}"`,
      field.name
    );
  }
  return number;
}

/** One of the values that a drop-down offers; empty or absent = the first. Throws OPENOT_CONFIG. */
export function choiceOf<T extends string>(value: unknown, label: string, choices: readonly [T, ...T[]]): T {
  if (value === undefined || value === null || value === '') return choices[0];
  const found = choices.find((choice) => choice === value);
  if (found === undefined)
    throw new CodedError(
      'OPENOT_CONFIG',
      `the field "${label}" must be one of ${choices.join(', ')}, found "${String(value).slice(0, 40)}"`,
      label
    );
  return found;
}

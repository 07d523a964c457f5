import type { NodeMessage } from 'node-red';
import { errorText, isObject, shortened } from '../../lib/base';
import type { CallValue } from '../../lib/telemetry';
import { CodedError } from '../runtime/coded-error';
import type { Evaluate } from '../runtime/typed-property';

/** Parts of a message that may be told, and characters of one. */
export const MAX_TOLD = 32;
export const MAX_TOLD_CHARACTERS = 16_384;

/** Parts of a message that somebody asked for by name, in the dialog: nothing else of a body or a header is told. */
export class ToldParts {
  private readonly rows: ReadonlyArray<{ readonly key: string; readonly path: string }>;

  /** `given`: rows {key, value}, the name of the attribute and the property of the message. Throws OPENOT_CONFIG. */
  constructor(
    given: unknown,
    label: string,
    private readonly evaluate: Evaluate
  ) {
    const refuse = (text: string): CodedError => new CodedError('OPENOT_CONFIG', `the field "${label}" ${text}`, label);
    const rows: unknown = given === undefined || given === null || given === '' ? [] : given;
    if (!Array.isArray(rows) || !rows.every(isObject)) throw refuse('must be a list of rows');
    if (rows.length > MAX_TOLD) throw refuse(`may have at most ${MAX_TOLD} rows, found ${rows.length}`);
    this.rows = rows.map(({ key, value }, index) => {
      const row = { key: String(key ?? '').trim(), path: String(value ?? '').trim() };
      if (row.key === '' || row.path === '')
        throw refuse(`needs a name and a property of the message in row ${index + 1}`);
      try {
        evaluate(row.path, 'msg', {});
      } catch (thrown) {
        if (!(thrown instanceof TypeError))
          throw refuse(`names msg.${row.path.slice(0, 80)}, which is no property of a message: ${errorText(thrown)}`);
      }
      return row;
    });
  }

  /** What the message has of them. */
  of(message: NodeMessage): Record<string, CallValue> {
    const told: Record<string, CallValue> = {};
    for (const { key, path } of this.rows) {
      const value = toldValue(this.valueAt(message, path));
      if (value !== undefined) told[key] = value;
    }
    return told;
  }

  private valueAt(message: NodeMessage, path: string): unknown {
    try {
      return this.evaluate(path, 'msg', message);
    } catch {
      // Something above the property is not there.
      return undefined;
    }
  }
}

function toldValue(value: unknown): CallValue | undefined {
  if (typeof value === 'string') return shortened(value, MAX_TOLD_CHARACTERS);
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return value;
  if (value === undefined || value === null) return undefined;
  try {
    const text = Buffer.isBuffer(value) ? value.toString('utf8') : (JSON.stringify(value) as string | undefined);
    return text === undefined ? undefined : shortened(text, MAX_TOLD_CHARACTERS);
  } catch {
    return undefined;
  }
}

import { errorText, shownValue } from '../../lib/base';
import type { OpenotCode } from '../../lib/base';
import type { NodeMessage } from 'node-red';
import { CodedError } from './coded-error';

/** What `<name>Type` of a property may say. `choice` is text out of a drop-down. */
export type PropertyType = 'str' | 'num' | 'bool' | 'choice' | 'msg' | 'env';

/**
 * `RED.util.evaluateNodeProperty` with its node: environment variables are those of the node's own flow, group and
 * subflow.
 */
export type Evaluate = (value: string, type: string, message?: NodeMessage) => unknown;

/** A property as it stands in a flow file. */
export interface GivenProperty {
  /** Its label in the dialog, for errors. */
  readonly name: string;
  readonly value: unknown;
  /** Absent or empty: `own`, the first of the types that its dialog offers. */
  readonly type: unknown;
  readonly own: PropertyType;
}

/**
 * Brings a value into its type. Undefined stands for one that is not there: the check gives the default, or throws.
 * `expected` and what was found go into the error of the field, or of the message.
 */
export type Check<T> = (value: unknown, refuse: (expected: string) => CodedError) => T;

/** A property whose value is fixed when the node is made, or comes with each message. */
export interface TypedProperty<T> {
  /** The value comes with the message. */
  readonly isPerMessage: boolean;
  /** Throws OPENOT_PROPERTY when the message brings something else than is expected. */
  of(message: NodeMessage): T;
}

/**
 * A property of a dialog with a typed input. What is fixed (also by the environment, which is that of the start) is
 * checked here and throws OPENOT_CONFIG; a property of the message is checked when the message comes.
 */
export function typedProperty<T>(given: GivenProperty, check: Check<T>, evaluate: Evaluate): TypedProperty<T> {
  const { name, own } = given;
  const type = given.type === undefined || given.type === null || given.type === '' ? own : given.type;
  if (type === 'msg') {
    const path = textOf(given.value);
    if (path === '')
      throw new CodedError('OPENOT_CONFIG', `the field "${name}" reads a property of the message, but none is named`);
    const at = `msg.${path.replace(/^msg\./, '')}`;
    fromMessage({}, path, evaluate, 'OPENOT_CONFIG', name);
    return {
      isPerMessage: true,
      of: (message) => {
        const found = fromMessage(message, path, evaluate, 'OPENOT_PROPERTY', name);
        return check(
          absentAsUndefined(found),
          (expected) =>
            new CodedError(
              'OPENOT_PROPERTY',
              `${at}, which the field "${name}" reads, must be ${expected}, found ${shownValue(found)}`
            )
        );
      }
    };
  }
  if (type !== own && type !== 'env')
    throw new CodedError(
      'OPENOT_CONFIG',
      `the type of the field "${name}" must be one of ${own}, msg, env, found ${shownValue(type)}`
    );
  const value = type === 'env' ? fromEnvironment(name, textOf(given.value), evaluate) : plain(name, given.value);
  const source = type === 'env' ? ` (from the environment variable ${textOf(given.value)})` : '';
  const checked = check(
    absentAsUndefined(value),
    (expected) =>
      new CodedError(
        'OPENOT_CONFIG',
        `the field "${name}" must be ${expected}, found ${shownValue(value)}${source}`,
        name
      )
  );
  return { isPerMessage: false, of: () => checked };
}

function fromEnvironment(name: string, variable: string, evaluate: Evaluate): unknown {
  if (variable === '')
    throw new CodedError('OPENOT_CONFIG', `the field "${name}" reads an environment variable, but none is named`);
  const found = evaluate(variable, 'env');
  // One that is not set reads as empty text: a default in its place would hide the mistake.
  if (absentAsUndefined(found) === undefined)
    throw new CodedError(
      'OPENOT_CONFIG',
      `the field "${name}" names the environment variable ${variable}, which is not set or empty`
    );
  return found;
}

/**
 * Node-RED has put the value in place of `${NAME}` before: what still looks like that names a variable that does not
 * exist.
 */
function plain(name: string, value: unknown): unknown {
  const variable = typeof value === 'string' ? /^\$[{(][^})]*[})]?$/.exec(value.trim()) : null;
  if (variable !== null)
    throw new CodedError(
      'OPENOT_CONFIG',
      `the field "${name}" names the environment variable ${variable[0]}, which is not set`
    );
  return value;
}

/** Undefined where the message has no such property, at whatever depth it ends. */
function fromMessage(message: NodeMessage, path: string, evaluate: Evaluate, code: OpenotCode, name: string): unknown {
  try {
    return evaluate(path, 'msg', message);
  } catch (thrown) {
    // What Node-RED throws where something above the property is not there.
    if (thrown instanceof TypeError) return undefined;
    throw new CodedError(
      code,
      `the field "${name}" reads msg.${path.slice(0, 80)}, which is no property of a message: ${errorText(thrown)}`
    );
  }
}

const textOf = (value: unknown): string => (value === undefined || value === null ? '' : String(value).trim());
const absentAsUndefined = (value: unknown): unknown => (value === null || value === '' ? undefined : value);

/** Text; an empty or absent one is the default. Numbers and Bools are taken as text. */
export function asText(fallback: string): Check<string> {
  return (value, refuse) => {
    if (value === undefined) return fallback;
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') throw refuse('text');
    return String(value).trim();
  };
}

/** A whole number within limits, also as text. */
export function asNumber({
  fallback,
  min,
  max
}: {
  readonly fallback: number;
  readonly min: number;
  readonly max: number;
}): Check<number> {
  return (value, refuse) => {
    if (value === undefined) return fallback;
    const number =
      typeof value === 'number' ? value : typeof value === 'string' && value.trim() !== '' ? Number(value) : NaN;
    if (!Number.isInteger(number) || number < min || number > max) throw refuse(`a whole number from ${min} to ${max}`);
    return number;
  };
}

/** A Bool, or the text `true` or `false`. */
export function asBool(fallback: boolean): Check<boolean> {
  return (value, refuse) => {
    if (value === undefined) return fallback;
    if (typeof value === 'boolean') return value;
    const text = typeof value === 'string' ? value.trim().toLowerCase() : undefined;
    if (text !== 'true' && text !== 'false') throw refuse('true or false');
    return text === 'true';
  };
}

/** One of these texts; an absent one is the first. */
export function asChoice<T extends string>(choices: readonly [T, ...T[]]): Check<T> {
  return (value, refuse) => {
    if (value === undefined) return choices[0];
    const found = choices.find((choice) => choice === value);
    if (found === undefined) throw refuse(`one of ${choices.join(', ')}`);
    return found;
  };
}

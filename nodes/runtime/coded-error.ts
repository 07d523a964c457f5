import { errorText, OpenotCode } from '../../lib/base';

/**
 * An error that reaches a user: a stable `code` that a Catch node finds in `msg.error.code`, and a message that
 * begins with it and says what was expected, what was found, where, and what to do. Never a secret.
 */
export class CodedError extends Error {
  constructor(
    readonly code: OpenotCode,
    text: string,
    /** Of wrong settings: the field or variable that is wrong, as a person finds it. */
    readonly field?: string
  ) {
    super(`${code}: ${text}`);
    this.name = 'OpenOTError';
  }

  /** Node-RED writes `error.toString()` into `msg.error.message`: without this it would begin with the class name. */
  override toString(): string {
    return this.message;
  }
}

/** Anything that was thrown, as an Error with a code. */
export function codedErrorOf(thrown: unknown): Error {
  if (thrown instanceof CodedError) return thrown;
  const error = new CodedError('OPENOT_INTERNAL', `an unexpected error, please report it: ${errorText(thrown)}`);
  if (thrown instanceof Error && thrown.stack !== undefined) error.stack = thrown.stack;
  return error;
}

import type { OpenotCode } from './codes';
import type { Failure } from './failure';

/** What a function throws, or rejects with, where there is no outcome to give: a code to decide by, a text to read. */
export class OpenotError extends Error {
  /** Of the closed list; docs/errors.md says what each one means. */
  readonly code: OpenotCode;

  constructor({ code, message }: Pick<Failure, 'code' | 'message'>) {
    super(message);
    this.name = 'OpenotError';
    this.code = code;
  }
}

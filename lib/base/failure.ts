import type { OpenotCode } from './codes';

/** An expected outcome that is not the wanted one: a code to decide by, and a text to read. */
export interface Failure<Code extends OpenotCode = OpenotCode, Detail = undefined> {
  readonly ok: false;
  readonly code: Code;
  /** What was expected, what was found, where, what to do. Never a secret. */
  readonly message: string;
  /** What a program needs beyond the code. */
  readonly detail?: Detail;
}

/** A failure with this code and text; `detail` for what a program needs beyond the code. */
export function failure<Code extends OpenotCode, Detail = undefined>(
  code: Code,
  message: string,
  detail?: Detail
): Failure<Code, Detail> {
  return detail === undefined ? { ok: false, code, message } : { ok: false, code, message, detail };
}
